package apply_test

import (
	"errors"
	"io"
	"sync"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/memory"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/testdata/effort"
)

// cutLine is a line to an agent that is cut at its n-th message, to the agent or from it, or within that.
type cutLine struct {
	n       int
	toHere  bool
	within  bool
	mu      sync.Mutex
	seen    int
	cut     bool
	closing []func()
}

// over gives the streams of a connection to the line.
func (l *cutLine) over(from io.Reader, to io.Writer) (io.Reader, io.Writer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closing = append(l.closing, func() {
		from.(*io.PipeReader).CloseWithError(io.ErrUnexpectedEOF)
		to.(*io.PipeWriter).CloseWithError(io.ErrUnexpectedEOF)
	})
	return &cutReader{l, from}, &cutWriter{l, to}
}

// message counts one, and tells whether it gets through.
func (l *cutLine) message(toHere bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if toHere == l.toHere {
		l.seen++
	}
	if l.cut || l.seen < l.n {
		return !l.cut
	}
	l.cut = true
	return false
}

// sever ends all connections.
func (l *cutLine) sever() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, end := range l.closing {
		end()
	}
	l.closing = nil
}

type cutReader struct {
	line *cutLine
	from io.Reader
}

func (r *cutReader) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if err != nil || r.line.message(true) {
		return n, err
	}
	r.line.sever()
	if r.line.within {
		return n / 2, io.ErrUnexpectedEOF
	}
	return 0, io.ErrUnexpectedEOF
}

type cutWriter struct {
	line *cutLine
	to   io.Writer
}

func (w *cutWriter) Write(p []byte) (n int, err error) {
	if w.line.message(false) {
		return w.to.Write(p)
	}
	if w.line.within {
		n, _ = w.to.Write(p[:len(p)/2]) // what comes of it is for the other end
	}
	w.line.sever()
	return n, io.ErrClosedPipe
}

// A line that is cut, wherever that is, is a stick that is pulled out: nothing is lost, an apply that had begun says
// so, and is taken up or settled back, at either end.
func TestALineMayBeCutAtEveryMessage(t *testing.T) {
	for _, kind := range []struct {
		name string
		of   *memory.Kind
	}{{"able", &memory.POSIX}, {"weak", &memory.Weak}, {"lossy", &memory.Lossy}} {
		world := func(t tester) (*world, *plan.Plan) {
			w := newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, kind.of})
			w.can = &kind.of.Probed.Can
			w.far[plan.Remote] = true
			return w, w.rich()
		}
		w, p := world(t)
		if _, err := w.apply(p); err != nil {
			t.Fatal(err)
		}
		will := w.trees()
		for _, line := range []struct{ toHere, within bool }{{}, {toHere: true}, {within: true}, {true, true}} {
			name := kind.name + map[bool]string{false: " from here", true: " to here"}[line.toHere] +
				map[bool]string{false: "", true: " within"}[line.within]
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				cuts := 0
				for n := 1; ; n += effort.Stride(151, 97) {
					w, p := world(t)
					if !cutAt(w, p, &cutLine{n: n, toHere: line.toHere, within: line.within}, will, cuts) {
						break
					}
					if cuts++; t.Failed() {
						t.Fatalf("cut at message %d", n)
					}
				}
				if cuts == 0 {
					t.Error("it was never cut")
				}
			})
		}
	}
}

// cutAt applies a plan over a line that is cut, and then takes it up or settles it back. It tells whether it was cut.
func cutAt(w *world, p *plan.Plan, line *cutLine, will plan.Sides[nodes], nth int) bool {
	w.Helper()
	w.line = line
	receipt, err := w.apply(p)
	w.line = nil
	if !line.cut {
		return false
	}
	w.keepsEverything(w.was)
	w.touchesOnly(p, w.was)
	w.half(w.was, will)
	begun := w.open(plan.Local)
	switch {
	case err == nil:
		return true // it was cut in what does not matter
	case begun && !errors.Is(err, apply.ErrPartial) && !errors.Is(err, apply.ErrOpen):
		w.Errorf("it has begun, and says %v\n%s", err, outcomes(receipt))
	case !begun && !errors.Is(err, apply.ErrSafety) && !errors.Is(err, scan.ErrVanished) && !w.applied(p):
		w.Errorf("it has not begun, and says %v", err)
	}
	if w.applied(p) {
		return true
	}
	if nth%2 == 0 {
		if w.takenUp(p, will) {
			w.settled()
		}
		return true
	}
	if _, err := w.recover(nil, plan.Local, plan.Remote); err != nil {
		w.Errorf("settled: %v", err)
		return true
	}
	w.settledBack(p, will)
	return true
}
