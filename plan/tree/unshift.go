package tree

import (
	"slices"
	"time"
)

// Unshift is a stream of listings as they would be without a shift.
func Unshift(from Stream, by time.Duration) Stream {
	if by == 0 {
		return from
	}
	return unshifted{from, by}
}

type unshifted struct {
	Stream
	by time.Duration
}

func (u unshifted) List(dir Path) (Listing, error) {
	l, err := u.Stream.List(dir)
	l.Entries = slices.Clone(l.Entries)
	for i := range l.Entries {
		if l.Entries[i].Type == File {
			l.Entries[i].Mtime = l.Entries[i].Mtime.Add(-u.by)
		}
	}
	return l, err
}
