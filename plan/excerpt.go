package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"

	"treaty/plan/internal/jsonsplit"
	"treaty/schema"
)

// Explain says what is wrong with a plan's file, which open opens each time from its beginning, as Read says it of the
// whole text. Of a file as treaty writes it, it holds no more than what is wrong with it, and the plan where the schema
// has nothing against it. It is nil where that does not do: nothing may be wrong with the file, or it cannot be read.
func Explain(open func() (io.ReadCloser, error)) error { return explainBy(open, 1<<20) }

// explainBy is Explain with a buffer of so many bytes, which has room for all before the operations.
func explainBy(open func() (io.ReadCloser, error), room int) error {
	e := excerptBy(open, room, func(int) bool { return false })
	if e == nil || len(e.cuts) == 0 {
		return nil
	}
	if err := readable(e.text); err != nil {
		return e.inFile(err)
	}
	wrong := brokenIn(open)
	if len(wrong) == 0 {
		return nil
	}
	named := map[int]bool{}
	for _, w := range wrong {
		if at, _, in := operationIn(w.Pointer); in {
			named[at] = true
		}
	}
	if e = excerptBy(open, room, func(at int) bool { return named[at] }); e == nil {
		return nil
	}
	return placed(wrong, func(pointer string) (line, column int) {
		line, column = schema.Locate(e.text, e.excerpted(pointer))
		return line + e.leftOut(line).lines, column
	})
}

// brokenIn are the rules that a plan's file breaks, if it can be read as ReadFrom does.
func brokenIn(open func() (io.ReadCloser, error)) []Wrong {
	file, err := open()
	if err != nil {
		return nil
	}
	defer file.Close()
	_, wrong := checkedThrough(file, make([]byte, throughBytes))
	return wrong
}

// excerpt is the text of a plan without most of its plain operations. In a file as treaty writes it, each element of
// the array begins on a line of its own, where the one that is left out before it began.
type excerpt struct {
	text []byte
	// kept are the places in the plan of the operations that are left, if all of it is JSON.
	kept []int
	cuts []cut
	// ends tells that the text ends early, behind an operation that is not JSON: whatever is wrong is before its last
	// line, or nothing is known.
	ends bool
}

// cut is where operations were left out: before a line of the excerpt, counted from 0, so many and so many lines in
// all.
type cut struct{ line, operations, lines int }

// excerptBy is the excerpt of a file with the plain operations that are wanted, by their places. It is nil where the
// file cannot be read, is larger than a plan may be, or does not have its operations as treaty writes them.
func excerptBy(open func() (io.ReadCloser, error), room int, wanted func(at int) bool) *excerpt {
	file, err := open()
	if err != nil {
		return nil
	}
	defer file.Close()
	x := excerpting{from: file, buffer: make([]byte, 0, room), wanted: wanted}
	if !x.head() || !x.operations() || !x.rest() {
		return nil
	}
	return &x.excerpt
}

// excerpting is an excerpt that is being made. What was read and is not judged yet is in the buffer, from at on.
type excerpting struct {
	excerpt
	from   io.Reader
	buffer []byte
	at     int
	size   int64
	err    error // io.EOF at the end
	wanted func(at int) bool
	lines  int // of the excerpt so far
	plain  decoder
}

// ahead is what was read and is not judged yet.
func (x *excerpting) ahead() []byte { return x.buffer[x.at:] }

// more reads until the buffer is full; false where it was, or there is no more.
func (x *excerpting) more() bool {
	x.buffer, x.at = x.buffer[:copy(x.buffer, x.ahead())], 0
	n := 0
	if x.err == nil {
		n, x.err = jsonsplit.Fill(x.from, x.buffer[len(x.buffer):cap(x.buffer)])
		x.buffer, x.size = x.buffer[:len(x.buffer)+n], x.size+int64(n)
	}
	return n > 0
}

// keep goes over what comes, and has it in the excerpt.
func (x *excerpting) keep(n int) {
	text := x.ahead()[:n]
	x.text, x.lines, x.at = append(x.text, text...), x.lines+bytes.Count(text, []byte("\n")), x.at+n
}

const (
	// firstElement is what is before the first operation of a plan, nextElement what is between two, and ending what is
	// behind the last.
	firstElement = "\n  \"operations\": [\n    "
	nextElement  = "\n    },\n    "
	ending       = "\n  ]"
	// mostExcerpted is how many bytes an excerpt may have: who has that many reads all of them.
	mostExcerpted = 64 << 20
)

// head goes up to the first operation; false where that is not as treaty writes it.
func (x *excerpting) head() bool {
	x.more()
	at := bytes.Index(x.buffer, []byte(firstElement))
	if at < 0 || !jsonsplit.Outermost(x.buffer[:at]) {
		return false
	}
	x.keep(at + len(firstElement))
	return true
}

