package survey

import (
	"crypto/sha256"
	"io"

	"treaty/apply/internal/ends"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// lookup looks things up for the steps that resolve conflicts.
type lookup struct {
	ends *ends.Ends
	want *expectations
}

func (c lookup) List(side plan.Side, dir tree.Path) ([]tree.Entry, error) {
	return c.want.listed[side][dir], nil
}

func (c lookup) Spelled(side plan.Side, path tree.Path, of plan.Side) tree.Path {
	return c.want.spellings.on(side, path, of)
}

// Same reads both files.
func (c lookup) Same(at plan.Sides[tree.Path]) (bool, error) {
	var sums plan.Sides[[sha256.Size]byte]
	for _, side := range plan.BothSides {
		f, err := c.ends[side].Open(at[side])
		if err != nil {
			return false, err
		}
		defer f.Close()
		sum := sha256.New()
		if _, err := io.Copy(sum, f); err != nil {
			return false, err
		}
		sums[side] = [sha256.Size]byte(sum.Sum(nil))
	}
	return sums[plan.Local] == sums[plan.Remote], nil
}

func (c lookup) Head(side plan.Side, file tree.Path) ([]byte, error) {
	f, err := c.ends[side].Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, scan.HeadLimit))
}
