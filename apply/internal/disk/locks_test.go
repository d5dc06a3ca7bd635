package disk

import "testing"

func TestALockIsTakenOffForAnInstant(t *testing.T) {
	const root, compressed = 0x00020000, 0x20 // SF_IMMUTABLE, UF_COMPRESSED
	for _, c := range []struct {
		flags, want uint32
		locked      bool
	}{
		{0, 0, false},
		{flagLocked, 0, true},
		{flagAppendOnly | flagHidden, flagHidden, true},
		{flagHidden | compressed, flagHidden | compressed, false},
		{root, root, false},
		{root | flagLocked, root, true},
	} {
		if got, locked := withoutLocks(c.flags); got != c.want || locked != c.locked {
			t.Errorf("%#x: %#x, %t", c.flags, got, locked)
		}
	}
}

func TestWhatReplacesAFileIsLockedAndHiddenAsThatWas(t *testing.T) {
	const compressed = 0x20
	for _, c := range []struct {
		is, was, want uint32
		set           bool
	}{
		{0, 0, 0, false},
		{0, flagLocked, flagLocked, true},
		{0, flagLocked | flagHidden | compressed, flagLocked | flagHidden, true},
		{compressed, flagHidden, compressed | flagHidden, true},
		{flagHidden, 0, 0, true}, // a rename to a dot name hides on FAT
		{flagLocked, flagLocked, flagLocked, false},
	} {
		if got, set := inheritedFlags(c.is, c.was); got != c.want || set != c.set {
			t.Errorf("%#x after %#x: %#x, %t", c.is, c.was, got, set)
		}
	}
}
