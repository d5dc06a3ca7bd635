package volume

import (
	"fmt"
	"path"
	"strings"

	"treaty/plan/tree"
)

// The folders in ".treaty" that every volume keeps for the runs that change it, relative to the root: of what waits
// to be installed, and of what was displaced. Both have a folder for each run.
const (
	StageFolder = tree.PrivateFolder + "/stage"
	TrashFolder = tree.PrivateFolder + "/trash"
)

// AsideFolder is where what is set aside goes in the trash of a run.
const AsideFolder = "set aside"

// CopiesFolder is where a run keeps content of the other end: in its trash, under a name that no path of a user's has.
func CopiesFolder(run string) string { return TrashFolder + "/" + run + "/" + tree.PrivateFolder }

// Numbered is name for n = 1, else name with the number before its extension, cut to what fits a name anywhere.
func Numbered(name string, n int) string {
	if n == 1 {
		return name
	}
	return suffixed(name, fmt.Sprintf(" (%d)", n))
}

// ConflictName is the n-th visible name for a second version of a user's file.
func ConflictName(name string, n int) string {
	if n == 1 {
		return suffixed(name, " (treaty conflict)")
	}
	return suffixed(name, fmt.Sprintf(" (treaty conflict %d)", n))
}

// suffixed puts suffix before name's extension and keeps the whole within 255 bytes.
func suffixed(name, suffix string) string {
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	if stem == "" || len(ext) > 32 {
		stem, ext = name, ""
	}
	if over := len(stem) + len(suffix) + len(ext) - 255; over > 0 {
		stem = strings.ToValidUTF8(stem[:max(len(stem)-over, 0)], "")
	}
	return stem + suffix + ext
}
