package apply_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"treaty/apply/internal/local"
	"treaty/apply/pair"
	"treaty/apply/store"
)

// meter counts what crosses a line to an agent.
type meter struct {
	mu sync.Mutex
	// toHere is how many bytes came from the agent, and asked what was sent to it.
	toHere int64
	asked  bytes.Buffer
}

// over gives the streams of a connection to the meter.
func (m *meter) over(from io.Reader, to io.Writer) (io.Reader, io.Writer) {
	return meteredReader{from, m}, meteredWriter{to, m}
}

type meteredReader struct {
	io.Reader
	at *meter
}

func (r meteredReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.at.mu.Lock()
	defer r.at.mu.Unlock()
	r.at.toHere += int64(n)
	return n, err
}

type meteredWriter struct {
	io.Writer
	at *meter
}

func (w meteredWriter) Write(p []byte) (int, error) {
	w.at.mu.Lock()
	w.at.asked.Write(p)
	w.at.mu.Unlock()
	return w.Writer.Write(p)
}

// calls is how many calls were made: each is one HTTP/2 frame of headers (RFC 9113, section 6.2).
func (m *meter) calls() (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	const head, headers = 9, 1
	_, frames, _ := bytes.Cut(m.asked.Bytes(), []byte("SM\r\n\r\n"))
	for len(frames) >= head {
		size := int(frames[0])<<16 | int(frames[1])<<8 | int(frames[2])
		if frames[3] == headers {
			n++
		}
		frames = frames[min(head+size, len(frames)):]
	}
	return n
}

// grove makes so many directories of twenty files in each of some roots, the same in each. What is in a directory was
// saved within two hours.
func grove(t *testing.T, dirs int, roots ...string) {
	t.Helper()
	for _, root := range roots {
		random := rand.New(rand.NewPCG(1, 2))
		for d := range dirs {
			dir := filepath.Join(root, fmt.Sprintf("folder-%04d", d))
			check(t, os.Mkdir(dir, 0o755))
			day := 1_700_000_000 + random.Int64N(1e7)
			for f := range 20 {
				name := filepath.Join(dir, fmt.Sprintf("file %d of some name-%02d.txt", random.IntN(9), f))
				check(t, os.WriteFile(name, make([]byte, random.IntN(4096)), 0o644))
				at := time.Unix(day+random.Int64N(7200), random.Int64N(1e9))
				check(t, os.Chtimes(name, at, at))
			}
		}
	}
}

// crossed is what crosses for a plan of two trees that are the same.
func crossed(t *testing.T, dirs int) *meter {
	t.Helper()
	here, there := t.TempDir(), t.TempDir()
	grove(t, dirs, here, there)
	line := &meter{}
	far, err := local.Open(there)
	check(t, err)
	behind, err := throughAgent(far, line.over, 0)
	check(t, err)
	remote, err := store.Of(behind)
	check(t, err)
	near, err := local.Open(here)
	check(t, err)
	own, err := store.Of(near)
	check(t, err)
	p, err := pair.Of(own, remote.Reader)
	check(t, err)
	made, err := p.Plan(t.Context(), pair.Planning{Options: defaults()})
	check(t, err)
	if !made.Plan.Empty() {
		t.Errorf("there is something to do:\n%s", describe(made.Plan))
	}
	check(t, p.Close())
	return line
}

// A plan waits for the line as often however many directories there are, and an entry takes few bytes on it.
func TestAPlanWithNothingToDoTakesFewCallsAndFewBytes(t *testing.T) {
	small, large := crossed(t, 10), crossed(t, 100)
	const mostCalls, mostBytes = 8, 12
	if a, b := small.calls(), large.calls(); a != b || a > mostCalls {
		t.Errorf("%d calls for 10 directories, %d for 100", a, b)
	}
	entries := int64(90 * 21)
	if each := float64(large.toHere-small.toHere) / float64(entries); each > mostBytes {
		t.Errorf("%.1f bytes an entry", each)
	} else {
		t.Logf("%d calls, %.1f bytes an entry", small.calls(), each)
	}
}
