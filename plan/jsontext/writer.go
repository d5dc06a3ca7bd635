package jsontext

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"treaty/plan/visible"
)

// A Writer appends one value after another. The zero value writes on one line.
type Writer struct {
	out      []byte
	depth    int
	indented bool
	began    bool // the object or array around has a value already
	named    bool // the value's name was written
}

// Inside returns a Writer that begins each value on a line of its own, indented by two spaces for each object or array
// around it. It goes on inside of so many, after another value.
func Inside(depth int) *Writer { return &Writer{indented: true, depth: depth, began: true} }

// On returns a Writer that appends to a buffer, on one line.
func On(buffer []byte) *Writer { return &Writer{out: buffer} }

// Lines returns a Writer that begins each value inside of an object or array on a line of its own, indented as Inside
// does it.
func Lines() *Writer { return &Writer{indented: true} }

// Beside returns a Writer that goes on where w is, after another value.
func (w *Writer) Beside() *Writer { return &Writer{indented: w.indented, depth: w.depth, began: true} }

// Bytes are what was written since the last Reset.
func (w *Writer) Bytes() []byte { return w.out }

// Reset forgets what was written, and goes on after it.
func (w *Writer) Reset() { w.out = w.out[:0] }

// value comes before each value.
func (w *Writer) value() {
	if w.named {
		w.named = false
		return
	}
	w.next()
}

// next comes before each member and each value of an array.
func (w *Writer) next() {
	if w.began {
		w.out = append(w.out, ',')
	}
	w.began = true
	if w.depth > 0 {
		w.line()
	}
}

func (w *Writer) line() {
	if !w.indented {
		return
	}
	w.out = append(w.out, '\n')
	for range w.depth {
		w.out = append(w.out, "  "...)
	}
}

// Open begins an object, by a brace, or an array, by a bracket.
func (w *Writer) Open(bracket byte) {
	w.value()
	w.out = append(w.out, bracket)
	w.depth++
	w.began = false
}

// Close ends what Open began, with its other bracket.
func (w *Writer) Close(bracket byte) {
	w.depth--
	if w.began {
		w.line()
	}
	w.began = true
	w.out = append(w.out, bracket)
}

// Name begins a member of an object; its value comes next. The name needs no escapes.
func (w *Writer) Name(name string) {
	w.next()
	w.out = append(append(append(w.out, '"'), name...), '"', ':')
	if w.indented {
		w.out = append(w.out, ' ')
	}
	w.named = true
}

// Null appends null.
func (w *Writer) Null() {
	w.value()
	w.out = append(w.out, "null"...)
}

// Bool appends true or false.
func (w *Writer) Bool(b bool) {
	w.value()
	w.out = strconv.AppendBool(w.out, b)
}

// Int appends a whole number.
func (w *Writer) Int(n int64) {
	w.value()
	w.out = strconv.AppendInt(w.out, n, 10)
}

// Hex appends bytes as a string of hex digits.
func (w *Writer) Hex(b []byte) {
	w.value()
	w.out = append(hex.AppendEncode(append(w.out, '"'), b), '"')
}

// Time appends a time as RFC 3339 has it.
func (w *Writer) Time(t time.Time) {
	w.value()
	w.out = append(t.AppendFormat(append(w.out, '"'), time.RFC3339Nano), '"')
}

// String appends a string. What is not UTF-8 becomes U+FFFD.
func (w *Writer) String(s string) {
	w.value()
	w.out = AppendString(w.out, s)
}

// Member appends a member whose value is a string.
func (w *Writer) Member(name, value string) {
	w.Name(name)
	w.String(value)
}

// AppendString appends a string as Writer.String does.
func AppendString(to []byte, s string) []byte {
	for i := range len(s) {
		if !plain[s[i]] {
			return appendEscaped(to, s)
		}
	}
	return append(append(append(to, '"'), s...), '"')
}

// plain are the bytes that stand for themselves.
var plain = func() (t [256]bool) {
	for c := ' '; c < 0x7f; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

func appendEscaped(to []byte, s string) []byte {
	start, ascii := len(to), true
	to = append(to, '"')
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r < utf8.RuneSelf:
			to = appendASCII(to, byte(r))
		case size == 1:
			to = append(to, `\ufffd`...)
		case r == '\u2028' || r == '\u2029':
			to = append(append(to, `\u202`...), byte('0'+r&0xf))
		default:
			to = append(to, s[:size]...)
		}
		ascii = ascii && r < 0x7f
		s = s[size:]
	}
	to = append(to, '"')
	if !ascii {
		to = append(to[:start], visible.JSON(to[start:])...)
	}
	return to
}

func appendASCII(to []byte, c byte) []byte {
	const hexadecimal = "0123456789abcdef"
	switch {
	case plain[c] || c == 0x7f:
		return append(to, c)
	case c == '"' || c == '\\':
		return append(to, '\\', c)
	}
	if at := strings.IndexByte("\b\f\n\r\t", c); at >= 0 {
		return append(to, '\\', "bfnrt"[at])
	}
	return append(to, '\\', 'u', '0', '0', hexadecimal[c>>4], hexadecimal[c&0xf])
}
