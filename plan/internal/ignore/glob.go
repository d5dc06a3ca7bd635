package ignore

import (
	"errors"
	"strings"
)

var errBackslash = errors.New("backslash at the end")

// glob is a compiled wildmatch pattern: text that starts with head, ends with tail, and whose middle
// matches mid. Nearly all real patterns ("*.o", "build/**", "/a/b") are decided by head and tail.
//
// In git a pattern without a slash may let "*" match slashes, but is only ever shown names, which
// have none. One way of matching thus serves both.
type glob struct {
	head, tail string
	mid        []token
}

type token struct {
	op  op
	lit byte
	set *set
}

// fault is what is wrong with a pattern, and the byte of it where that begins.
type fault struct {
	at int
	error
}

func (f fault) Unwrap() error { return f.error }

type op uint8

const (
	opLit  op = iota
	opOne     // ?: any byte but a slash
	opSet     // [...]
	opStar    // *: any bytes but slashes
	opWide    // **: any bytes
	opDirs    // **/: nothing, or any bytes up to and with a slash
)

// compileGlob returns an error for what can match nothing.
func compileGlob(pattern string) (glob, error) {
	// Git compares the text before the first special byte by itself and starts matching behind it.
	// Hence "a**/b" matches a/x/b, "?a**/b" doesn't: "**" counts as such only after a slash or
	// where matching starts.
	n := strings.IndexAny(pattern, `*?[\`)
	if n < 0 {
		return glob{head: pattern}, nil
	}
	mid, err := tokens(pattern[n:])
	if err != nil {
		return glob{}, err
	}
	i := 0
	for i < len(mid) && mid[i].op == opLit {
		i++
	}
	g := glob{head: pattern[:n] + text(mid[:i])}
	mid = mid[i:]
	i = len(mid)
	for i > 0 && mid[i-1].op == opLit {
		i--
	}
	g.mid, g.tail = mid[:i], text(mid[i:])
	return g, nil
}

func text(ts []token) string {
	b := make([]byte, len(ts))
	for i, t := range ts {
		b[i] = t.lit
	}
	return string(b)
}

func tokens(p string) ([]token, error) {
	var ts []token
	for i := 0; i < len(p); i++ {
		switch c := p[i]; c {
		case '\\':
			if i++; i == len(p) {
				return nil, fault{i - 1, errBackslash}
			}
			ts = append(ts, token{op: opLit, lit: p[i]})
		case '?':
			ts = append(ts, token{op: opOne})
		case '[':
			s, n, err := bracket(p[i:])
			if err != nil {
				return nil, fault{i, err}
			}
			ts = append(ts, token{op: opSet, set: s})
			i += n - 1
		case '*':
			start := i
			for i+1 < len(p) && p[i+1] == '*' {
				i++
			}
			rest := p[i+1:]
			switch {
			case i == start || start > 0 && p[start-1] != '/':
				ts = append(ts, token{op: opStar})
			case strings.HasPrefix(rest, "/"):
				ts = append(ts, token{op: opDirs})
				i++
			case rest == "" || strings.HasPrefix(rest, `\/`):
				ts = append(ts, token{op: opWide})
			default:
				ts = append(ts, token{op: opStar})
			}
		default:
			ts = append(ts, token{op: opLit, lit: c})
		}
	}
	return ts, nil
}

// literal returns the only text that g matches, if there is only one.
func (g *glob) literal() (string, bool) { return g.head, len(g.mid) == 0 && g.tail == "" }

func (g *glob) match(s string) bool {
	n := len(s) - len(g.tail)
	if n < len(g.head) || s[n:] != g.tail || s[:len(g.head)] != g.head {
		return false
	}
	switch s = s[len(g.head):n]; len(g.mid) {
	case 0:
		return s == ""
	case 1:
		if g.mid[0].op == opStar {
			return strings.IndexByte(s, '/') < 0
		}
	}
	return match(g.mid, s)
}

// match reports whether ts match all of s.
//
// On a mismatch only the latest wildcard of each kind needs to be tried again. Two stars with no
// slash between them: had the first taken more, the second could have taken that. With a slash
// between: the first has no choice, it ends at the next slash. A wide wildcard takes whatever the
// ones before it leave, so they need no second try; "**/" too, as it always stands behind a slash.
// That bounds the time by len(s)² × len(ts), where plain recursion is exponential.
func match(ts []token, s string) bool {
	var t, i int
	star, starEnd := -1, 0
	wide, wideEnd := -1, 0
	for {
		if t == len(ts) {
			if i == len(s) {
				return true
			}
		} else {
			switch k := &ts[t]; k.op {
			case opStar:
				t++
				star, starEnd = t, i
				continue
			case opWide, opDirs:
				t++
				wide, wideEnd = t, i
				star = -1
				continue
			default:
				if i < len(s) && k.one(s[i]) {
					t++
					i++
					continue
				}
			}
		}
		switch {
		case star >= 0 && starEnd < len(s) && s[starEnd] != '/':
			starEnd++
			t, i = star, starEnd
		case wide >= 0 && wideEnd < len(s):
			step := 1
			if ts[wide-1].op == opDirs {
				if step += strings.IndexByte(s[wideEnd:], '/'); step == 0 {
					return false
				}
			}
			wideEnd += step
			t, i = wide, wideEnd
			star = -1
		default:
			return false
		}
	}
}

// one reports whether a token that stands for one byte matches c.
func (k *token) one(c byte) bool {
	switch k.op {
	case opOne:
		return c != '/'
	case opSet:
		return k.set.has(c)
	default:
		return c == k.lit
	}
}
