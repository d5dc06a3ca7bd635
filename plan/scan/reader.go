package scan

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"treaty/plan/tree"
)

// Reader reads files as a walk listed them. It is the other half of a Walk: what plans are made from.
type Reader struct {
	Hasher
	// Granularity is what the walk cut mtimes to, in nanoseconds.
	Granularity int64
}

func (r Reader) expected(w tree.Wanted) Expected {
	return Expected{Size: w.Size, Mtime: w.Mtime, Granularity: r.Granularity}
}

// Hash reads the wanted files and calls done for each, in their order. A file that is not as listed
// has an error that wraps tree.ErrChanged. Hash itself fails only with the tree or the context.
func (r Reader) Hash(ctx context.Context, wanted []tree.Wanted, done func(i int, content tree.Content)) error {
	requests := func(yield func(Request) bool) {
		for _, w := range wanted {
			request := Request{Path: w.Path, Want: r.expected(w), Extras: true}
			if w.Head || w.HeadOnly {
				request.Head, request.HeadOnly = HeadLimit, w.HeadOnly
			}
			if !yield(request) {
				return
			}
		}
	}
	i := 0
	for result := range r.All(ctx, requests) {
		if err := result.Err; errors.Is(err, ErrVanished) || err != nil && ctx.Err() != nil {
			return err
		}
		done(i, tree.Content{SHA256: result.Hash, Head: slices.Clone(result.Head), Extras: result.Extras,
			Err: listed(result.Err)})
		i++
	}
	return ctx.Err()
}

// Text is the whole of a file that is at most limit bytes.
func (r Reader) Text(ctx context.Context, w tree.Wanted, limit int64) ([]byte, error) {
	text, err := r.Root.Read(ctx, w.Path, r.expected(w), limit)
	return text, listed(err)
}

// listed says of a file that is not what was listed that it changed.
func listed(err error) error {
	if errors.Is(err, ErrChanged) {
		return fmt.Errorf("it %w", tree.ErrChanged)
	}
	return err
}