// operations goes over the operations up to the last, and leaves out what is plain and not wanted; false where too much
// is left.
func (x *excerpting) operations() bool {
	for at, more := 0, true; more; at++ {
		if n := x.plainAhead(); n > 0 && !x.wanted(at) {
			x.leaveOut(n)
			continue
		}
		start := len(x.text)
		x.kept, more = append(x.kept, at), x.element()
		switch {
		case len(x.text) > mostExcerpted:
			return false
		case more && !json.Valid(x.text[start:len(x.text)-len(nextElement)+len("\n    }")]):
			x.end()
			return true
		}
	}
	return true
}

// end keeps some of what comes, and nothing behind that.
func (x *excerpting) end() {
	for range 2 {
		x.keep(len(x.ahead()))
		x.more()
	}
	if x.err == nil {
		x.text = x.text[:bytes.LastIndexByte(x.text, '\n')]
		x.ends, x.err, x.at = true, io.EOF, len(x.buffer)
	}
}

// plainAhead is how long the plain operation is that comes, with what is between it and the next; 0 where none comes.
func (x *excerpting) plainAhead() int {
	for {
		n := x.plain.plain(x.ahead(), new(Operation)) - len("\n    }")
		switch {
		case n > 0 && bytes.HasPrefix(x.ahead()[n:], []byte(nextElement)):
			return n + len(nextElement)
		case len(x.ahead()) > 64<<10 || !x.more():
			return 0
		}
	}
}

// leaveOut goes over what comes, and does not have it in the excerpt.
func (x *excerpting) leaveOut(n int) {
	last := len(x.cuts) - 1
	if last < 0 || x.cuts[last].line != x.lines {
		var next cut
		if last >= 0 {
			next = x.cuts[last]
		}
		next.line = x.lines
		x.cuts = append(x.cuts, next)
		last++
	}
	x.cuts[last].operations++
	x.cuts[last].lines += bytes.Count(x.ahead()[:n], []byte("\n"))
	x.at += n
}

// element keeps what comes up to the next element; false where there is none.
func (x *excerpting) element() bool {
	for {
		next := bytes.Index(x.ahead(), []byte(nextElement))
		within := x.ahead()
		if next >= 0 {
			within = within[:next]
		}
		switch {
		case bytes.Contains(within, []byte(ending)):
			return false
		case next >= 0:
			x.keep(next + len(nextElement))
			return true
		}
		// What the buffer ends with may be the beginning of either.
		x.keep(max(0, len(x.ahead())-len(nextElement)))
		if !x.more() {
			return false
		}
	}
}

// rest keeps all that is left; false where the file cannot be read to its end, or is larger than a plan may be.
func (x *excerpting) rest() bool {
	for x.keep(len(x.ahead())); x.more(); x.keep(len(x.ahead())) {
		if len(x.text) > mostExcerpted {
			return false
		}
	}
	return x.err == io.EOF && x.size <= schema.Plan.MaxSize()
}

// inFile are errors in the excerpt's text as errors in the file, nil where they may be due to the excerpt.
func (e *excerpt) inFile(err error) error {
	var in schema.Errors
	if !errors.As(err, &in) || e.ends && in[0].Line > bytes.Count(e.text, []byte("\n")) {
		return nil
	}
	errs := slices.Clone(in)
	for i := range errs {
		w := &errs[i]
		left := e.leftOut(w.Line)
		w.Line += left.lines
		if at, below, in := operationIn(w.Pointer); in {
			w.Pointer = element(at + left.operations).below(below).String()
		}
	}
	return errs
}

// leftOut is what was left out before a line of the excerpt, counted from 1.
func (e *excerpt) leftOut(line int) cut {
	before := sort.Search(len(e.cuts), func(n int) bool { return e.cuts[n].line >= line })
	if before == 0 {
		return cut{}
	}
	return e.cuts[before-1]
}

// excerpted is the pointer in the excerpt of what has one in the file.
func (e *excerpt) excerpted(pointer string) string {
	if at, below, in := operationIn(pointer); in {
		if n, found := slices.BinarySearch(e.kept, at); found {
			return element(n).below(below).String()
		}
	}
	return pointer
}

// operationIn is the place of the operation that a pointer leads into, and the pointer in that; false where it leads
// into none.
func operationIn(pointer string) (at int, below string, in bool) {
	rest, in := strings.CutPrefix(pointer, "/operations/")
	number, below, more := strings.Cut(rest, "/")
	if more {
		below = "/" + below
	}
	at, err := strconv.Atoi(number)
	return at, below, in && err == nil
}
