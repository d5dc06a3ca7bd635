package textdiff

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// The limits of one side. A text of exactly that size is still compared.
const (
	MaxBytes = 1 << 20
	MaxLines = 10_000
)

// ReadLimit is how much of a side is worth reading. A reader that stops there has read
// enough for [Unified] to see by the last byte that the text is too large.
const ReadLimit = MaxBytes + 1

// TooLarge reports whether a file of so many bytes is over the limit, so that it need
// not be read. A smaller file can still have too many lines.
func TooLarge(size int64) bool { return size > MaxBytes }

// Diff is what became of a text, in the shape that plans carry.
type Diff struct {
	Format Format `json:"format"`
	// Lines, joined with LF and followed by a last LF, are the diff. They are valid
	// UTF-8 and can hold CR and any other control character but NUL and LF. There are
	// none when the texts are equal or the diff is omitted; the slice is never nil in
	// what this package returns.
	Lines   []string `json:"lines"`
	Added   int      `json:"added"`
	Removed int      `json:"removed"`
	// Omitted is why there are no lines, or empty. The counts are then 0, and
	// OnlyLineEndings is false: the texts were not compared.
	Omitted Omitted `json:"omitted"`
	// OnlyLineEndings is true when the texts differ, and are equal once every CR LF is
	// read as LF. A lone CR and a missing last line ending are differences of text.
	OnlyLineEndings bool `json:"only_line_endings"`
}

// Format is the notation of a diff's lines. There is only one.
type Format string

const FormatUnified Format = "unified"

// Omitted is why a diff has no lines. Empty, null in JSON, says that nothing was left out.
type Omitted string

const (
	OmittedBinary    Omitted = "binary"    // a NUL byte on either side
	OmittedTooLarge  Omitted = "too-large" // either side is over MaxBytes or MaxLines
	OmittedNotUTF8   Omitted = "not-utf8"  // either side
	OmittedSensitive Omitted = "sensitive" // by the caller's patterns; Unified never says so
	OmittedNotHere   Omitted = "not-here"  // of a side whose texts the caller does not have; Unified never says so
)

// MarshalJSON has no counterpart: to decode null leaves the zero value, and which other
// values there may be is for the plan's schema to say.
func (o Omitted) MarshalJSON() ([]byte, error) {
	if o == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(o))
}

// Omit is the diff of texts that are not shown, for callers that know why before they
// have read them.
func Omit(why Omitted) Diff {
	return Diff{Format: FormatUnified, Lines: []string{}, Omitted: why}
}

// Unified is the diff that turns old into new. The names are what its header says, as
// in local/notes/a.txt and remote/notes/a.txt: a first component for patch -p1 to strip,
// then a slash-separated path of any bytes. Equal texts give no lines, no header either.
func Unified(oldName, newName string, old, new []byte) Diff {
	if why := omitted(old, new); why != "" {
		return Omit(why)
	}
	d := Omit("")
	if bytes.Equal(old, new) {
		return d
	}
	a, b := splitLines(old), splitLines(new)
	script := edits(a, b, bytes.Compare(old, new) > 0)
	for _, e := range script {
		d.Removed += e.a1 - e.a0
		d.Added += e.b1 - e.b0
	}
	d.Lines = append(d.Lines, header("---", oldName), header("+++", newName))
	d.Lines = appendHunks(d.Lines, a, b, script)
	d.OnlyLineEndings = bytes.Equal(crlfToLF(old), crlfToLF(new))
	return d
}

// Omits is why a diff with this text on a side has no lines, "" where it has.
func Omits(text []byte) Omitted { return omitted(text) }

// omitted asks for sizes first, so that a prefix of a file, cut off at ReadLimit, gets
// the answer that the whole of it would have had.
func omitted(sides ...[]byte) Omitted {
	for _, test := range []struct {
		why   Omitted
		holds func([]byte) bool
	}{
		{OmittedTooLarge, func(text []byte) bool { return TooLarge(int64(len(text))) }},
		{OmittedBinary, func(text []byte) bool { return bytes.IndexByte(text, 0) >= 0 }},
		{OmittedNotUTF8, func(text []byte) bool { return !utf8.Valid(text) }},
		{OmittedTooLarge, func(text []byte) bool { return countLines(text) > MaxLines }},
	} {
		for _, text := range sides {
			if test.holds(text) {
				return test.why
			}
		}
	}
	return ""
}

func countLines(text []byte) int {
	n := bytes.Count(text, []byte{'\n'})
	if len(text) > 0 && text[len(text)-1] != '\n' {
		n++
	}
	return n
}

// splitLines keeps each line's LF, so that lines are equal only if their endings are.
func splitLines(text []byte) []string {
	lines := strings.SplitAfter(string(text), "\n")
	if last := len(lines) - 1; lines[last] == "" {
		return lines[:last]
	}
	return lines
}

func crlfToLF(text []byte) []byte {
	return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
}
