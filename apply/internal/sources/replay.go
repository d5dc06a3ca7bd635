package sources

import (
	"bufio"
	"bytes"
	"context"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// replay is a volume of which all is handed out as a pass saw it, but for the names that something was done to since.
type replay struct {
	volume.Volume
	pass    *Pass
	touched touched
	// literal tells that the volume takes names as they are: two spellings are two names.
	literal bool
	// paths are all that may have been touched of a tree far away, with the directories that they lie in, in order.
	paths []tree.Path
}

// A walk is ahead of who asks by at most aheadBatches+2 batches, each done when it has batchEntries entries or
// batchDirs directories.
const (
	aheadBatches = 2
	batchEntries = 1024
	batchDirs    = 128
)

// Walk makes listings of what was kept in a goroutine of its own, a bounded distance ahead of whoever asks.
func (s replay) Walk(ctx context.Context, options scan.Options) volume.Walk {
	w := &replayWalk{ctx: ctx, renewing: renewing{s, options, s.glances(ctx)},
		made: map[tree.Path]tree.Scope{}, batches: make(chan []renewed, aheadBatches)}
	ahead, cancel := context.WithCancel(ctx)
	w.cancel = cancel
	go w.run(ahead)
	return w
}

// replayWalk hands out what a pass saw.
type replayWalk struct {
	renewing
	ctx     context.Context
	batches chan []renewed
	// cancel ends the goroutine that fills batches.
	cancel context.CancelFunc
	// current are those that were made and not asked for yet.
	current []renewed
	// made are the directories that there were none of when the tree was kept, with the scope above them.
	made map[tree.Path]tree.Scope
	// live lists what was not kept, nil where that has not been asked for.
	live volume.Walk
}

// run is the walk's goroutine. It looks at touched names, too.
func (w *replayWalk) run(ctx context.Context) {
	defer close(w.batches)
	var batch []renewed
	entries := 0
	from, pass := bufio.NewReader(nil), w.of.pass
	for i, dir := range pass.dirs {
		if ctx.Err() != nil {
			return
		}
		from.Reset(bytes.NewReader(dir.packed))
		l, err := wire.DecodeListing(from, dir.path, pass.options)
		l.Dir, l.Scope, l.Rules = dir.path, dir.scope, dir.rules
		if err != nil {
			batch = append(batch, renewed{Listing: l}) // it is listed
		} else {
			batch = append(batch, w.renew(l))
		}
		entries += len(l.Entries)
		if entries < batchEntries && len(batch) < batchDirs && i < len(pass.dirs)-1 {
			continue
		}
		select {
		case w.batches <- batch:
			batch, entries = make([]renewed, 0, len(batch)), 0
		case <-ctx.Done():
			return
		}
	}
}

// List is the listing of dir, asked for in the order of the walk.
func (w *replayWalk) List(dir tree.Path) (tree.Listing, error) {
	if r := w.recall(dir); r.known {
		for _, name := range r.made {
			w.made[dir.Join(name)] = r.Scope
		}
		return cut(r.Listing, w.options.Granularity), nil
	}
	if w.live == nil {
		w.live = w.of.Volume.Walk(w.ctx, w.options)
	}
	return w.live.List(dir)
}

// recall is a directory as it was kept, or, of one that was made since, with nothing in it but what is looked at. It is
// not known where it was not kept.
func (w *replayWalk) recall(dir tree.Path) renewed {
	if scope, made := w.made[dir]; made {
		return w.renew(tree.Listing{Dir: dir, Scope: scope})
	}
	for {
		for len(w.current) > 0 {
			next := w.current[0]
			order := scan.Compare(next.Dir, dir)
			if order > 0 {
				return renewed{}
			}
			w.current = w.current[1:]
			if order == 0 {
				return next
			}
		}
		batch, more := <-w.batches
		if !more {
			return renewed{}
		}
		w.current = batch
	}
}

// Finish ends the walk, and tells whether the tree is there still.
func (w *replayWalk) Finish() error {
	w.end()
	if w.live != nil {
		return w.live.Finish()
	}
	if w.seen != nil {
		return w.seen.present
	}
	return w.of.Volume.Present()
}

// Close ends the walk; it may be called more than once.
func (w *replayWalk) Close() error {
	w.end()
	if w.live != nil {
		return w.live.Close()
	}
	return nil
}

// end ends the walk's goroutine.
func (w *replayWalk) end() {
	w.cancel()
	for range w.batches {
	}
}

// IdlePatterns are none: the pass that was kept has them.
func (w *replayWalk) IdlePatterns() []scan.IdlePattern { return nil }

// Trees are none, for the same reason.
func (w *replayWalk) Trees() []tree.Path { return nil }
