package ignore

import (
	"strings"
	"unicode/utf8"

	"treaty/plan/visible"
)

// special are the bytes that mean something else than themselves in a pattern.
const special = "*?[\\"

// Literal is the line of the root's .treatyignore that leaves out this path, with all below it, and no other; but for
// what ends a line or is shown as an escape, which nobody can type: for each byte of that stands what matches any. It
// begins with a slash, so that no "#" or "!" can.
func Literal(path string) string {
	var line strings.Builder
	line.WriteByte('/')
	for rest := path; rest != ""; {
		_, size := utf8.DecodeRuneInString(rest)
		raw := rest[:size]
		rest = rest[size:]
		switch {
		case !typed(raw):
			line.WriteString(strings.Repeat("?", len(raw)))
			continue
		case strings.Contains(special, raw) || raw == " " && rest == "":
			line.WriteByte('\\')
		}
		line.WriteString(raw)
	}
	return line.String()
}

// typed tells whether a text is shown as it is, and so can be typed as it is shown.
func typed(text string) bool { return visible.Text(text, "") == text }

// Plain tells whether a path's last name is a pattern that matches that name: whether it can be written into a
// .treatyignore as it is shown.
func Plain(path string) bool {
	name := path[strings.LastIndexByte(path, '/')+1:]
	return typed(name) && !strings.ContainsAny(name, special) && !strings.HasPrefix(name, "#") &&
		!strings.HasPrefix(name, "!") && !strings.HasSuffix(name, " ")
}
