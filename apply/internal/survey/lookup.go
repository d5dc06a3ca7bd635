package survey

import (
	"io"

	"treaty/apply/internal/ends"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// lookup looks things up for the steps that resolve conflicts.
type lookup struct {
	ends *ends.Ends
	x    *expectations
}

func (c lookup) List(side plan.Side, dir tree.Path) ([]tree.Entry, error) {
	return c.x.listed[side][dir], nil
}

func (c lookup) Spelled(side plan.Side, path tree.Path, of plan.Side) tree.Path {
	return c.x.spellings.on(side, path, of)
}

func (c lookup) Head(side plan.Side, file tree.Path) ([]byte, error) {
	f, err := c.ends[side].Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, scan.HeadLimit))
}
