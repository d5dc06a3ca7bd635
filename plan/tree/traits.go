package tree

import (
	"encoding"
	"fmt"
	"time"
)

// Profile is a class of filesystems with the same rules.
type Profile string

const (
	POSIX   Profile = "posix"
	APFS    Profile = "apfs"
	FAT     Profile = "fat"
	ExFAT   Profile = "exfat"
	NTFS    Profile = "ntfs"
	Unknown Profile = "unknown"
)

// Profiles are all that can be declared.
var Profiles = []Profile{POSIX, APFS, FAT, ExFAT, NTFS, Unknown}

var _ encoding.TextUnmarshaler = (*Profile)(nil)

// UnmarshalText refuses what is not a profile.
func (p *Profile) UnmarshalText(text []byte) error {
	for _, known := range Profiles {
		if string(known) == string(text) {
			*p = known
			return nil
		}
	}
	return fmt.Errorf("no filesystem profile %q", text)
}

// Origin is how traits came to be known.
type Origin string

const (
	Declared Origin = "declared" // by a person
	Recorded Origin = "recorded" // probed by an earlier apply
	Hinted   Origin = "hinted"   // from the mount's type
	Assumed  Origin = "assumed"  // nothing was known: the weakest
)

// NameRules is which names a filesystem takes.
type NameRules string

const (
	PosixNames   NameRules = "posix"
	WindowsNames NameRules = "windows"
)

// Traits are what a filesystem can represent. The order of the fields is that of the JSON.
type Traits struct {
	// Type is the mount's, such as "ext4" or "vfat"; "" where unknown.
	Type    string  `json:"type"`
	Profile Profile `json:"profile"`
	Source  Origin  `json:"source"`
	// Volume identifies the volume across mounts, nil where unknown.
	Volume *string `json:"volume"`
	// MtimeGranularity is in nanoseconds.
	MtimeGranularity int64     `json:"mtime_granularity_ns"`
	Modes            bool      `json:"modes"`
	Symlinks         bool      `json:"symlinks"`
	CaseSensitive    bool      `json:"case_sensitive"`
	Names            NameRules `json:"names"`
	// MaxFileSize is in bytes, nil where the volume has no limit worth telling.
	MaxFileSize *int64 `json:"max_file_size"`
	// IgnoresTimes tells of a volume whose files keep the time of their writing, whatever time they are given: it
	// says nothing beside another volume's. Plans do not show it.
	IgnoresTimes bool `json:"-"`
}

// Traits are the profile's own: what every volume of that class can represent at least.
func (p Profile) Traits() Traits {
	fat := int64(1<<32 - 1)
	switch p {
	case POSIX:
		return Traits{Profile: p, MtimeGranularity: 1, Modes: true, Symlinks: true, CaseSensitive: true, Names: PosixNames}
	case APFS:
		return Traits{Profile: p, MtimeGranularity: 1, Modes: true, Symlinks: true, Names: PosixNames}
	case FAT:
		return Traits{Profile: p, MtimeGranularity: 2e9, Names: WindowsNames, MaxFileSize: &fat}
	case ExFAT:
		return Traits{Profile: p, MtimeGranularity: 1e9, Names: WindowsNames}
	case NTFS:
		return Traits{Profile: p, MtimeGranularity: 100, Names: WindowsNames}
	}
	return Traits{Profile: Unknown, MtimeGranularity: 2e9, Names: WindowsNames, MaxFileSize: &fat}
}

// Differs names the first trait in which t is not as planned, and "" where all that shapes a plan is.
func (t Traits) Differs(planned Traits) string {
	switch {
	case t.Profile != planned.Profile:
		return "profile"
	case t.MtimeGranularity != planned.MtimeGranularity:
		return "mtime_granularity_ns"
	case t.Modes != planned.Modes:
		return "modes"
	case t.Symlinks != planned.Symlinks:
		return "symlinks"
	case t.CaseSensitive != planned.CaseSensitive:
		return "case_sensitive"
	case t.Names != planned.Names:
		return "names"
	case (t.MaxFileSize == nil) != (planned.MaxFileSize == nil),
		t.MaxFileSize != nil && *t.MaxFileSize != *planned.MaxFileSize:
		return "max_file_size"
	}
	return ""
}

// Weaker names the first trait in which t can represent less than planned, and "" where there is
// none.
func (t Traits) Weaker(planned Traits) string {
	switch {
	case t.MtimeGranularity > planned.MtimeGranularity:
		return "mtime_granularity_ns"
	case planned.Modes && !t.Modes:
		return "modes"
	case planned.Symlinks && !t.Symlinks:
		return "symlinks"
	case planned.CaseSensitive && !t.CaseSensitive:
		return "case_sensitive"
	case planned.Names == PosixNames && t.Names == WindowsNames:
		return "names"
	case t.MaxFileSize != nil && (planned.MaxFileSize == nil || *planned.MaxFileSize > *t.MaxFileSize):
		return "max_file_size"
	}
	return ""
}

// The times that FAT and exFAT can tell: both count years from 1980 in seven bits.
var (
	dosEpoch = TimeOf(time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC))
	dosEnd   = TimeOf(time.Date(2107, 12, 31, 23, 59, 58, 0, time.UTC))
)

// Keep is what a file reports after it was given mtime.
func (t Traits) Keep(mtime Time) Time { return t.InRange(mtime).Cut(t.MtimeGranularity) }

// AnyYear tells whether no time is out of the filesystem's range.
func (t Traits) AnyYear() bool { return t.Profile != FAT && t.Profile != ExFAT && t.Profile != Unknown }

// InRange is mtime, or the first or last time that the filesystem can tell. Drivers stop at that in local
// time, so a file may report it some hours earlier or later.
func (t Traits) InRange(mtime Time) Time {
	if !t.AnyYear() {
		switch {
		case mtime.Before(dosEpoch):
			return dosEpoch
		case dosEnd.Before(mtime):
			return dosEnd
		}
	}
	return mtime
}
