// Package visible makes text safe to be read. Names, targets, notes and contents are chosen by whoever wrote to a
// tree, and a character in them may steer a terminal, reorder text, or not be seen at all: two names then look
// like one, and a reviewer approves what he did not read. Text writes such characters as escapes for people, JSON
// as JSON's own, which decode to the same string.
//
// Hidden are: control characters, C1 and DEL included; format characters, bidi overrides and marks among them;
// line and paragraph separators; all else that Unicode has programs leave blank (Default_Ignorable_Code_Point:
// fillers such as U+3164, U+115F, U+034F, variation selectors, tags); the two symbols that are drawn as nothing, U+2800
// (Braille without a dot) and U+1D159 (a note without a head); and bytes that are not UTF-8. Spaces of all widths are
// seen as what they are, a gap, and stay. Not hidden are
// what scripts and emoji are spelt with: a joiner between two characters that join, a variation selector right
// after what it selects a form of, and the marks that Arabic sets before numbers.
package visible

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text is s with what is hidden turned into Go's escapes, such as \n, \x1b and \u202e; the characters in keep
// stay. A backslash stays too, so the result is for reading, not for decoding.
func Text(s, keep string) string {
	if plain(s) {
		return s
	}
	var out strings.Builder
	each(s, func(r rune, raw string, hidden bool) bool {
		hidden = hidden && !strings.ContainsRune(keep, r)
		if hidden {
			writeEscaped(&out, r, raw)
		} else {
			out.WriteString(raw)
		}
		return hidden
	})
	return out.String()
}

// JSON is a JSON text with what is hidden in its strings turned into JSON's escapes. It says the same as before.
func JSON(text []byte) []byte {
	if bytes.IndexFunc(text, func(r rune) bool { return r >= 0x7f }) < 0 {
		return text
	}
	out := bytes.NewBuffer(make([]byte, 0, len(text)+len(text)/8))
	each(string(text), func(r rune, raw string, hidden bool) bool {
		// JSON has no control characters but those between its strings.
		hidden = hidden && r >= 0x7f
		switch {
		case !hidden:
			out.WriteString(raw)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(out, `\u%04x`, r)
		}
		return hidden
	})
	return out.Bytes()
}

func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// each visits the characters of s, with their bytes and whether they are hidden. Visit returns whether it left
// the character out: what follows is then judged without it, so that escaping once is enough.
func each(s string, visit func(r rune, raw string, hidden bool) bool) {
	var last rune
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		next, _ := utf8.DecodeRuneInString(s[size:])
		out := visit(r, s[:size], hidden(r, size, last, next))
		if last, s = r, s[size:]; out {
			last = 0
		}
	}
}

// hidden tells whether r, decoded from size bytes between last and next, must not be written as it is.
func hidden(r rune, size int, last, next rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r < ' ' || r == 0x7f
	case r == utf8.RuneError:
		return size <= 1
	case blank(r):
		return true
	case r == '\u200c' || r == '\u200d':
		return !joins(last) || !joins(next) || unicode.Is(unicode.Variation_Selector, next)
	case unicode.Is(unicode.Variation_Selector, r):
		return !selects(r, last, next)
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point)
}

// blank tells whether a symbol is drawn as nothing.
func blank(r rune) bool { return r == '\u2800' || r == '\U0001d159' }

// joins tells whether r may have a joiner beside it; between other characters nobody would see it.
func joins(r rune) bool {
	return r >= utf8.RuneSelf && r != utf8.RuneError && !blank(r) && unicode.In(r, unicode.L, unicode.M, unicode.S) &&
		!unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// selects tells whether the variation selector r between last and next selects a form of last: emoji and text of
// symbols and keycaps, letters of Mongolian, ideographs. Elsewhere nobody would see it.
func selects(r, last, next rune) bool {
	switch {
	case r == '\ufe0e' || r == '\ufe0f':
		return last >= utf8.RuneSelf && last != utf8.RuneError && !blank(last) && unicode.Is(unicode.S, last) ||
			next == '\u20e3' && (last == '#' || last == '*' || '0' <= last && last <= '9')
	case r >= '\U000e0100':
		return unicode.Is(unicode.Ideographic, last)
	}
	return unicode.Is(unicode.Mongolian, last) && unicode.IsLetter(last)
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
