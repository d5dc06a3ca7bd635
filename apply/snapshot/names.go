package snapshot

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"treaty/plan/tree"
)

// spelled is a name or a target as the line of an entry has it: as it is, but of an entry that is not UTF-8 with its
// other bytes as \xNN and backslashes doubled, so that it can be told again.
func (r *record) spelled(name string) string {
	if r.Obstacle != tree.NameNotUTF8 {
		return name
	}
	var out strings.Builder
	for len(name) > 0 {
		char, size := utf8.DecodeRuneInString(name)
		switch {
		case char == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, `\x%02x`, name[0])
		case char == '\\':
			out.WriteString(`\\`)
		default:
			out.WriteString(name[:size])
		}
		name = name[size:]
	}
	return out.String()
}

// unspelled is what spelled was given; false of what it never returns.
func unspelled(text string) (string, bool) {
	var out strings.Builder
	for len(text) > 0 {
		var b byte
		switch {
		case text[0] != '\\':
			out.WriteByte(text[0])
			text = text[1:]
		case strings.HasPrefix(text, `\\`):
			out.WriteByte('\\')
			text = text[2:]
		case len(text) >= 4 && text[1] == 'x' && hexByte(text[2:4], &b) && b >= utf8.RuneSelf:
			out.WriteByte(b)
			text = text[4:]
		default:
			return "", false
		}
	}
	return out.String(), true
}

func hexByte(text string, b *byte) bool {
	n, err := fmt.Sscanf(text, "%02x", b)
	return n == 1 && err == nil && fmt.Sprintf("%02x", *b) == text
}

// linesOfRules are the lines of a file of rules. Of a pattern that is not UTF-8, and so matches no name that is, the
// other bytes are replaced.
func linesOfRules(text []byte) []string {
	return strings.Split(strings.ToValidUTF8(strings.TrimSuffix(string(text), "\n"), "\ufffd"), "\n")
}
