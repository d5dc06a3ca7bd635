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
