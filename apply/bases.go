package apply

import (
	"sync/atomic"

	"treaty/apply/internal/conclude"
	"treaty/apply/internal/ends"
	"treaty/apply/internal/execute"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
)

// bases are the texts that one run keeps, where the baseline lies, to merge by later: those that it puts in place. What
// cannot be kept is told at the end, and fails nothing.
type bases struct {
	// home is the end at which the baseline lies, or would lie.
	home *ends.End
	// room is how many bytes its volume has to spare for them: nothing of a person's fails for lack of room that they
	// take.
	room atomic.Int64
	// tally is what was known of those that are kept, nil where nothing was, and kept are those that were kept since.
	tally *store.Tally
	kept  conclude.Kept
	// unkept is the first error of keeping one, nil where all were kept.
	unkept atomic.Pointer[error]
}

// texts hands over what is put in place by these steps and is a text; nil where none is kept.
func (b *bases) texts(options *plan.Options, steps []plan.Step) *execute.Texts {
	which := options.Keeping()
	if which == nil {
		return nil
	}
	texts := &execute.Texts{Which: which, Keep: b.keep}
	texts.Bound(steps, store.MostBases(options.Keep()))
	return texts
}

// keep keeps a text, as far as there is room.
func (b *bases) keep(sum tree.Hash, text []byte) {
	err := store.ErrNoRoom
	if b.room.Add(-store.RoomFor(int64(len(text)))) >= 0 {
		var kept store.KeptBase
		kept, err = b.home.Store.KeepBase(sum, text)
		b.kept.Note(sum, kept, err)
	}
	if err != nil {
		b.unkept.CompareAndSwap(nil, &err)
	}
}

// takeTally takes away what is known of those that are kept, which changes from now on. What was begun by another run,
// as resumed says, that one may have changed already. With keeps, this run keeps some.
func (b *bases) takeTally(resumed, keeps bool) error {
	tally, err := store.TakeTally(b.home.Store, b.home.File)
	if resumed || b.home.Side != plan.Local {
		return err
	}
	b.tally = tally
	if tally == nil && err == nil && keeps && store.NoBases(b.home.Store.Reader) {
		b.kept.AreFirst()
	}
	return err
}

// outcome is what the conclusion is told of them. later tells of a path whether its text was not kept yet, nil where
// all were.
func (b *bases) outcome(later func(tree.Path) bool) conclude.Texts {
	texts := conclude.Texts{Later: later, Tally: b.tally, Kept: &b.kept}
	if err := b.unkept.Load(); err != nil {
		texts.Unkept = *err
	}
	return texts
}
