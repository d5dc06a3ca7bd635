package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"

	"treaty/apply"
	"treaty/plan"
	"treaty/plan/scan"
)

// measured is how far something is: bytes of a total, 0 where the total is not known yet.
type measured struct {
	what        string
	done, total int64
}

// meter shows on a terminal how far something is, and nothing elsewhere.
type meter struct {
	end  chan struct{}
	once sync.Once
	wg   sync.WaitGroup
}

// meter starts to show what measure says, a few times a second.
func (a *app) meter(measure func() measured) *meter {
	m := &meter{end: make(chan struct{})}
	if a.quiet || !isTerminal(a.stderr) {
		return m
	}
	m.wg.Go(func() {
		bar := progressbar.NewOptions64(-1, progressbar.OptionSetWriter(a.stderr), progressbar.OptionShowBytes(true),
			progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetWidth(20), progressbar.OptionEnableColorCodes(a.color))
		tick := time.NewTicker(150 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-m.end:
				_ = bar.Clear()
				return
			case <-tick.C:
				now := measure()
				if now.total > 0 && bar.GetMax64() != now.total {
					bar.ChangeMax64(now.total)
				}
				bar.Describe(now.what)
				_ = bar.Set64(now.done)
			}
		}
	})
	return m
}

// stop ends the showing and leaves a clean line; it may be called again.
func (m *meter) stop() {
	m.once.Do(func() { close(m.end) })
	m.wg.Wait()
}

// scanning measures the reading of two trees.
func scanning(seen *plan.Sides[scan.Progress], hashed *atomic.Int64) func() measured {
	return func() measured {
		files := seen[plan.Local].Files.Load() + seen[plan.Remote].Files.Load()
		return measured{what: fmt.Sprintf("%d files seen, hashing", files), done: hashed.Load()}
	}
}

// applying measures an apply.
func applying(p *apply.Progress) func() measured {
	return func() measured {
		if todo := p.ToDo.Load(); todo > 0 {
			return measured{what: fmt.Sprintf("%d of %d operations", p.Done.Load(), todo), done: p.Copied.Load(), total: p.ToCopy.Load()}
		}
		files := p.Scanned[plan.Local].Files.Load() + p.Scanned[plan.Remote].Files.Load()
		return measured{what: fmt.Sprintf("checking for drift: %d files", files)}
	}
}
