package ignore

import "strings"

// special are the bytes that mean something else than themselves in a pattern: those of wildmatch, and those that
// end a line of a .treatyignore.
const special = "*?[\\\n\r"

// Literal is the line of the root's .treatyignore that leaves out this path, with all below it, and no other; but for
// a line end in it, for which stands what matches any byte. It begins with a slash, so that no "#" or "!" can.
func Literal(path string) string {
	var line strings.Builder
	line.WriteByte('/')
	for i := range len(path) {
		switch b := path[i]; {
		case b == '\n' || b == '\r':
			line.WriteByte('?')
			continue
		case strings.IndexByte(special, b) >= 0 || b == ' ' && i == len(path)-1:
			line.WriteByte('\\')
		}
		line.WriteByte(path[i])
	}
	return line.String()
}

// Plain tells whether a path's last name is a pattern that matches that name: whether it can be written into a
// .treatyignore as it is.
func Plain(path string) bool {
	name := path[strings.LastIndexByte(path, '/')+1:]
	return !strings.ContainsAny(name, special) && !strings.HasPrefix(name, "#") && !strings.HasPrefix(name, "!") &&
		!strings.HasSuffix(name, " ")
}
