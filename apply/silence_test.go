package apply_test

import (
	"errors"
	"io"
	"io/fs"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"treaty/apply/internal/memory"
	"treaty/apply/internal/remote"
	"treaty/apply/store"
)

// mute is a line that is left open, and on which nothing gets through from some moment on.
type mute struct{ dead atomic.Bool }

func (m *mute) over(from io.Reader, to io.Writer) (io.Reader, io.Writer) {
	return muteReader{from, m}, muteWriter{to, m}
}

type muteReader struct {
	io.Reader
	line *mute
}

func (r muteReader) Read(p []byte) (int, error) {
	for {
		if n, err := r.Reader.Read(p); err != nil || !r.line.dead.Load() {
			return n, err
		}
	}
}

type muteWriter struct {
	io.Writer
	line *mute
}

func (w muteWriter) Write(p []byte) (int, error) {
	if w.line.dead.Load() {
		return len(p), nil
	}
	return w.Writer.Write(p)
}

// A line that is open and dead is taken for cut after a minute, by both ends: a call here ends, and the lock there
// goes.
func TestADeadLineIsCutAfterAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, line := memory.New("/memory/it", memory.POSIX), &mute{}
		far, err := throughAgent(v, line.over, 0)
		check(t, err)
		s, err := store.Of(far)
		check(t, err)
		_, err = s.Lock()
		check(t, err)
		time.Sleep(time.Hour)
		if err := far.Present(); err != nil {
			t.Errorf("an hour without a word: %v", err)
		}
		line.dead.Store(true)
		began := time.Now()
		err = far.Present()
		if after := time.Since(began); !errors.Is(err, remote.ErrLost) || after > remote.Silence {
			t.Errorf("after %v: %v", after, err)
		}
		time.Sleep(remote.Silence)
		if _, err := v.PrivateEntry("lock"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the lock there: %v", err)
		}
		check(t, s.Close())
	})
}
