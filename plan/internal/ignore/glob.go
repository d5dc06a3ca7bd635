package ignore

import (
	"errors"
	"strings"
)

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

type op uint8

const (
	opLit  op = iota
	opOne     // ?: any byte but a slash
	opSet     // [...]
	opStar    // *: any bytes but slashes
	opWide    // **: any bytes
	opDirs    // **/: nothing, or any bytes up to and with a slash
)

// set holds the bytes that a bracket expression matches. A slash is never among them.
type set [4]uint64

func (s *set) add(c byte)      { s[c>>6] |= 1 << (c & 63) }
func (s *set) has(c byte) bool { return s[c>>6]&(1<<(c&63)) != 0 }

var (
	errBracket   = errors.New(`"[" without "]"`)
	errBackslash = errors.New("backslash at the end")
	errClass     = errors.New(`unknown class in "[[:…:]]"`)
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
				return nil, errBackslash
			}
			ts = append(ts, token{op: opLit, lit: p[i]})
		case '?':
			ts = append(ts, token{op: opOne})
		case '[':
			s, n, err := bracket(p[i:])
			if err != nil {
				return nil, err
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

// bracket reads the bracket expression at the start of p and returns its length.
func bracket(p string) (*set, int, error) {
	s := &set{}
	i := 1
	negated := i < len(p) && (p[i] == '!' || p[i] == '^')
	if negated {
		i++
	}
	from := -1 // what a "-" would extend, if anything
	for first := true; ; first = false {
		if i == len(p) {
			return nil, 0, errBracket
		}
		c := p[i]
		switch {
		case c == ']' && !first:
			if negated {
				for k := range s {
					s[k] = ^s[k]
				}
			}
			s['/'>>6] &^= 1 << ('/' & 63)
			return s, i + 1, nil

		case c == '-' && from >= 0 && i+1 < len(p) && p[i+1] != ']':
			to, n, err := member(p[i+1:])
			if err != nil {
				return nil, 0, err
			}
			for b := from; b <= int(to); b++ {
				s.add(byte(b))
			}
			from = -1
			i += 1 + n

		case strings.HasPrefix(p[i:], "[:"):
			inner, _, closed := strings.Cut(p[i+2:], "]")
			if !closed {
				return nil, 0, errBracket
			}
			name, isClass := strings.CutSuffix(inner, ":")
			if !isClass {
				s.add('[')
				from = '['
				i++
				break
			}
			in, known := classes[name]
			if !known {
				return nil, 0, errClass
			}
			for b := range byte(0x80) {
				if in(b) {
					s.add(b)
				}
			}
			from = -1
			i += len("[:") + len(inner) + len("]")

		default:
			b, n, err := member(p[i:])
			if err != nil {
				return nil, 0, err
			}
			s.add(b)
			from = int(b)
			i += n
		}
	}
}

// member reads one byte of a bracket expression, behind a backslash or not.
func member(p string) (c byte, n int, err error) {
	if p[0] != '\\' {
		return p[0], 1, nil
	}
	if len(p) == 1 {
		return 0, 0, errBracket
	}
	return p[1], 2, nil
}

// classes are ASCII alone, and "space" lacks \v and \f, as in git.
var classes = map[string]func(byte) bool{
	"alnum":  func(c byte) bool { return isAlpha(c) || isDigit(c) },
	"alpha":  isAlpha,
	"blank":  func(c byte) bool { return c == ' ' || c == '\t' },
	"cntrl":  func(c byte) bool { return c < ' ' || c == 0x7f },
	"digit":  isDigit,
	"graph":  isGraph,
	"lower":  func(c byte) bool { return 'a' <= c && c <= 'z' },
	"print":  func(c byte) bool { return c == ' ' || isGraph(c) },
	"punct":  func(c byte) bool { return isGraph(c) && !isAlpha(c) && !isDigit(c) },
	"space":  func(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' },
	"upper":  func(c byte) bool { return 'A' <= c && c <= 'Z' },
	"xdigit": func(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' },
}

func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isGraph(c byte) bool { return ' ' < c && c < 0x7f }

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
