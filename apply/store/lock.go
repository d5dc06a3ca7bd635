package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"treaty/apply/refusal"
	"treaty/plan/scan"
)

// lockFile says who works on a tree.
const lockFile = "lock"

// Holder is who holds a tree's lock.
type Holder struct {
	Host string `json:"host"`
	Boot string `json:"boot"`
	PID  int    `json:"pid"`
	// Started is when the process started, as its system tells it; "" in locks of before, and where none does.
	Started string    `json:"started,omitempty"`
	At      time.Time `json:"at"`

	// torn: a power cut has left the lock's name, and not what it said.
	torn bool
}

func (h Holder) String() string {
	if h.torn {
		return "nobody knows who"
	}
	return fmt.Sprintf("process %d on %s, since %s", h.PID, h.Host, h.At.Format(time.RFC3339))
}

// self is this process as the holder of a lock.
func self() Holder {
	return Holder{Host: ThisHost(), Boot: bootID(), PID: os.Getpid(), Started: processOf(os.Getpid()).started, At: time.Now().UTC().Truncate(time.Second)}
}

// thisHost is what this machine calls itself, "" where it has no name.
func ThisHost() string {
	host, _ := os.Hostname()
	return host
}

// stale tells whether the holder is gone for sure: only of processes of this host can that be told.
func (h Holder) stale() bool {
	if h.torn {
		return true
	}
	me := self()
	if h.Host != me.Host {
		return false
	}
	if h.Boot != "" && me.Boot != "" && h.Boot != me.Boot {
		return true
	}
	return processOf(h.PID).another(h)
}

// process is what a system says of one of its processes.
type process struct {
	alive bool
	// started tells one process from all others that ever had its number, "" where that cannot be known.
	started string
	// since is when it started by the clock, the zero time where that cannot be known.
	since time.Time
}

// another tells whether a process, or none, is certainly not the one that took a lock: numbers are used again, soon on
// Windows and at once by the first process of a container. Where neither says when it started, the lock's own time
// does: nobody takes a lock before starting. A minute is for clocks that were set.
func (p process) another(h Holder) bool {
	switch {
	case !p.alive:
		return true
	case h.Started != "" && p.started != "":
		return h.Started != p.started
	case p.since.IsZero():
		return false
	}
	return p.since.After(h.At.Add(time.Minute))
}

// Whoever takes a lock writes into it at once: within microseconds.
const (
	lockLooks = 10
	lockPause = 30 * time.Millisecond
)

// holder is who holds the lock of a tree, nil where nobody does. A lock that nobody can read is held
// by somebody unknown.
//
// Race: what is empty is looked at again for a moment, since its text may be on its way. A process that is
// stopped for longer between these two calls loses its lock; at worst two treaties work on one tree, and each
// finds the other's changes as drift.
func (s *Store) holder() (*Holder, error) {
	for look := 1; ; look++ {
		data, err := s.read(lockFile)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if errors.Is(err, scan.ErrNotRegular) || errors.Is(err, scan.ErrTooLarge) {
			return &Holder{Host: "an unknown host"}, nil // no treaty wrote that
		}
		if err != nil {
			return nil, err
		}
		h := &Holder{}
		switch {
		case json.Unmarshal(data, h) == nil:
			return h, nil
		case len(bytes.Trim(data, "\x00")) > 0:
			return &Holder{Host: "an unknown host"}, nil
		case look == lockLooks:
			return &Holder{torn: true}, nil
		}
		time.Sleep(lockPause)
	}
}

// locked is the refusal for a lock that is held.
func locked(where string, h *Holder) error {
	return refusal.Because(refusal.CauseLocked, "another treaty works on %s: %s", where, h).At(where)
}

// Lock takes the tree's lock. A stale one is taken over. It refuses with ErrLocked where another treaty works on the
// tree; other errors are those of the first write.
//
// Race: two processes find the same stale lock, and the slower one removes the lock that the faster
// has just taken. It looks again right before it removes, so that the window is a few microseconds;
// at worst two treaties work on one tree, and each finds the other's changes as drift.
func (s *Store) Lock() (unlock func() error, err error) {
	text, err := json.Marshal(self())
	if err != nil {
		return nil, err
	}
	for {
		err := s.files.ClaimPrivate(lockFile, append(text, '\n'))
		if err == nil {
			return func() error { return s.files.RemovePrivate(lockFile) }, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		h, err := s.holder()
		if err != nil {
			return nil, err
		}
		if h == nil {
			continue
		}
		if !h.stale() {
			return nil, locked(s.Root(), h)
		}
		if err := s.files.RemovePrivate(lockFile); err != nil {
			return nil, err
		}
	}
}

// lockAll locks trees, the lower path first. Of those that need nothing it only looks whether another treaty works
// there.
func HoldWhere(stores []*Store, needed func(*Store) bool) (unlock func(), err error) {
	var held []func() error
	unlock = func() {
		for _, release := range held {
			_ = release() // a lock that stays is found stale by the next run
		}
	}
	sorted := slices.SortedFunc(slices.Values(stores), func(a, b *Store) int {
		if a.Root() < b.Root() {
			return -1
		}
		return 1
	})
	for _, s := range sorted {
		if !needed(s) {
			if err := s.Locked(); err != nil {
				unlock()
				return nil, err
			}
			continue // nothing is to be done here, not even a lock to be left
		}
		release, err := s.Lock()
		if err != nil {
			unlock()
			return nil, err
		}
		held = append(held, release)
	}
	return unlock, nil
}
