package render

import (
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// columns is how wide s is on a terminal: East Asian wide characters and emoji are two columns, marks that
// combine none.
func columns(s string) int {
	if ascii(s) {
		return len(s)
	}
	return uniseg.StringWidth(s)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Cut is as much of s as fits into width columns, with an ellipsis where something is left out.
func Cut(s string, width int) string {
	if columns(s) <= width {
		return s
	}
	fits, state := 0, -1
	for rest := s; rest != ""; {
		var size int
		var cluster string
		if cluster, rest, size, state = uniseg.FirstGraphemeClusterInString(rest, state); size > width-1 {
			break
		}
		fits, width = fits+len(cluster), width-size
	}
	if width < 1 {
		return ""
	}
	return s[:fits] + "…"
}
