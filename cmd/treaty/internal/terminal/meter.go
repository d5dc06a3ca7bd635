package terminal

import (
	"strings"
	"sync"
	"time"

	"treaty/cmd/treaty/internal/render"
)

// Measured is how far something is: what is being done, and the bytes done of a total, which are 0 where they
// are not known.
type Measured struct {
	What        string
	Done, Total int64
}

// Meter shows on a terminal how far something is, and nothing elsewhere.
type Meter struct {
	screen *Screen
	end    chan struct{}
	once   sync.Once
	wg     sync.WaitGroup
}

// Meter starts to show what measure says, a few times a second, until it is stopped or an interrupt comes.
// What ends at once shows nothing.
func (c *Console) Meter(measure func() Measured) *Meter {
	m := &Meter{screen: c.Screen, end: make(chan struct{})}
	if c.Quiet || !c.Screen.shows {
		return m
	}
	started := c.Now()
	draw := func() { m.screen.draw(measure().line(c.Now().Sub(started), m.screen.room())) }
	if c.Screen.After == 0 {
		draw()
	}
	m.wg.Go(func() {
		defer m.screen.clear()
		next := time.NewTimer(c.Screen.After)
		defer next.Stop()
		for {
			select {
			case <-m.end:
				return
			case <-c.Ctx.Done():
				return
			case <-next.C:
				draw()
				next.Reset(c.Screen.Every)
			}
		}
	})
	return m
}

// Stop ends the showing; it may be called again.
func (m *Meter) Stop() {
	m.once.Do(func() { close(m.end) })
	m.wg.Wait()
}

// line is a line of progress of at most width columns, after it took as long as it says; "" where there is no
// room. The rate is that since the beginning, which jumps less than the last second's.
func (m Measured) line(took time.Duration, width int) string {
	text := m.What
	if m.Total > 0 {
		text += "  " + bar(m.Done, m.Total) + "  " + render.Bytes(m.Done) + " of " + render.Bytes(m.Total)
	}
	if rate := float64(m.Done) / took.Seconds(); m.Done > 0 && took >= time.Second {
		text += ", " + render.Bytes(int64(rate)) + "/s"
		if left := time.Duration(float64(m.Total-m.Done) / rate * float64(time.Second)); m.Total > m.Done &&
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
