package disk

// The flags of a file on macOS that matter here (sys/stat.h). FAT's read-only and hidden attributes are
// among them.
const (
	flagLocked     = 0x00000002 // UF_IMMUTABLE: Finder's "Locked", Windows' read-only
	flagAppendOnly = 0x00000004 // UF_APPEND
	flagHidden     = 0x00008000 // UF_HIDDEN
)

// locks are the flags for which macOS refuses to rename, remove or touch a file, and which its owner may
// take off.
const locks = flagLocked | flagAppendOnly

// withoutLocks are flags for the instant of a change that the plan says, and whether they have to be set
// for it. A lock is there against what happens by mistake; an approved change is none. So it is as on
// Windows: what is locked is moved aside, locked, and what takes its place is locked as it was. What only
// root may lock (SF_IMMUTABLE) stays so, and the change fails.
func withoutLocks(flags uint32) (uint32, bool) { return flags &^ locks, flags&locks != 0 }

// inheritedFlags are those of a file that takes the place of another, and whether they have to be set.
func inheritedFlags(is, was uint32) (uint32, bool) {
	const kept = locks | flagHidden
	want := is&^kept | was&kept
	return want, want != is
}
