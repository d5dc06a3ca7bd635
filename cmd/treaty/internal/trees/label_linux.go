package trees

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"golang.org/x/sys/unix"
)

// Label is what the volume is called that is mounted at root; "" where none is, it has no label, or nobody tells.
func Label(root string) string {
	var here, above unix.Stat_t
	if unix.Stat(root, &here) != nil || unix.Stat(filepath.Join(root, ".."), &above) != nil || here.Dev == above.Dev {
		return ""
	}
	return labelIn("/dev/disk/by-label", uint64(here.Dev))
}

// labelIn finds a device among links that udev names by labels; "" where there is none.
func labelIn(dir string, device uint64) string {
	links, _ := os.ReadDir(dir) // a system without udev has none
	for _, link := range links {
		var st unix.Stat_t
		if unix.Stat(filepath.Join(dir, link.Name()), &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFBLK &&
			uint64(st.Rdev) == device {
			return unescaped(link.Name())
		}
	}
	return ""
}

// escapedByte is how udev writes what could not stand in a name.
var escapedByte = regexp.MustCompile(`\\x[0-9a-f]{2}`)

func unescaped(name string) string {
	return escapedByte.ReplaceAllStringFunc(name, func(escape string) string {
		code, err := strconv.ParseUint(escape[2:], 16, 8)
		if err != nil {
			return escape
		}
		return string([]byte{byte(code)})
	})
}
