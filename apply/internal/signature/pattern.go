package signature

import "strings"

// match tells whether s is one of the strings that pattern stands for: `*` any bytes, `?` any one.
func match(s, pattern string) bool {
	i, j := 0, 0
	star, from := -1, 0 // the last `*`, and where what it stands for ends
	for i < len(s) {
		switch {
		case j < len(pattern) && pattern[j] == '*':
			star, from = j, i
			j++
		case j < len(pattern) && (pattern[j] == '?' || pattern[j] == s[i]):
			i++
			j++
		case star >= 0:
			from++
			i, j = from, star+1
		default:
			return false
		}
	}
	return strings.Trim(pattern[j:], "*") == ""
}

// A patternList is OpenSSH's: comma separated, a name is in it if a pattern matches and none that
// begins with `!` does.
type patternList []string

func splitPatterns(s string) patternList { return strings.Split(s, ",") }

func (l patternList) has(name string) bool {
	found := false
	for _, p := range l {
		if not, ok := strings.CutPrefix(p, "!"); ok {
			if match(name, not) {
				return false
			}
		} else if match(name, p) {
			found = true
		}
	}
	return found
}

// positive are the patterns that let somebody in. One that others of the list shut out altogether is
// not among them, as far as that can be told by trying names that it stands for.
func (l patternList) positive() []string {
	var open []string
	for _, p := range l {
		if p == "" || p[0] == '!' {
			continue
		}
		for _, some := range []string{"nobody", "", "n"} {
			if l.has(strings.NewReplacer("*", some, "?", "n").Replace(p)) {
				open = append(open, p)
				break
			}
		}
	}
	return open
}

func isLiteral(pattern string) bool { return !strings.ContainsAny(pattern, "*?") }

// meet tells whether there is a string that both patterns stand for.
func meet(a, b string) bool {
	// next[j] is the answer for what follows of a, and b[j:].
	next := make([]bool, len(b)+1)
	row := make([]bool, len(b)+1)
	for i := len(a); i >= 0; i-- {
		for j := len(b); j >= 0; j-- {
			switch {
			case i < len(a) && a[i] == '*':
				row[j] = next[j] || j < len(b) && row[j+1]
			case j < len(b) && b[j] == '*':
				row[j] = row[j+1] || i < len(a) && next[j]
			case i == len(a) || j == len(b):
				row[j] = i == len(a) && j == len(b)
			default:
				row[j] = next[j+1] && (a[i] == b[j] || a[i] == '?' || b[j] == '?')
			}
		}
		next, row = row, next
	}
	return next[0]
}
