package main

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"treaty/apply"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
	"treaty/plan/scan"
)

// measured is how far something is: what is being done, and, where they are known, the bytes done of a total.
type measured struct {
	what        string
	done, total int64
}

// meter shows on a terminal how far something is, and nothing elsewhere.
type meter struct {
	terminal *terminal
	end      chan struct{}
	once     sync.Once
	wg       sync.WaitGroup
}

// meter starts to show what measure says, a few times a second, until it is stopped or an interrupt comes.
// What ends at once shows nothing.
func (c *console) meter(measure func() measured) *meter {
	m := &meter{terminal: c.terminal, end: make(chan struct{})}
	if c.quiet || !c.terminal.shows {
		return m
	}
	started := c.now()
	draw := func() { m.terminal.draw(measure().line(c.now().Sub(started), m.terminal.room())) }
	if c.terminal.after == 0 {
		draw()
	}
	m.wg.Go(func() {
		defer m.terminal.clear()
		next := time.NewTimer(c.terminal.after)
		defer next.Stop()
		for {
			select {
			case <-m.end:
				return
			case <-c.ctx.Done():
				return
			case <-next.C:
				draw()
				next.Reset(c.terminal.every)
			}
		}
	})
	return m
}

// stop ends the showing; it may be called again.
func (m *meter) stop() {
	m.once.Do(func() { close(m.end) })
	m.wg.Wait()
}

// line is a line of progress of at most width columns, after it took as long as it says; "" where there is no
// room. The rate is that since the beginning, which jumps less than the last second's.
func (m measured) line(took time.Duration, width int) string {
	text := m.what
	if m.total > 0 {
		text += "  " + bar(m.done, m.total) + "  " + render.Bytes(m.done) + " of " + render.Bytes(m.total)
	}
	if rate := float64(m.done) / took.Seconds(); m.done > 0 && took >= time.Second {
		text += ", " + render.Bytes(int64(rate)) + "/s"
		if left := time.Duration(float64(m.total-m.done) / rate * float64(time.Second)); m.total > m.done &&
			left < 100*time.Hour {
			text += ", " + left.Round(time.Second).String() + " left"
		}
	}
	return render.Cut(text, width)
}

// bar is twenty columns of how much is done.
func bar(done, total int64) string {
	const columns = 20
	full := int(float64(columns) * min(1, float64(done)/float64(total)))
	return "[" + strings.Repeat("#", full) + strings.Repeat("-", columns-full) + "]"
}

// comparingTrees measures the reading of two trees.
func comparingTrees(p *apply.Progress) func() measured {
	return func() measured {
		m := measured{what: "reading the trees: " + files(&p.Scanned), done: p.Compared.Load()}
		if m.done > 0 {
			m.what += ", " + render.Bytes(m.done) + " compared"
		}
		return m
	}
}

func files(seen *plan.Sides[scan.Progress]) string {
	return render.Count(int(seen[plan.Local].Files.Load()+seen[plan.Remote].Files.Load()), "file")
}

// applying measures an apply.
func applying(p *apply.Progress) func() measured {
	return func() measured {
		switch todo, done := p.ToDo.Load(), p.Done.Load(); {
		case todo == 0:
			return measured{what: "checking that nothing has changed: " + files(&p.Scanned)}
		case done < todo:
			return measured{fmt.Sprintf("applying: %d of %s", done, render.Count(int(todo), "operation")),
				p.Copied.Load(), p.ToCopy.Load()}
		default:
			return measured{what: fmt.Sprintf("recording what was done: %s", render.Count(int(done), "operation"))}
		}
	}
}
