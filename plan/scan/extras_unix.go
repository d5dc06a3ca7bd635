//go:build linux || darwin

package scan

import (
	"strings"

	"golang.org/x/sys/unix"
)

// extras tells whether the file has extended attributes that a person set, or an access control
// list; false where that cannot be told.
func (f file) extras() bool {
	var buf [4096]byte
	n, err := unix.Flistxattr(f.fd, buf[:])
	if err == unix.ERANGE {
		return true
	}
	if err != nil || n <= 0 {
		return false
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(buf[:n]), "\x00"), "\x00") {
		if !carried(name) {
			return true
		}
	}
	return false
}
