package ends

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"treaty/apply/internal/journal"
	"treaty/apply/internal/settle"
	"treaty/apply/reach"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/address"
	"treaty/plan/scan"
)

// End is one end of a plan that is applied or settled: its volume, what treaty keeps there, and what changes it.
type End struct {
	volume.Volume
	Side  plan.Side
	Store *store.Store
	// File is the tree's own file, as it will be written; nil where there is none, until one is made.
	File *store.TreeFile
	// Baselines tells that there may be baselines in what treaty keeps there.
	Baselines bool
	// Disk changes the tree. It is there once the volume was probed.
	Disk volume.Changer
	// fat tells that the volume may lose what was renamed.
	fat bool
	// Left is the journal of this plan that an interrupted run has left open, nil for none, and log the one that this
	// run writes; a torn one ends in the middle of a line.
	Left *journal.Journal
	log  volume.Log
	torn bool
	// cleared tells that nothing is staged there any more, and closed that the journal is closed.
	cleared, closed bool
}

// Refuse is a refusal that is about the end.
func (e *End) Refuse(cause refusal.Cause, why string, args ...any) *refusal.Refusal {
	return refusal.Because(cause, why, args...).On(e.Side, e.Root())
}

// Ahead is by how much the clock of its machine is ahead.
func (e *End) Ahead() time.Duration { return e.Host().Ahead() }

// Ends are both, nil for one that is not there: a run that applies has both, and one that settles may have one.
type Ends plan.Sides[*End]

// There are those that are there.
func (e *Ends) There() []*End {
	var list []*End
	for _, one := range e {
		if one != nil {
			list = append(list, one)
		}
	}
	return list
}

// Stores are those of both, nil for one that is not there.
func (e *Ends) Stores() plan.Sides[*store.Store] {
	return each(e, func(one *End) *store.Store { return one.Store })
}

// Readers are the same, to be read.
func (e *Ends) Readers() plan.Sides[*store.Reader] {
	return each(e, func(one *End) *store.Reader { return one.Store.Reader })
}

// Files are the own files of both trees, nil for none.
func (e *Ends) Files() plan.Sides[*store.TreeFile] {
	return each(e, func(one *End) *store.TreeFile { return one.File })
}

// each is something of both, its zero value for one that is not there.
func each[T any](e *Ends, of func(*End) T) plan.Sides[T] {
	var all plan.Sides[T]
	for _, one := range e.There() {
		all[one.Side] = of(one)
	}
	return all
}

// planned is the store of a side of a plan, at its root. Errors are refusals of what is missing, context.Canceled,
// those of a machine that cannot be reached, or those of store.Of.
func planned(open reach.Opener, side plan.Side, root string) (*store.Store, error) {
	v, err := open.Volume(root)
	switch missing := errors.Is(err, fs.ErrNotExist) || errors.Is(err, scan.ErrNotDirectory); {
	case errors.Is(err, context.Canceled), err != nil && address.Is(root) && !missing:
		return nil, err // whether it is there nobody knows
	case err != nil:
		return nil, refusal.Because(refusal.CauseMissing, "the %s tree is not at %s: %v",
			side, root, refusal.Innermost(err)).On(side, root)
	}
	return store.Of(v)
}

// Open opens the roots of a plan, or where else they are now, as roots has it. The error is the first of those that
// cannot be opened; the other end is open then.
func (e *Ends) Open(p *plan.Plan, roots plan.Sides[string], opener reach.Opener, seams *Seams) error {
	var first error
	for _, side := range plan.BothSides {
		root, err := rootOf(p, side, roots[side])
		var own *store.Store
		if err == nil {
			own, err = planned(opener, side, root)
		}
		if err == nil {
			e[side] = seams.NewEnd(side, own)
		} else if first == nil {
			first = err
		}
	}
	return first
}

