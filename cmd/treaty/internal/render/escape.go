package render

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"treaty/plan/tree"
)

// Escape makes visible what would steer a terminal, reorder text or hide in it: control characters,
// bidi overrides and marks and the other format characters, line and paragraph separators, and bytes
// that are not UTF-8. They turn into Go's escapes, such as \n, \x1b and \u202e. Joiners inside emoji
// and scripts that need them stay. A backslash stays too, so the result is for reading, not for
// decoding: Name is unambiguous.
func Escape(s string) string { return escape(s, "") }

// escapeLine is Escape for a line of a file, where tabs are text. A CR at its end is escaped with all
// the others, and so is seen.
func escapeLine(s string) string { return escape(s, "\t") }

// escape leaves the characters in keep alone.
func escape(s, keep string) string {
	var out strings.Builder
	done := 0
	var last rune
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if hidden(r, size, last, s[i+size:]) && !strings.ContainsRune(keep, r) {
			out.WriteString(s[done:i])
			writeEscaped(&out, r, s[i:i+size])
			done = i + size
		}
		last, i = r, i+size
	}
	if done == 0 {
		return s
	}
	out.WriteString(s[done:])
	return out.String()
}

// hidden tells whether r, decoded from size bytes between last and rest, must not be written as it is.
func hidden(r rune, size int, last rune, rest string) bool {
	switch {
	case r < utf8.RuneSelf:
		return r < ' ' || r == 0x7f
	case r == utf8.RuneError:
		return size <= 1
	case r == '\u200c' || r == '\u200d':
		next, _ := utf8.DecodeRuneInString(rest)
		return !joins(last) || !joins(next)
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// joins tells whether r may have a joiner beside it; between other characters nobody would see it.
func joins(r rune) bool {
	return r >= utf8.RuneSelf && r != utf8.RuneError && unicode.In(r, unicode.L, unicode.M, unicode.S)
}

func writeEscaped(out *strings.Builder, r rune, raw string) {
	const short = "\a\b\t\n\v\f\r"
	switch at := strings.IndexRune(short, r); {
	case r == utf8.RuneError:
		fmt.Fprintf(out, `\x%02x`, raw[0])
	case at >= 0:
		out.WriteByte('\\')
		out.WriteByte(`abtnvfr`[at])
	case r < utf8.RuneSelf:
		fmt.Fprintf(out, `\x%02x`, r)
	case r <= 0xffff:
		fmt.Fprintf(out, `\u%04x`, r)
	default:
		fmt.Fprintf(out, `\U%08x`, r)
	}
}

// Name is a file name, path or link target as a person should see it: as it is where that is clear,
// else in double quotes with Go's escapes. It is quoted when something in it is escaped, when it has a
// double quote, when a component begins or ends with a space, when two spaces or an arrow could be
// taken for the layout around it, and when it is empty. No two names look the same to a program.
func Name(s string) string {
	escaped := Escape(s)
	if escaped == s && !unclear(s) {
		return s
	}
	// Backslashes and quotes of the name itself are doubled before the others are made.
	escaped = Escape(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s))
	return `"` + escaped + `"`
}

func unclear(s string) bool {
	if s == "" || strings.ContainsAny(s, "\"→") {
		return true
	}
	last := '/'
	for _, r := range s + "/" {
		edge := last == '/' || unicode.IsSpace(last)
		if edge && unicode.IsSpace(r) || unicode.IsSpace(last) && r == '/' {
			return true
		}
		last = r
	}
	return false
}

// pathName is a path of a tree; a directory gets a slash at its end.
func pathName(p tree.Path, directory bool) string {
	switch {
	case p == tree.Root:
		return "(the root)"
	case directory:
		return Name(string(p) + "/")
	}
	return Name(string(p))
}
