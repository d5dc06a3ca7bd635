package plan

import (
	"slices"

	"treaty/plan/tree"
)

// inhabitants are what lies below the directories that a reversal deletes or replaces.
type inhabitants struct {
	// doomed are these directories.
	doomed Sides[map[tree.Path]bool]
	all    []inhabitant
	// stays are what is kept, with the directories above.
	stays Sides[map[tree.Path]bool]
}

// inhabitant is an entry in scope, or, where it is ignored, the directory that holds it.
type inhabitant struct {
	side     Side
	path     tree.Path
	obstacle tree.Obstacle
	why      string
	ignored  bool
}

func inhabitantsOf(reversal []Operation) *inhabitants {
	in := &inhabitants{doomed: Sides[map[tree.Path]bool]{{}, {}}, stays: Sides[map[tree.Path]bool]{{}, {}}}
	for i := range reversal {
		if op := &reversal[i]; op.Before.Of() == tree.Directory && op.After.Of() != tree.Directory {
			in.doomed[op.Side][op.from()] = true
		}
	}
	return in
}

// lookUp notes what of them is in a directory. Below an entry that the reversal does not know nothing is looked up.
func (in *inhabitants) lookUp(d *directory) {
	for _, side := range BothSides {
		if !in.doomed[side][d.path[side]] {
			continue
		}
		if slices.ContainsFunc(d.ignored[side], func(e tree.Entry) bool { return e.Ruling == tree.Ignored }) {
			in.all = append(in.all, inhabitant{side: side, path: d.path[side], ignored: true})
		}
		for i := range d.trios {
			if t := &d.trios[i]; t.has(side) {
				e := t.now(side)
				in.all = append(in.all, inhabitant{side, d.path[side].Join(t.name[side]), e.Obstacle, e.Why, false})
			}
		}
	}
}

// left notes that an entry stays where it is.
func (in *inhabitants) left(side Side, path tree.Path) {
	for ; path != tree.Root && !in.stays[side][path]; path = path.Parent() {
		in.stays[side][path] = true
	}
}

// keep takes out of a plan what deletes or replaces directories in which something stays, also for what is blocked, and
// tells of what the reversal does not know.
func (in *inhabitants) keep(p *Plan, needed needed, told *problems) {
	for i := range in.all {
		one := &in.all[i]
		_, known := needed[one.side][one.path]
		switch {
		case one.ignored:
			told.warn(KeptNotEmpty, &one.side, &one.path, "it would be deleted, but is kept here: it holds ignored files")
		case known:
			continue
		case one.obstacle != "":
			told.block(Code(one.obstacle), one.side, one.path, one.why)
		default:
			told.block(ChangedSince, one.side, one.path, "it came since that apply, so that its directory is kept")
		}
		in.left(one.side, one.path)
	}
	for _, problem := range blocks(*told) {
		in.left(*problem.Side, *problem.Path)
	}
	p.Operations = slices.DeleteFunc(p.Operations, func(op Operation) bool {
		return op.Before.Of() == tree.Directory && in.doomed[op.Side][op.from()] && in.stays[op.Side][op.from()]
	})
}
