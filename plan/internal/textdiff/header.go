package textdiff

import (
	"fmt"
	"strings"
)

// header is a --- or +++ line, with its name written as git writes it (core.quotePath
// left at its default). After a name with a space git puts a tab, where other programs
// put the time, so that nothing in the name is taken for one.
//
// Git does not quote a name for a space at its end. GNU patch 2.7 then cuts the space
// off and finds no file, and both programs read it quoted, so it is quoted here.
func header(marker, name string) string {
	var tab string
	if strings.Contains(name, " ") {
		tab = "\t"
	}
	return marker + " " + quote(name) + tab
}

// quote is git's C-style quoting: names without an odd byte stay as they are.
func quote(name string) string {
	if !strings.HasSuffix(name, " ") && strings.IndexFunc(name, odd) < 0 {
		return name
	}
	var q strings.Builder
	q.WriteByte('"')
	for i := range len(name) {
		c := name[i]
		if at := strings.IndexByte("\a\b\t\n\v\f\r\"\\", c); at >= 0 {
			q.WriteByte('\\')
			q.WriteByte(`abtnvfr"\`[at])
		} else if odd(rune(c)) {
			fmt.Fprintf(&q, `\%03o`, c)
		} else {
			q.WriteByte(c)
		}
	}
	q.WriteByte('"')
	return q.String()
}

func odd(r rune) bool {
	return r < ' ' || r >= 0x7f || r == '"' || r == '\\'
}
