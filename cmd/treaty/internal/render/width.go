package render

import (
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Columns is how many columns s takes on a terminal.
func Columns(s string) int { return columns(s) }

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
	switch {
	case columns(s) <= width:
		return s
	case width < 1:
		return ""
	}
	return s[:fitting(s, width-1)] + "…"
}

// fitting is how many bytes of s, whole characters, fit into width columns.
func fitting(s string, width int) int {
	fits, state := 0, -1
	for rest := s; rest != ""; {
		var size int
		var cluster string
		if cluster, rest, size, state = uniseg.FirstGraphemeClusterInString(rest, state); size > width {
			break
		}
		fits, width = fits+len(cluster), width-size
	}
	return fits
}

// Tail is the end of s that fits into width columns, with an ellipsis before it where something is left out.
func Tail(s string, width int) string {
	over := columns(s) - width
	if over <= 0 {
		return s
	}
	if width < 1 {
		return ""
	}
	// The ellipsis takes a column too.
	at, state := 0, -1
	for rest := s; rest != "" && over >= 0; {
		var size int
		var cluster string
		cluster, rest, size, state = uniseg.FirstGraphemeClusterInString(rest, state)
		at, over = at+len(cluster), over-size
	}
	return "…" + s[at:]
}

// Drop is s without its first columns; of a wide character that they end in, nothing is left.
func Drop(s string, width int) string {
	if width <= 0 {
		return s
	}
	fits := fitting(s, width)
	if columns(s[:fits]) < width && fits < len(s) {
		_, rest, _, _ := uniseg.FirstGraphemeClusterInString(s[fits:], -1)
		return rest
	}
	return s[fits:]
}

// Wrap breaks s into lines of at most width columns: at its spaces, but for those in double quotes, and within words
// that are wider than a line. It has at least one line.
func Wrap(s string, width int) []string {
	lines, column := []string{""}, 0
	for i, word := range words(s) {
		n := columns(word)
		switch {
		case i > 0 && column+1+n <= width:
			lines[len(lines)-1] += " "
			column++
		case i > 0 && column > 0:
			lines, column = append(lines, ""), 0
		}
		for n > width {
			fits := fitting(word, width)
			if fits == 0 {
				break // a wide character in one column
			}
			lines[len(lines)-1] += word[:fits]
			word = word[fits:]
			lines, n = append(lines, ""), columns(word)
		}
		lines[len(lines)-1] += word
		column += n
	}
	return lines
}
