package volume

import (
	"math"
	"strings"
	"time"

	"treaty/plan/tree"
)

// Capabilities are what a volume can do with names. They are never taken from its type.
type Capabilities struct {
	Exchange  bool // two names are exchanged in one step
	NoReplace bool // a rename can refuse to replace
	Link      bool // hard links
}

// Result is what a change left behind.
type Result struct {
	// Entry is read back from the disk, mtime cut to the granularity. Type Absent: nothing is there.
	Entry tree.Entry
	// Trash is where what was at the path is now, relative to the root; "" where there was nothing.
	Trash string
}

// Staged is a file or a link that waits in a private folder to be installed. What Stage makes is a
// copy; what Park makes is the user's own, and lies in the trash.
type Staged struct {
	Name  string // relative to the root
	Type  tree.Type
	Size  int64
	Mtime tree.Time // as read back, not cut
	Hash  tree.Hash // zero for links
	// Mode is the one that a copy was seen to have, 0 where that was not looked at.
	Mode tree.Mode
	// Target is a link's.
	Target string
}

// Loan is a directory that was made workable for the while, and the mode that it is owed.
type Loan struct {
	Path tree.Path
	Mode tree.Mode
}

// Workable is mode with what the owner of a directory needs to work in it; unknown as it is.
func Workable(mode tree.Mode) tree.Mode {
	if !mode.Known() {
		return mode
	}
	return tree.Perm(mode.Bits() | 0o700)
}

// Space is what a volume has to give.
type Space struct {
	// Free and Total are in bytes; Total 0 means unknown, as some FUSE drivers say 0 of 0.
	Free, Total int64
	// Block is the unit in which files take space.
	Block int64
	// Inodes is how many files and directories the volume holds at most, 0 where it sets no limit or does not tell it, and
	// FreeInodes how many of them are free.
	Inodes, FreeInodes int64
}

// What is kept free: directories grow, and a full FAT volume cannot even rename.
const (
	reserveBytes  = 1 << 20
	reserveBlocks = 64
	// ReserveInodes are for treaty's own files, of which an apply makes about twenty.
	ReserveInodes = 32
)

// Reserve is what has to stay free, in bytes.
func (s Space) Reserve() int64 { return max(reserveBytes, reserveBlocks*s.Block) }

// Spare is how many bytes may be written beside so many that are needed: less than none where these are too many
// already, and math.MaxInt64 where the volume does not tell how large it is.
func (s Space) Spare(needed int64) int64 {
	if s.Total == 0 {
		return math.MaxInt64
	}
	return s.Free - needed - s.Reserve()
}

// Probed is what a volume was seen to do. Of Traits it has what can be seen: granularity, modes,
// symlinks, case and names.
type Probed struct {
	Traits tree.Traits
	Can    Capabilities
	// FoldsNormalisation: "é" written in one piece is found under its two-piece spelling.
	FoldsNormalisation bool
	// KeepsNormalisation: a name is listed in the spelling it was given.
	KeepsNormalisation bool
	// LosesRenames: a power cut may come between the two names of a rename. Every volume is taken to do that which is
	// not known to be journalled, copy-on-write or volatile.
	LosesRenames bool
}

const unprovable = "not provable: "

// Unprovable is the durability of a volume of which nothing proves that what was written lasts, for a reason.
func Unprovable(why string) string { return unprovable + why }

// IsUnprovable is the reason of a durability that Unprovable made; false for all others.
func IsUnprovable(durability string) (why string, is bool) {
	return strings.CutPrefix(durability, unprovable)
}

// AllRacy is before all times: no mtime proves anything.
var AllRacy = tree.UnixTime(math.MinInt64, 0)

// RacySince is the first mtime that may hide a change made after a listing that began at the given time.
func RacySince(began time.Time, traits tree.Traits) tree.Time {
	// The kernel's clock for files moves in steps of up to 10 ms.
	const tick = int64(10 * time.Millisecond)
	return tree.TimeOf(began.Add(-2 * time.Duration(max(traits.MtimeGranularity, tick))))
}
