package scan

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"
)

// Hasher hashes many files of a tree at once.
type Hasher struct {
	Root *Root
	// Workers is how many files are read at a time; 0 means 2, beyond which little is won.
	Workers int
	// Progress, where not nil, counts the bytes read.
	Progress *atomic.Int64
}

// ahead is how many requests are taken before the first of them is answered.
const ahead = 256

// All answers requests in their order. It reads ahead of who takes the answers by a bounded number
// of requests, which are pulled in a goroutine of its own. When ctx ends the answers end too, the last
// of them with its error.
func (h Hasher) All(ctx context.Context, requests iter.Seq[Request]) iter.Seq[Result] {
	return func(yield func(Result) bool) {
		ctx, cancel := context.WithCancel(ctx)
		type job struct {
			ask    Request
			answer chan Result
		}
		jobs, order := make(chan job, ahead), make(chan job, ahead)
		var group sync.WaitGroup
		defer group.Wait()
		defer cancel()
		workers := h.Workers
		if workers <= 0 {
			workers = 2
		}
		for range workers {
			group.Go(func() {
				for j := range jobs {
					j.answer <- h.Root.hash(ctx, j.ask, h.Progress)
				}
			})
		}
		group.Go(func() {
			defer close(order)
			defer close(jobs)
			for ask := range requests {
				j := job{ask, make(chan Result, 1)}
				select {
				case order <- j:
				case <-ctx.Done():
					return
				}
				jobs <- j // the workers take every job, and answer at once when ctx is done
			}
		})
		for j := range order {
			if !yield(<-j.answer) {
				return
			}
		}
	}
}
