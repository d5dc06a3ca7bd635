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
	execution *execute.Execution
	renamed   renamed
	buf       bytes.Buffer
	out       *baseline.Writer
}

func newFormer(execution *execute.Execution, p *plan.Plan, ids plan.Sides[string]) (*former, error) {
	f := &former{execution: execution, renamed: renamedBy(p)}
	var err error
	f.out, err = baseline.NewExcerpt(&f.buf, baseline.Header{IDs: ids, PlanID: p.ID})
	return f, err
}

// affects tells whether the plan changes what has a path on one of the sides.
func (f *former) affects(path plan.Sides[tree.Path]) bool {
	return f.execution.Affects(plan.Local, path[plan.Local]) || f.execution.Affects(plan.Remote, path[plan.Remote])
}

// note notes a record of a path that changes, as a directory of its own under the path's name.
func (f *former) note(path plan.Sides[tree.Path], record *tree.Agreed) error {
	if !f.affects(path) && !f.renamed.was(record) {
		return nil
	}
	return f.out.Directory(path[plan.Local], []tree.Agreed{*record})
}

// noteBelow notes a record that went with a directory above it, if that is one that changes.
func (f *former) noteBelow(path plan.Sides[tree.Path], record *tree.Agreed) error {
	if f.affects(path) {
		return nil // it is noted for itself
	}
	for _, side := range plan.BothSides {
		for dir := path[side].Parent(); dir != tree.Root; dir = dir.Parent() {
			if f.execution.Affects(side, dir) {
				return f.out.Directory(path[plan.Local], []tree.Agreed{*record})
			}
		}
	}
	return nil
}
