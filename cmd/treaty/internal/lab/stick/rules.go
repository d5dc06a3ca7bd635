//go:build linux

package stick

import (
	"strings"
	"syscall"
	"time"

	"golang.org/x/text/unicode/norm"
)

// Rclone is a driver.
const Rclone = "rclone"

// Rules are what a volume does otherwise than a Linux volume would. The zero value is one that holds
// everything.
type Rules struct {
	// Driver is what the mount table calls it, after "fuse."; "stick" where empty. Rclone answers as that does: EIO where
	// links are lacking, and that of many inodes none is free.
	Driver string
	// Granularity is what mtimes are cut to.
	Granularity time.Duration
	// Chmod is the answer to it. 0 is to do it, ok but for nothing is ChmodIgnored.
	Chmod syscall.Errno
	// ChmodIgnored says yes to chmod and does nothing.
	ChmodIgnored bool
	// FoldsCase finds names in any case, and keeps the one they were given.
	FoldsCase bool
	// ShortNames finds entries by their 8.3 aliases too.
	ShortNames bool
	// Decomposes lists names in NFD, whatever they were given in, and finds them in every normalisation, as
	// macOS does on FAT.
	Decomposes bool
	// RefusesNames is the answer to names that Windows refuses; 0 takes them.
	RefusesNames syscall.Errno
	// LargestFile is in bytes; 0 is no limit. Beyond it writes end with EFBIG.
	LargestFile int64
	// Capacity is how many bytes fit; 0 is no limit. Beyond it writes end with ENOSPC.
	Capacity int64
	// NoExchange and NoNoReplace refuse these flags of renameat2.
	NoExchange, NoNoReplace bool
	NoLinks, NoSymlinks     bool
	// NoStatfs says 0 of 0 bytes are free.
	NoStatfs bool
	// UnstableInodes gives an entry other numbers after each mount, and under each spelling of its name.
	UnstableInodes bool
	// IgnoresTimes says yes to a time and keeps that of the last writing.
	IgnoresTimes bool
	// OmitIsNow takes a time that is to stay as it is for now, as exfat-fuse does.
	OmitIsNow bool
}

// FAT is what a FAT driver under FUSE may do at its worst.
func FAT() Rules {
	return Rules{
		Driver: "vfat", Granularity: 2 * time.Second, Chmod: syscall.EPERM, FoldsCase: true, ShortNames: true,
		RefusesNames: syscall.EINVAL,
		LargestFile:  1<<32 - 1, NoExchange: true, NoNoReplace: true, NoLinks: true, NoSymlinks: true,
	}
}

// lacking is the answer to a call that the volume does not have: errno, but for rclone.
func (r *Rules) lacking(errno syscall.Errno) syscall.Errno {
	if r.Driver == Rclone {
		return syscall.EIO
	}
	return errno
}

// keep is how the volume spells a name that it was given.
func (r *Rules) keep(name string) string {
	if r.Decomposes {
		return norm.NFD.String(name)
	}
	return name
}

func (r *Rules) fold(name string) string {
	if r.Decomposes {
		name = norm.NFD.String(name)
	}
	if r.FoldsCase {
		return strings.ToLower(name)
	}
	return name
}

// AsOnMac is FAT as macOS has it: names come back decomposed, and chmod says that it is not supported.
func AsOnMac() Rules {
	r := FAT()
	r.Driver, r.Decomposes, r.Chmod = "msdos", true, syscall.EOPNOTSUPP
	return r
}

// refused is the answer to a new name, 0 where it will do.
func (r *Rules) refused(name string) syscall.Errno {
	if len(name) > 255 {
		return syscall.ENAMETOOLONG
	}
	if r.RefusesNames == 0 {
		return 0
	}
	last := name[len(name)-1]
	if strings.ContainsAny(name, `<>:"\|?*`) || last == '.' || last == ' ' ||
		strings.IndexFunc(name, func(r rune) bool { return r < 0x20 }) >= 0 {
		return r.RefusesNames
	}
	return 0
}