// rootOf is where a side of a plan is looked for: where it is said to be now, else where it was. The root of a tree
// that was read from a file means something on the machine alone that the tree lies on.
func rootOf(p *plan.Plan, side plan.Side, given string) (string, error) {
	of := p.Snapshot(side)
	switch {
	case given != "":
		return given, nil
	case of.From != nil && !reach.Means(of):
		return "", refusal.Because(refusal.CauseElsewhere, "the %s tree was planned from a snapshot, of %s on %s: it is not "+
			"looked for here", side, of.Root, of.HostName()).On(side, of.Root)
	}
	return of.Root, nil
}

// Sources are both ends as they are read. Both are there.
func (e *Ends) Sources() plan.Sides[volume.Source] {
	return plan.Sides[volume.Source]{e[plan.Local].Volume, e[plan.Remote].Volume}
}

// SourcesOf are both ends as they are read, of which the remote one is known as far as that is kept beside a plan.
func (e *Ends) SourcesOf(p *plan.Plan) plan.Sides[volume.Source] {
	from := e.Sources()
	from[plan.Remote] = volume.Knowing(from[plan.Remote], e[plan.Local].Store.Listing(p.ID))
	return from
}

// Recall opens the baseline of both trees, nil where the plan was made without one.
func (e *Ends) Recall(p *plan.Plan) *store.Memory {
	if p.Baseline == nil {
		return nil
	}
	memory, _ := store.Recall(e.Readers(), e.Files())
	return memory
}

// Home is the end at which the baseline of both trees lies, or would lie, and what is kept with it. Both are there.
func (e *Ends) Home() *End {
	memory, _ := store.Recall(e.Readers(), e.Files())
	defer memory.Close()
	if memory == nil {
		return e[plan.Local]
	}
	return e[memory.Home]
}

// Each asks the store of each tree that is there, up to the first error.
func (e *Ends) Each(ask func(*store.Store) error) error {
	for _, one := range e.There() {
		if err := ask(one.Store); err != nil {
			return err
		}
	}
	return nil
}

// Left is the journal that an interrupted run has left open on a side, nil for none.
func (e *Ends) Left(side plan.Side) *journal.Journal {
	if e[side] == nil {
		return nil
	}
	return e[side].Left
}

// Resumed is the journal that is taken up, nil where there is none. LOCAL's has everything; without one,
// nothing was begun.
func (e *Ends) Resumed() *journal.Journal {
	if j := e.Left(plan.Local); j != nil && j.Header != nil && j.Steps != nil {
		return j
	}
	return nil
}

// Interrupted are the journals that an interrupted run has left open, nil for none.
func (e *Ends) Interrupted() plan.Sides[*journal.Journal] {
	return plan.Sides[*journal.Journal]{e.Left(plan.Local), e.Left(plan.Remote)}
}

// Both tells whether both trees are there.
func (e *Ends) Both() bool { return e[plan.Local] != nil && e[plan.Remote] != nil }

// IDs are the ids of both trees: of one that is not there, by the journal of the other.
func (e *Ends) IDs() plan.Sides[string] {
	var ids plan.Sides[string]
	for _, one := range e.There() {
		if other := one.Side.Other(); e[other] == nil && one.Left != nil {
			ids[other] = one.Left.Header.Trees[other]
		}
		ids[one.Side] = one.File.ID
	}
	return ids
}

// InHand are the ends as those who carry out and settle need them. since is by how much more their times are off than
// when the plan was made. Of an idle volume, where an end is not there, copies can be read still.
func (e *Ends) InHand(since plan.Sides[time.Duration], idle plan.Sides[volume.Volume]) *settle.Ends {
	var ends settle.Ends
	for _, side := range plan.BothSides {
		switch one := e[side]; {
		case one != nil:
			ends[side] = settle.End{Looker: one.Volume, Disk: one.Disk, FAT: one.fat, Since: since[side]}
		case idle[side] != nil:
			ends[side].Looker = idle[side]
		}
	}
	return &ends
}
