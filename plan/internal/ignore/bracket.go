package ignore

import (
	"errors"
	"strings"
)

var (
	errBracket = errors.New(`"[" without "]"`)
	errClass   = errors.New(`unknown class in "[[:…:]]"`)
)

// set holds the bytes that a bracket expression matches. A slash is never among them.
type set [4]uint64

func (s *set) add(c byte)      { s[c>>6] |= 1 << (c & 63) }
func (s *set) has(c byte) bool { return s[c>>6]&(1<<(c&63)) != 0 }

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
		c, n := p[i], 0
		var err error
		switch {
		case c == ']' && !first:
			s.end(negated)
			return s, i + 1, nil
		case c == '-' && from >= 0 && i+1 < len(p) && p[i+1] != ']':
			n, err = s.extend(from, p[i:])
			from = -1
		case strings.HasPrefix(p[i:], "[:"):
			var isClass bool
			if n, isClass, err = s.class(p[i:]); isClass {
				from = -1
			}
		default:
			c, n, err = member(p[i:])
			s.add(c)
			from = int(c)
		}
		if err != nil {
			return nil, 0, err
		}
		i += n
	}
}

// end makes s what the whole expression matches.
func (s *set) end(negated bool) {
	if negated {
		for k := range s {
			s[k] = ^s[k]
		}
	}
	s['/'>>6] &^= 1 << ('/' & 63)
}

// extend adds the range from a byte on whose "-" and end are at the start of p, and returns their length.
func (s *set) extend(from int, p string) (int, error) {
	to, n, err := member(p[1:])
	if err != nil {
		return 0, err
	}
	for b := from; b <= int(to); b++ {
		s.add(byte(b))
	}
	return 1 + n, nil
}

// class adds the class such as "[:alpha:]" at the start of p, and returns its length. Where it is none, as in "[:a]",
// it adds its first byte alone.
func (s *set) class(p string) (n int, isClass bool, err error) {
	inner, _, closed := strings.Cut(p[len("[:"):], "]")
	if !closed {
		return 0, false, errBracket
	}
	name, isClass := strings.CutSuffix(inner, ":")
	if !isClass {
		s.add('[')
		return 1, false, nil
	}
	in, known := classes[name]
	if !known {
		return 0, false, errClass
	}
	for b := range byte(0x80) {
		if in(b) {
			s.add(b)
		}
	}
	return len("[:") + len(inner) + len("]"), true, nil
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
