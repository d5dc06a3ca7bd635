package plan

import (
	"context"
	"errors"
	"sync"

	"treaty/plan/tree"
)

// reads are files that are to be read.
type reads struct {
	wanted Sides[[]tree.Wanted]
	// took is told, in any order and from any goroutine, what each brought.
	took Sides[[]func(tree.Content)]
}

func (r *reads) add(side Side, wanted tree.Wanted, took func(tree.Content)) {
	r.wanted[side], r.took[side] = append(r.wanted[side], wanted), append(r.took[side], took)
}

func (r *reads) count() int { return len(r.wanted[Local]) + len(r.wanted[Remote]) }

func (r *reads) none() bool { return r.count() == 0 }

// forget makes room for others.
func (r *reads) forget() {
	for _, side := range BothSides {
		clear(r.took[side])
		r.wanted[side], r.took[side] = r.wanted[side][:0], r.took[side][:0]
	}
}

// readsAtOnce is how many files are asked for at once: to ask takes memory too.
const readsAtOnce = 1 << 14

// run reads on both sides at once. It returns an error only where going on makes no sense.
func (r *reads) run(ctx context.Context, readers Sides[Reader]) error {
	var wg sync.WaitGroup
	var errs Sides[error]
	for _, side := range BothSides {
		if len(r.wanted[side]) == 0 {
			continue
		}
		wg.Go(func() {
			errs[side] = readers[side].Hash(ctx, r.wanted[side], func(i int, content tree.Content) { r.took[side][i](content) })
		})
	}
	wg.Wait()
	return errors.Join(errs[Local], errs[Remote])
}

// wantedOf asks for a side's file of a difference as it was listed.
func (d *difference) wantedOf(side Side) tree.Wanted {
	e := d.now(side)
	return tree.Wanted{Path: d.at(side), Size: e.Size, Mtime: e.Mtime}
}

// want asks for what a difference waits for now.
func (r *reads) want(p *policy, d *difference) {
	for _, side := range BothSides {
		if d.now(side).Type != tree.File || d.rare.all().against.off() || d.read(side).Err != nil {
			continue
		}
		head := wantsHead(p, d, side)
		whole := (d.verdict.unsure[side] || d.wanted[side]) && !d.sum(side).Known()
		if whole || head {
			wanted := d.wantedOf(side)
			wanted.Head, wanted.HeadOnly = head, !whole
			r.add(side, wanted, func(content tree.Content) { d.took(side, content) })
		}
	}
}

// readAll reads what decisions wait for and what operations and conflicts state, and decides again, until there is
// no more to read.
func readAll(ctx context.Context, dr *draft) error {
	for {
		dr.wantStated()
		if more, err := dr.readOnce(ctx); err != nil || !more {
			return err
		}
	}
}

// readUndecided reads only what decisions wait for.
func (dr *draft) readUndecided(ctx context.Context) error {
	for {
		if more, err := dr.readOnce(ctx); err != nil || !more {
			return err
		}
	}
}

// readOnce reads what is wanted now and decides again; false where nothing was.
func (dr *draft) readOnce(ctx context.Context) (bool, error) {
	var r reads
	any := false
	for i, d := range dr.differences {
		r.want(dr.policy, d)
		if last := i == len(dr.differences)-1; r.none() || !last && r.count() < readsAtOnce {
			continue
		}
		if err := r.run(ctx, dr.readers); err != nil {
			return false, err
		}
		r.forget()
		any = true
	}
	if any {
		dr.keep(dr.differsStill)
	}
	return any, nil
}

// differsStill decides again where the content is known now; false of what turns out to be the same or cannot be
// read.
func (dr *draft) differsStill(d *difference) bool {
	if d.verdict.agreed() && d.rare.all().against == nil {
		if dr.policy.asked(d) && !d.failed() {
			return true
		}
		t := trioOf(d)
		dr.agree(&t)
		return false
	}
	if dr.unread(d) {
		return d.rare.all().against.giveUp(d)
	}
	return !d.verdict.isUnsure() || dr.decideAgain(d)
}

// wantStated marks what must be read so that operations and conflicts can state their content;
// what is known already is not read again.
func (dr *draft) wantStated() {
	wantRenames(dr)
	for _, d := range dr.differences {
		if d.verdict.isUnsure() {
			continue
		}
		for _, side := range BothSides {
			if d.now(side).Type != tree.File {
				continue
			}
			// What stands against a directory may turn out to be in conflict with it.
			conflicts := d.verdict.kind != "" || d.rare.all().against != nil
			states := conflicts || dr.policy.options.Hash != HashConflicts || d.moves()
			if states && !d.sum(side).Known() {
				d.wanted[side] = true
			}
		}
	}
}
