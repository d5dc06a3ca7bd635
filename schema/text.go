package schema

import (
	"unicode/utf16"
	"unicode/utf8"
)

// plain are the bytes that need no second look inside a string.
var plain = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf
	}
	return t
}()

// text scans the string at pos and returns it unescaped: a part of the data
// wherever it has no escapes.
func (s *scanner) text() (unescaped []byte, ok bool) {
	s.pos++
	start := s.pos
	escapes, ascii := false, true
	for i := start; i < len(s.data); i++ {
		c := s.data[i]
		switch {
		case plain[c]:
		case c == '"':
			raw := s.data[start:i]
			if !ascii && !utf8.Valid(raw) {
				return nil, s.notUTF8(start)
			}
			s.pos, s.escapes = i+1, escapes
			if escapes {
				raw = unescape(raw)
			}
			return raw, true
		case c >= utf8.RuneSelf:
			ascii = false
		case c == '\\':
			escapes = true
			n, expected := escape(s.data[i:])
			if expected != "" {
				return nil, s.fail(i, "expected "+expected)
			}
			i += n - 1
		default:
			s.pos = i
			return nil, s.unexpected("control characters in a string to be escaped")
		}
	}
	s.pos = len(s.data)
	return nil, s.unexpected("a closing quote")
}

func (s *scanner) notUTF8(start int) bool {
	i := start
	for {
		r, n := utf8.DecodeRune(s.data[i:])
		if r == utf8.RuneError && n <= 1 {
			return s.fail(i, "expected UTF-8")
		}
		i += n
	}
}

// escape is the length of the escape sequence that b begins with, or what was
// expected instead. A surrogate pair is one sequence.
func escape(b []byte) (n int, expected string) {
	const four = "four hex digits after \\u"
	if len(b) < 2 {
		return 0, "an escape sequence after the backslash"
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2, ""
	case 'u':
	default:
		return 0, `one of \" \\ \/ \b \f \n \r \t \u after a backslash in a string`
	}
	r, ok := hex4(b[2:])
	switch {
	case !ok:
		return 0, four
	case !utf16.IsSurrogate(r):
		return 6, ""
	case r < 0xDC00 && len(b) >= 12 && b[6] == '\\' && b[7] == 'u':
		low, ok := hex4(b[8:])
		if !ok {
			return 0, four
		}
		if utf16.DecodeRune(r, low) != utf8.RuneError {
			return 12, ""
		}
	}
	return 0, "a surrogate pair, found half of one"
}

func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// unescape replaces the escape sequences of a string that was scanned.
func unescape(raw []byte) []byte {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			out = append(out, raw[i])
			continue
		}
		i++
		switch c := raw[i]; c {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, _ := hex4(raw[i+1:])
			i += 4
			if utf16.IsSurrogate(r) {
				low, _ := hex4(raw[i+3:])
				r = utf16.DecodeRune(r, low)
				i += 6
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, c)
		}
	}
	return out
}
