package apply

import (
	"time"

	"treaty/apply/internal/journal"
	"treaty/apply/internal/settle"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
)

// end is one end of a plan that is applied or settled: its volume, what treaty keeps there, and what changes it.
type end struct {
	volume.Volume
	side  plan.Side
	store *store.Store
	// file is the tree's own file, as it will be written; nil where there is none, until one is made.
	file *store.TreeFile
	// disk changes the tree. It is there once the volume was probed.
	disk volume.Changer
	// fat tells that the volume may lose what was renamed.
	fat bool
	// left is the journal of this plan that an interrupted run has left open, nil for none, and log the one that this
	// run writes; a torn one ends in the middle of a line.
	left *journal.Journal
	log  volume.Log
	torn bool
}

// refuse is a refusal that is about the end.
func (e *end) refuse(cause refusal.Cause, why string, args ...any) *Refusal {
	return refusal.Because(cause, why, args...).On(e.side, e.Root())
}

// ends are both, nil for one that is not there: a run that applies has both, and one that settles may have one.
type ends plan.Sides[*end]

// there are those that are there.
func (e *ends) there() []*end {
	var list []*end
	for _, one := range e {
		if one != nil {
			list = append(list, one)
		}
	}
	return list
}

// stores are those of both, nil for one that is not there.
func (e *ends) stores() plan.Sides[*store.Store] {
	var all plan.Sides[*store.Store]
	for _, one := range e.there() {
		all[one.side] = one.store
	}
	return all
}

// readers are the same, to be read.
func (e *ends) readers() plan.Sides[*store.Reader] {
	var all plan.Sides[*store.Reader]
	for _, one := range e.there() {
		all[one.side] = one.store.Reader
	}
	return all
}

// files are the own files of both trees, nil for none.
func (e *ends) files() plan.Sides[*store.TreeFile] {
	var all plan.Sides[*store.TreeFile]
	for _, one := range e.there() {
		all[one.side] = one.file
	}
	return all
}

// planned is the store of a side of a plan, at its root. Errors are refusals of what is missing, or those of store.Of.
func planned(open Opener, side plan.Side, root string) (*store.Store, error) {
	v, err := open.volume(root)
	if err != nil {
		return nil, refusal.Because(refusal.CauseMissing, "the %s tree is not at %s: %v",
			side, root, refusal.Innermost(err)).On(side, root)
	}
	return store.Of(v)
}

// open opens the roots of a plan, or where else they are now, as roots has it. The error is the first of those that
// cannot be opened; the other end is open then.
func (e *ends) open(p *plan.Plan, roots plan.Sides[string], opener Opener, seams *seams) error {
	var first error
	for _, side := range plan.BothSides {
		root := roots[side]
		if root == "" {
			root = p.Snapshot(side).Root
		}
		own, err := planned(opener, side, root)
		if err == nil {
			e[side] = seams.newEnd(side, own)
		} else if first == nil {
			first = err
		}
	}
	return first
}

// sources are both ends as they are read. Both are there.
func (e *ends) sources() plan.Sides[volume.Source] {
	return plan.Sides[volume.Source]{e[plan.Local].Volume, e[plan.Remote].Volume}
}

// recall opens the baseline of both trees, nil where the plan was made without one.
func (e *ends) recall(p *plan.Plan) *store.Memory {
	if p.Baseline == nil {
		return nil
	}
	memory, _ := store.Recall(e.readers(), e.files())
	return memory
}

// each asks the store of each tree that is there, up to the first error.
func (e *ends) each(ask func(*store.Store) error) error {
	for _, one := range e.there() {
		if err := ask(one.store); err != nil {
			return err
		}
	}
	return nil
}

// left is the journal that an interrupted run has left open on a side, nil for none.
func (e *ends) left(side plan.Side) *journal.Journal {
	if e[side] == nil {
		return nil
	}
	return e[side].left
}

// resumed is the journal that is taken up, nil where there is none. LOCAL's has everything; without one,
// nothing was begun.
func (e *ends) resumed() *journal.Journal {
	if j := e.left(plan.Local); j != nil && j.Header != nil && j.Steps != nil {
		return j
	}
	return nil
}

// interrupted are the journals that an interrupted run has left open, nil for none.
func (e *ends) interrupted() plan.Sides[*journal.Journal] {
	return plan.Sides[*journal.Journal]{e.left(plan.Local), e.left(plan.Remote)}
}

// both tells whether both trees are there.
func (e *ends) both() bool { return e[plan.Local] != nil && e[plan.Remote] != nil }

// ids are the ids of both trees: of one that is not there, by the journal of the other.
func (e *ends) ids() plan.Sides[string] {
	var ids plan.Sides[string]
	for _, one := range e.there() {
		if other := one.side.Other(); e[other] == nil && one.left != nil {
			ids[other] = one.left.Header.Trees[other]
		}
		ids[one.side] = one.file.ID
	}
	return ids
}

// settling are the ends as those who carry out and settle need them. since is by how much more their times are off than
// when the plan was made. Of an idle volume, where an end is not there, copies can be read still.
func (e *ends) settling(since plan.Sides[time.Duration], idle plan.Sides[volume.Volume]) *settle.Ends {
	var ends settle.Ends
	for _, side := range plan.BothSides {
		switch one := e[side]; {
		case one != nil:
			ends[side] = settle.End{Looker: one, Disk: one.disk, FAT: one.fat, Since: since[side]}
		case idle[side] != nil:
			ends[side].Looker = idle[side]
		}
	}
	return &ends
}
