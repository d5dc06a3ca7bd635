package apply_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"treaty/apply"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// growing is a tree in which a file grows by so many bytes while it is read.
type growing struct {
	volume.Volume
	file tree.Path
	by   int64
	// told tells that the file has its new size, once all of it was read.
	told bool
}

func (v *growing) Open(file tree.Path) (volume.Content, error) {
	c, err := v.Volume.Open(file)
	if err != nil || file != v.file {
		return c, err
	}
	return &grown{Content: c, of: v, more: io.LimitReader(zeros{}, v.by)}, nil
}

type grown struct {
	volume.Content
	of    *growing
	more  io.Reader
	ended bool
}

func (c *grown) Read(p []byte) (int, error) {
	if n, err := c.Content.Read(p); n > 0 || err != io.EOF {
		return n, err
	}
	n, err := c.more.Read(p)
	c.ended = c.ended || err == io.EOF
	return n, err
}

func (c *grown) Stamp() (int64, tree.Time, error) {
	size, mtime, err := c.Content.Stamp()
	if c.ended && c.of.told {
		size += c.of.by
	}
	return size, mtime, err
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// A file of another machine that grows while it is read is not what was planned, whether or not that machine says so:
// nothing gets its name, nothing of it is left, and the files that cross with it, before it and behind it, are put in
// place.
func TestAFileThatGrowsWhileItIsReadFromAfarGetsNoName(t *testing.T) {
	const files, odd = 8, 2
	name := func(n int) string { return fmt.Sprintf("file-%d", n) }
	for _, by := range []int64{1, 3 << 20} {
		for _, told := range []bool{true, false} {
			t.Run(fmt.Sprintf("by %d told %v", by, told), func(t *testing.T) {
				g := newGrove(t, 1, 1)
				for n := range files {
					g.saves(plan.Remote, name(n), fmt.Sprintf("content of %d", n))
				}
				p := g.plans()
				request := g.request(p)
				request.Open = func(root string) (volume.Volume, error) {
					v := g.memory[root]
					if root != g.at[plan.Remote] {
						return v, nil
					}
					far, err := throughAgent(&growing{v, tree.Path(name(odd)), by, told}, nil, 0)
					if err != nil {
						return nil, err
					}
					return &plainly{far, root}, nil
				}
				receipt, err := apply.Apply(t.Context(), request)
				if !errors.Is(err, apply.ErrPartial) || receipt.Totals.Drifted != 1 || receipt.Totals.Done != files-1 {
					t.Errorf("%v\n%s", err, outcomes(receipt))
				}
				here := g.tree(plan.Local)
				for n := range files {
					if _, there := here[tree.Path(name(n))]; there != (n != odd) {
						t.Errorf("%s is there: %v", name(n), there)
					}
				}
				for path := range g.snapshot() {
					if strings.Contains(string(path), "/"+volume.StageFolder+"/") {
						t.Errorf("%s is left", path)
					}
				}
			})
		}
	}
}
