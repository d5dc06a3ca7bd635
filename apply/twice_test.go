package apply_test

import (
	"errors"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/memory"
	"treaty/apply/store"
)

// A tree that is reached in two ways, of which nothing else tells that they lead to one, is found out by its lock, and
// is then locked no more.
func TestOneTreeReachedInTwoWaysIsNotLockedTwice(t *testing.T) {
	v := memory.New("/memory/it", memory.POSIX)
	first, err := store.Of(v)
	check(t, err)
	second, err := store.Of(v.At("/memory/mounted"))
	check(t, err)
	if _, err := store.HoldBy((*store.Store).Lock, first, second); !errors.Is(err, apply.ErrInvalid) {
		t.Errorf("%v", err)
	}
	unlock, err := store.HoldBy((*store.Store).Lock, first)
	check(t, err)
	defer unlock()
	if _, err := store.HoldBy((*store.Store).Lock, second); !errors.Is(err, apply.ErrLocked) {
		t.Errorf("somebody else: %v", err)
	}
}
