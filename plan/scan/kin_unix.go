//go:build unix

package scan

import (
	"fmt"
	"io/fs"
	"syscall"
)

// identity names a file as long as the machine runs, "" where nothing does.
func identity(info fs.FileInfo) string {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%d:%d", st.Dev, st.Ino)
}
