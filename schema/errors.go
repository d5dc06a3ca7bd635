package schema

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxErrors is how many errors of a file are reported: the first ones by
// position.
const maxErrors = 10

// An Error is one thing that is wrong with a file, and where.
type Error struct {
	Pointer string // JSON pointer (RFC 6901) of the value; "" is the whole file
	Line    int    // from 1
	Column  int    // from 1, in characters
	Message string // what was expected
}

// Error is one line. Control characters in the pointer are escaped.
func (e Error) Error() string {
	where := fmt.Sprintf("line %d, column %d", e.Line, e.Column)
	if e.Pointer != "" {
		where = visible(e.Pointer) + " (" + where + ")"
	}
	return where + ": " + e.Message
}

// Errors are the first errors of a file, sorted by position. It is never
// empty when it is returned as an error.
type Errors []Error

// Error is one line for each error.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i := range e {
		lines[i] = e[i].Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap makes each of the errors visible to errors.As.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i := range e {
		all[i] = e[i]
	}
	return all
}

// maxQuoted is how many characters of a file's own text an error repeats.
const maxQuoted = 80

// quote shows a string of the file in an error: shortened, and with anything
// escaped that a terminal might act on.
func quote(s string) string {
	return strconv.Quote(shorten(s))
}

func visible(s string) string {
	q := strconv.Quote(shorten(s))
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}

func shorten(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	n := 0
	for i := range s {
		if n == maxQuoted {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// position turns an offset into a line and a column.
func position(data []byte, offset int) (line, column int) {
	before := data[:min(offset, len(data))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[start:])
}
