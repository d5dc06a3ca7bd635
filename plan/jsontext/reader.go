package jsontext

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// A Reader goes over a text that was found valid by the schema of its kind, one value after another. Members that its
// caller does not know are to be skipped.
type Reader struct {
	text []byte
	pos  int
	err  error
}

// NewReader returns a Reader of a text.
func NewReader(text []byte) Reader { return Reader{text: text} }

// Err is the first thing that was not as its caller expected; nil where all was. From there on, nothing was read.
func (r *Reader) Err() error { return r.err }

// Fail makes err the error, unless there is one.
func (r *Reader) Fail(err error) {
	if r.err == nil && err != nil {
		r.err = err
		r.pos = len(r.text)
	}
}

func (r *Reader) unexpected(expected string) {
	r.Fail(fmt.Errorf("no %s at byte %d", expected, r.pos))
}

// peek is the next byte that is no white space; 0 at the end.
func (r *Reader) peek() byte {
	for r.pos < len(r.text) {
		switch c := r.text[r.pos]; c {
		case ' ', '\n', '\r', '\t':
			r.pos++
		default:
			return c
		}
	}
	return 0
}

// Null goes over null and returns true, or does nothing and returns false.
func (r *Reader) Null() bool {
	if r.peek() != 'n' {
		return false
	}
	r.pos += len("null")
	return true
}

// Open goes over the bracket or brace that an array or object begins with.
func (r *Reader) Open(bracket byte) {
	if r.peek() != bracket {
		r.unexpected(string(bracket))
		return
	}
	r.pos++
}

// More tells whether the array or object goes on. Where it does not, it goes over its other bracket.
func (r *Reader) More(bracket byte) bool {
	c := r.peek()
	if c == ',' {
		r.pos++
		return true
	}
	if c == bracket {
		r.pos++
		return false
	}
	return r.err == nil && c != 0
}

// Name is a member's name. It is good until the next call.
func (r *Reader) Name() []byte {
	name := r.Text()
	if r.peek() != ':' {
		r.unexpected("colon")
		return nil
	}
	r.pos++
	return name
}

// Text is a string's value, which is good until the next call: a part of the text where it has no escapes.
func (r *Reader) Text() []byte {
	if r.peek() != '"' {
		r.unexpected("string")
		return nil
	}
	start := r.pos
	for r.pos++; r.pos < len(r.text); r.pos++ {
		switch r.text[r.pos] {
		case '"':
			r.pos++
			return r.text[start+1 : r.pos-1]
		case '\\':
			return r.escaped(start)
		}
	}
	r.unexpected("end of a string")
	return nil
}

func (r *Reader) escaped(start int) []byte {
	for ; r.pos < len(r.text) && r.text[r.pos] != '"'; r.pos++ {
		if r.text[r.pos] == '\\' {
			r.pos++
		}
	}
	r.pos = min(r.pos+1, len(r.text))
	var s string
	r.Fail(json.Unmarshal(r.text[start:r.pos], &s))
	return []byte(s)
}

// String is a string's value.
func (r *Reader) String() string { return string(r.Text()) }

// Int is a whole number.
func (r *Reader) Int() int64 {
	r.peek()
	start := r.pos
	r.scalar()
	text := r.text[start:r.pos]
	if len(text) == 0 || len(text) > 18 {
		return r.long(text)
	}
	n := int64(0)
	for _, c := range text {
		if c < '0' || c > '9' {
			return r.long(text)
		}
		n = 10*n + int64(c-'0')
	}
	return n
}

// long is a number with a sign, or very many digits.
func (r *Reader) long(text []byte) int64 {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		r.Fail(fmt.Errorf("expected a whole number of at most %d", int64(math.MaxInt64)))
	}
	return n
}

// Bool is true or false.
func (r *Reader) Bool() bool {
	r.peek()
	start := r.pos
	r.scalar()
	switch string(r.text[start:r.pos]) {
	case "true":
		return true
	case "false":
		return false
	}
	r.unexpected("true or false")
	return false
}

// scalar goes over a number or a word.
func (r *Reader) scalar() {
	start := r.pos
	for ; r.pos < len(r.text); r.pos++ {
		switch r.text[r.pos] {
		case ',', ']', '}', ' ', '\n', '\r', '\t':
			if r.pos == start {
				r.unexpected("value")
			}
			return
		}
	}
}

// Hex reads a string of hex digits, just as many as fill the bytes.
func (r *Reader) Hex(into []byte) {
	text := r.Text()
	if r.err == nil && len(text) != hex.EncodedLen(len(into)) {
		r.Fail(errors.New("a string of hex digits of another length"))
		return
	}
	_, err := hex.Decode(into, text)
	r.Fail(err)
}

// Skip goes over a value.
func (r *Reader) Skip() {
	switch r.peek() {
	case '"':
		r.Text()
	case '{':
		r.pos++
		for r.More('}') {
			r.Name()
			r.Skip()
		}
	case '[':
		r.pos++
		for r.More(']') {
			r.Skip()
		}
	default:
		r.scalar()
	}
}
