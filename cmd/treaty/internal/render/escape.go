package render

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"treaty/plan/tree"
	"treaty/plan/visible"
)

// Escape makes visible what would steer a terminal, reorder text or hide in it, as package visible says. The
// result is for reading, not for decoding: Name is unambiguous.
func Escape(s string) string { return visible.Text(s, "") }

// escapeLine is Escape for a line of a file, where tabs are text. A CR at its end is escaped with all
// the others, and so is seen.
func escapeLine(s string) string { return visible.Text(s, "\t") }

// Name is a file name, path or link target as a person should see it: as it is where that is clear,
// else in double quotes with Go's escapes. It is quoted when something in it is escaped, when it has a
// double quote, when it has another space than the common one, when a component begins or ends with a space or a blank
// of Braille, when two of these or an arrow could be taken for the layout around it, and when it is empty. No two names
// look the same to a program.
func Name(s string) string {
	escaped := Escape(s)
	if escaped == s && !unclear(s) {
		return s
	}
	// Backslashes and quotes of the name itself are doubled before the others are made.
	escaped = Escape(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s))
	return `"` + blanks(escaped) + `"`
}

// blanks is s with each space but the common one escaped.
func blanks(s string) string {
	var out strings.Builder
	for _, r := range s {
		if otherSpace(r) {
			fmt.Fprintf(&out, `\u%04x`, r)
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}

func unclear(s string) bool {
	if s == "" || strings.ContainsAny(s, "\"→") {
		return true
	}
	last := '/'
	for _, r := range s + "/" {
		edge := last == '/' || spacelike(last)
		if otherSpace(r) || edge && spacelike(r) || spacelike(last) && r == '/' {
			return true
		}
		last = r
	}
	return false
}

// spacelike tells whether r looks like a space.
func spacelike(r rune) bool { return unicode.IsSpace(r) || r == '\u2800' }

// otherSpace tells whether r looks like the common space and is another one, such as U+00A0. That of U+3000 is wider
// and between words of its scripts.
func otherSpace(r rune) bool { return r > ' ' && r != '\u3000' && unicode.IsSpace(r) }

// Alike are the paths that look like another one beside them, as plan.Alike has them.
type Alike map[tree.Path]bool

// Path is a path of a tree; a directory gets a slash at its end.
func (a Alike) Path(p tree.Path, directory bool) string {
	switch {
	case p == tree.Root:
		return "(the root)"
	case directory:
		return a.Part(p, string(p)+"/")
	}
	return a.Part(p, string(p))
}

// Part is a part of a path as Name has it, but with escapes for all that is not ASCII where another path looks like
// this one.
func (a Alike) Part(of tree.Path, part string) string {
	if quoted := strconv.QuoteToASCII(part); a.has(of) && quoted != `"`+part+`"` {
		return quoted
	}
	return Name(part)
}

// has tells whether a path, or a directory above it, is one of them.
func (a Alike) has(p tree.Path) bool {
	for ; len(a) > 0 && p != tree.Root; p = p.Parent() {
		if a[p] {
			return true
		}
	}
	return false
}
