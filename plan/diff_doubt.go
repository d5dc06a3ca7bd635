package plan

import "treaty/plan/tree"

// A diff decides nothing, and is read by whoever decides: one that somebody has edited must not pass for what
// becomes of a file.

// diff holds the diff of an element to itself: it is one, and it is of two files.
func (c *checker) diff(d *Diff, from, to *tree.State, at element) {
	switch {
	case d == nil:
	case from.Of() != tree.File || to.Of() != tree.File:
		c.fail(at.below("/diff"), "a diff is of two files")
	default:
		if why := d.Unsound(); why != "" {
			c.fail(at.below("/diff"), "that is no diff: %s", why)
		}
	}
}

// DiffDoubt says why the diff of an operation cannot be true, as far as the plan itself tells, "" where it can, and
// where there is none. Whether it has the lines of the files only the trees tell.
func (op *Operation) DiffDoubt() string {
	if op.Diff() == nil || op.Source() == nil {
		return ""
	}
	return doubt(op.Diff(), version{op.Side, op.Path, op.Before}, version{op.Source().Tree, op.Source().Path, op.After})
}

// DiffDoubt is that of a conflict's diff.
func (c *Conflict) DiffDoubt() string {
	if c.Diff == nil {
		return ""
	}
	return doubt(c.Diff, version{Local, c.PathOn(Local), c.Local}, version{Remote, c.PathOn(Remote), c.Remote})
}

func doubt(d *Diff, from, to version) string {
	if from.state.Of() != tree.File || to.state.Of() != tree.File {
		return "a diff is of two files"
	}
	var same *bool
	if from.state.SHA256.Known() && to.state.SHA256.Known() {
		equal := from.state.SHA256 == to.state.SHA256
		same = &equal
	}
	if why := d.Misfit(from.state.Size, to.state.Size, same); why != "" || len(d.Lines) == 0 {
		return why
	}
	old, new := d.Names()
	if !from.called(old) || !to.called(new) {
		return "it is of other files"
	}
	return ""
}

// called tells whether a diff means this version by a name, which may be in the side's own spelling.
func (v version) called(name string) bool {
	return tree.CollisionKey(name) == tree.CollisionKey(v.name())
}
