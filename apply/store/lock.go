package store

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"time"

	"treaty/apply/refusal"
	"treaty/apply/volume"
	"treaty/plan/scan"
)

// lockFile says who works on a tree.
const lockFile = "lock"

// Holder is who holds a tree's lock.
type Holder = volume.Holder

// stale tells whether the holder of the tree's lock is gone for sure.
func (s *Reader) stale(h *Holder) bool { return h.Torn || s.source.Host().Gone(*h) }

// unread is who holds a lock that says of nobody that it is theirs: nobody of a known host, so that it is never stale.
var unread = &Holder{Host: "an unknown host", Unread: true}

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
func (s *Reader) holder() (*Holder, error) {
	for look := 1; ; look++ {
		data, err := s.read(lockFile)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if errors.Is(err, scan.ErrNotRegular) || errors.Is(err, scan.ErrTooLarge) {
			return unread, nil // no treaty wrote that
		}
		if err != nil {
			return nil, err
		}
		h := &Holder{}
		switch {
		case json.Unmarshal(data, h) == nil && h.PID > 0 && !h.At.IsZero():
			return h, nil
		case len(bytes.Trim(data, "\x00")) > 0:
			return unread, nil
		case look == lockLooks:
			return &Holder{Torn: true}, nil
		}
		time.Sleep(lockPause)
	}
}

// locked is the refusal for a lock that is held.
func locked(where string, h *Holder) error {
	return refusal.Because(refusal.CauseLocked, "another treaty works on %s: %s", where, h).At(where)
}

// lock takes the tree's lock. A stale one is taken over. Errors are those of Lock.
//
// Race: two processes find the same stale lock, and the slower one removes the lock that the faster
// has just taken. It looks again right before it removes, so that the window is a few microseconds;
// at worst two treaties work on one tree, and each finds the other's changes as drift.
func (s *writer) lock() (unlock func() error, err error) {
	self := s.source.Host().Self()
	self.Nonce = s.nonce
	text, err := json.Marshal(self)
	if err != nil {
		return nil, err
	}
	for {
		err := s.files.ClaimPrivate(lockFile, append(text, '\n'))
		if err == nil {
			s.held = &held{}
			return s.Unlock, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, s.unwritten("even a small file", err)
		}
		h, err := s.holder()
		if err != nil {
			return nil, err
		}
		if h == nil {
			continue
		}
		if s.nonce != "" && h.Nonce == s.nonce {
			return nil, refusal.Because(refusal.CauseNotApart, "both trees are the same: %s", s.Root())
		}
		if !s.stale(h) {
			return nil, locked(s.Root(), h)
		}
		if err := s.files.RemovePrivate(lockFile); err != nil {
			return nil, err
		}
	}
}

// held is a lock that was taken, and maybe released since.
type held struct{ released bool }

// Unlock releases the lock that was taken of the tree, if it is held still. Whoever took it need not wait to do so.
func (s *writer) Unlock() error {
	if s.held == nil || s.held.released {
		return nil
	}
	err := s.files.RemovePrivate(lockFile)
	s.held.released = err == nil
	return err
}

// HoldBy locks trees by a function for each, the lower path first, so that two treaties cannot wait for each other. A
// release that is nil is of a tree that needs no lock. After an error, which it returns, nothing is held. Where one
// tree is given twice, however that is reached, the error wraps ErrInvalid.
func HoldBy(lock func(*Store) (release func() error, err error), stores ...*Store) (unlock func(), err error) {
	var held []func() error
	nonce := rand.Text()
	unlock = func() {
		for _, release := range slices.Backward(held) {
			_ = release() // a lock that stays is found stale by the next run
		}
	}
	byRoot := func(a, b *Store) int { return cmp.Compare(a.Root(), b.Root()) }
	for _, s := range slices.SortedStableFunc(slices.Values(stores), byRoot) {
		s.nonce = nonce
		release, err := lock(s)
		if err != nil {
			unlock()
			return nil, err
		}
		if release != nil {
			held = append(held, release)
		}
	}
	return unlock, nil
}

// HeldTogether tells whether the lock of a tree was taken together with that of another one: whoever did so has it by
// two paths. A lock that cannot be read is somebody else's.
func HeldTogether(s *Reader, other *Store) bool {
	h, err := s.holder()
	return err == nil && h != nil && h.Nonce != "" && h.Nonce == other.nonce
}

// Lock takes the tree's lock, as HoldBy asks for it. It refuses with ErrLocked where another treaty works on the tree;
// other errors are those of the first write. Of a tree that had nothing of treaty's nothing stays when the lock is
// released, or refused, unless more came to it meanwhile.
func (s *Store) Lock() (release func() error, err error) {
	bare := !s.There()
	unlock, err := s.lock()
	switch {
	case err != nil && bare:
		_ = s.RemoveEmpty() // the refusal is what counts
		return nil, err
	case bare:
		return func() error {
			err := unlock()
			if !s.saved {
				err = errors.Join(err, s.RemoveEmpty())
			}
			return err
		}, nil
	}
	return unlock, err
}

// LockUnsound takes the lock of a tree in which something is to be put right. Of others it only looks whether another
// treaty works there: nothing is to be done, not even a lock to be left.
func (s *Store) LockUnsound() (release func() error, err error) {
	if !s.Unsound() {
		return nil, s.Locked()
	}
	return s.Lock()
}
