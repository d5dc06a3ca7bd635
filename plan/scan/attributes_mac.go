package scan

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// What macOS says of a volume (sys/attr.h), read here so that every platform can test it.
const (
	lengthOfAttributes = 4 // what comes before them: how many bytes it is all in all
	sizeCapabilities   = 32
	sizeUUID           = 16

	formatCaseSensitive = 0x00000100 // VOL_CAP_FMT_CASE_SENSITIVE
)

// optionJournaled is how mount(8) calls MNT_JOURNALED. HFS+ may be without; APFS needs none.
const optionJournaled = "journaled"

// macType is a mount's type. macOS 13 and 14 call all that they read outside the kernel "lifs", and tell
// only in what is mounted what it is: "msdos://disk4s1/STICK".
func macType(fstype, from string) string {
	if driver, _, found := strings.Cut(from, "://"); found && fstype == "lifs" {
		return fstype + "." + driver
	}
	return fstype
}

// whole is what getattrlist gave without its length, nil unless it gave all.
func whole(got []byte, size int) []byte {
	if len(got) != lengthOfAttributes+size || binary.LittleEndian.Uint32(got) != uint32(len(got)) {
		return nil
	}
	return got[lengthOfAttributes:]
}

// capable tells whether the volume's format has a capability: a vol_capabilities_attr_t is four words of
// what is so, of which the first is of the format, and four of what is known.
func capable(got []byte, capability uint32) bool {
	words := whole(got, sizeCapabilities)
	if words == nil {
		return false
	}
	is, known := binary.LittleEndian.Uint32(words), binary.LittleEndian.Uint32(words[16:])
	return is&known&capability != 0
}

// volumeUUID is "" where the filesystem has none.
func volumeUUID(got []byte) string {
	u := whole(got, sizeUUID)
	if u == nil || [sizeUUID]byte(u) == [sizeUUID]byte{} {
		return ""
	}
	return fmt.Sprintf("%X-%X-%X-%X-%X", u[0:4], u[4:6], u[6:8], u[8:10], u[10:16])
}
