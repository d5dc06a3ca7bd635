package conclude

import (
	"bytes"

	"treaty/apply/baseline"
	"treaty/apply/internal/execute"
	"treaty/plan"
	"treaty/plan/tree"
)

// former collects what the old baseline held of the paths that a plan changes, and of what was renamed on both sides
// and settled by it.
type former struct {
	affected plan.Sides[map[tree.Path]bool]
	renamed  renamed
	buf      bytes.Buffer
	out      *baseline.Writer
}

func newFormer(steps []*execute.Step, p *plan.Plan, ids plan.Sides[string]) (*former, error) {
	f := &former{renamed: renamedBy(p)}
	for _, side := range plan.BothSides {
		f.affected[side] = map[tree.Path]bool{}
	}
	for _, s := range steps {
		f.affected[s.Side][s.Path] = true
		if s.From != "" {
			f.affected[s.Side][s.From] = true
		}
	}
	var err error
	f.out, err = baseline.NewExcerpt(&f.buf, baseline.Header{IDs: ids, PlanID: p.ID})
	return f, err
}

// note notes a record of a path that changes, as a directory of its own under the path's name.
func (f *former) note(path plan.Sides[tree.Path], record *tree.Agreed) error {
	if !f.affected[plan.Local][path[plan.Local]] && !f.affected[plan.Remote][path[plan.Remote]] && !f.renamed.was(record) {
		return nil
	}
	return f.out.Directory(path[plan.Local], []tree.Agreed{*record})
}

// noteBelow notes a record that went with a directory above it, if that is one that changes.
func (f *former) noteBelow(path plan.Sides[tree.Path], record *tree.Agreed) error {
	for _, side := range plan.BothSides {
		if f.affected[side][path[side]] {
			return nil // it is noted for itself
		}
	}
	for _, side := range plan.BothSides {
		for dir := path[side].Parent(); dir != tree.Root; dir = dir.Parent() {
			if f.affected[side][dir] {
				return f.out.Directory(path[plan.Local], []tree.Agreed{*record})
			}
		}
	}
	return nil
}
