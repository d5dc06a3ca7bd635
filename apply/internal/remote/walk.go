package remote

import (
	"context"
	"io"
	"sync/atomic"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// walk is a listing that the agent sends.
type walk struct {
	at       *Volume
	ctx      context.Context
	options  scan.Options
	sent     *exchange
	listings *wire.ListingReader
	// known is what an earlier walk has brought, and then what this one has; nil where nobody asks.
	known *known
	// next is the listing that was read and not asked for yet, nil for none.
	next  *tree.Listing
	idle  []scan.IdlePattern
	trees []tree.Path
	// err is why it cannot go on, and over tells that all was sent.
	err  error
	over bool
}

// Walk begins to list the tree.
func (v *Volume) Walk(ctx context.Context, options scan.Options) volume.Walk {
	return v.walk(ctx, options, nil)
}

// WalkKnowing begins to list the tree, of which a listing may be known already.
func (v *Volume) WalkKnowing(ctx context.Context, options scan.Options, of *volume.Known) volume.Walk {
	return v.walk(ctx, options, &known{of: of})
}

func (v *Volume) walk(ctx context.Context, options scan.Options, k *known) *walk {
	w := &walk{at: v, ctx: ctx, options: options, known: k}
	q := &wire.WalkAsk{Hash: k.sum(), Walking: wire.WalkingOf(options)}
	if w.sent, w.err = begin(ctx, &v.files, wire.Walk, q, nil); w.err == nil {
		w.listings = wire.NewListingReader(k.over(w.sent), options)
	}
	return w
}

// List is the listing of a directory, asked for in the order of the walk.
func (w *walk) List(dir tree.Path) (tree.Listing, error) {
	for {
		if err := w.fill(); err != nil {
			return tree.Listing{}, err
		}
		if w.next == nil {
			return w.aside(dir)
		}
		switch order := scan.Compare(w.next.Dir, dir); {
		case order > 0:
			return w.aside(dir)
		case order == 0:
			l := *w.next
			w.next = nil
			return l, nil
		}
		w.next = nil
	}
}

// fill reads the next listing, where none waits and there is one.
func (w *walk) fill() error {
	if w.next != nil || w.err != nil || w.over {
		return w.err
	}
	l, err := w.listings.Next()
	switch {
	case err == io.EOF:
		w.over = true
		w.err = w.end()
	case err != nil:
		w.err = w.sent.early(err)
	default:
		w.options.Progress.Listed(&l)
		w.next = &l
	}
	return w.err
}

func (w *walk) end() error {
	answer, err := end(w.sent, wire.Walk)
	w.idle, w.trees = wire.IdlePatterns(answer.Idle), wire.Trees(answer.Trees)
	if err == nil {
		w.known.take()
	}
	return err
}

// aside is the listing of a directory that the walk does not come to.
func (w *walk) aside(dir tree.Path) (tree.Listing, error) {
	q := &wire.ListAsk{Path: wire.Inner(dir), Walking: wire.WalkingOf(w.options)}
	e, err := begin(w.ctx, &w.at.files, wire.List, q, nil)
	if err != nil {
		return tree.Listing{}, err
	}
	defer e.Close()
	l, err := wire.DecodeListing(e, dir, w.options)
	if err != nil {
		return tree.Listing{}, e.early(err)
	}
	if _, err := end(e, wire.List); err != nil {
		return tree.Listing{}, err
	}
	w.options.Progress.Listed(&l)
	return l, nil
}

// Finish ends the walk, and tells whether what was listed can be relied on: what is said at its end is read, where all
// before it was asked for. The rest of the listings is read where it is to be known. That the tree was there all the
// while is said at the end too, of the listings: it is asked again where other calls were made meanwhile.
func (w *walk) Finish() error {
	for !w.over && w.err == nil && (w.next == nil || w.known != nil) {
		w.next = nil
		_ = w.fill() // it is w.err
	}
	w.Close()
	if w.err != nil {
		if w.ctx.Err() != nil {
			return nil
		}
		return w.err
	}
	if w.over && w.sent.nth == w.at.asked.Load() {
		return nil
	}
	return w.at.Present()
}

// Close ends the walk.
func (w *walk) Close() error {
	if w.sent != nil {
		w.sent.Close()
	}
	return nil
}

// IdlePatterns are those that the agent has met.
func (w *walk) IdlePatterns() []scan.IdlePattern { return w.idle }

// Trees are those that the agent has met.
func (w *walk) Trees() []tree.Path { return w.trees }

// reader has files read there.
type reader struct {
	at          *Volume
	granularity int64
	read        *atomic.Int64
}

// Reader has files read as a walk with that granularity listed them.
func (v *Volume) Reader(granularity int64, read *atomic.Int64) volume.Reader {
	return &reader{v, granularity, read}
}

// Hash has the wanted files read.
func (r *reader) Hash(ctx context.Context, wanted []tree.Wanted, done func(int, tree.Content)) error {
	if len(wanted) == 0 {
		return ctx.Err()
	}
	q := &wire.HashAsk{Granularity: r.granularity}
	e, err := begin(ctx, &r.at.files, wire.Hash, q, func(w *wire.Writer) error {
		files := wire.NewWantedWriter(w)
		for i := range wanted {
			if err := files.Write(&wanted[i]); err != nil {
				return err
			}
		}
		return files.Flush()
	})
	if err != nil {
		return err
	}
	defer e.Close()
	contents := wire.NewContentReader(e, r.at.newer)
	for i := range wanted {
		is, err := contents.Next()
		if err != nil {
			return e.early(err)
		}
		if r.read != nil && is.Err == nil {
			r.read.Add(wanted[i].Size)
		}
		done(i, is)
	}
	if _, err := end(e, wire.Hash); err != nil {
		return err
	}
	return ctx.Err()
}

// Text is the whole of a file.
func (r *reader) Text(ctx context.Context, wanted tree.Wanted, limit int64) ([]byte, error) {
	return fetch(ctx, &r.at.files, wire.ReadText, &wire.TextAsk{Path: wire.Inner(wanted.Path), Mtime: wanted.Mtime,
		Size: wanted.Size, Most: limit, Granularity: r.granularity}, limit)
}
