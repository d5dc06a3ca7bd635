package disk

import (
	"fmt"
)

// both is two errors in one line; either may be nil.
func both(err, other error) error {
	switch {
	case err == nil:
		return other
	case other == nil:
		return err
	}
	return fmt.Errorf("%w; %w", err, other)
}

// Unreadable tells whether err, of reading a file, says that the volume holds what can't be read: a chain
// of clusters that leads nowhere, a bad sector.
func Unreadable(err error) bool { return err != nil && unreadable(err) }
