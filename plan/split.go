package plan

import (
	"bytes"
	"io"
	"iter"
	"slices"

	"treaty/schema"
)

// A splitter parts the text of a plan into its envelope and pieces of its long arrays. It only looks for where these
// end: whoever reads the pieces finds out whether they are JSON. What it cuts out between two pieces is one comma; of
// white space, it leaves one space.
type splitter struct {
	// head is the text so far, without elements.
	head []byte
	// elements are those of the piece that is being collected, of the array called name.
	elements []byte
	name     string
	count    int
	depth    int
	// text is the string that is being read at depth 1, or was read last: the name of a member, if one of an array.
	text             []byte
	quoted, escaped  bool
	element, another bool // there is something since the last comma, and a comma before that
	size             int64
}

// pieceBytes is how long a piece is at most, unless a single element is longer.
const pieceBytes = 1 << 20

// taker is handed a piece, and returns room for the elements of another; false where it does not want that one.
type taker func(name string, head, elements []byte) (room []byte, ok bool)

// all hands all pieces to take; false where take does not want one, or the text cannot be read or parted. It reads into
// a buffer, which has some room.
func (s *splitter) all(r io.Reader, buffer []byte, take taker) bool {
	for held := 0; ; {
		n, err := fill(r, buffer[held:])
		if s.size += int64(n); err != nil && err != io.EOF || s.size > schema.Plan.MaxSize() {
			return false
		}
		more := len(buffer)
		if err != nil {
			more = 0
		}
		rest, ok := s.part(buffer[:held+n], more, take)
		if !ok || err != nil {
			return ok && s.name == ""
		}
		held = copy(buffer, rest)
	}
}

// fill reads until a buffer is full, or there is no more: it is io.EOF then.
func fill(r io.Reader, buffer []byte) (n int, err error) {
	for n < len(buffer) && err == nil {
		var more int
		more, err = r.Read(buffer[n:])
		n += more
	}
	return n, err
}

// part goes on with more of the text. It returns what it left, since more of it is to come, of a text that is shorter
// than that will be: an operation that may be plain.
func (s *splitter) part(text []byte, more int, take taker) (rest []byte, ok bool) {
	for len(text) > 0 {
		n := 1
		switch {
		case s.quoted:
			n = s.inString(text)
		case classes[text[0]] == white:
			n = run(text, 1<<white)
			s.add(' ')
		case classes[text[0]] != mark && classes[text[0]] != quote:
			n = run(text, 1<<other|1<<escape)
			s.element = s.element || s.within()
			s.add(text[:n]...)
		default:
			lines := 0
			if text[0] == '{' && s.name == "operations" && s.within() && !s.element {
				if lines = plainLines(text); lines == 0 && len(text) < more {
					return text, true
				}
			}
			if lines > 0 {
				n = s.skip(text[:lines])
			} else if !s.structure(text[0], take) {
				return nil, false
			}
		}
		text = text[n:]
	}
	return nil, true
}

// plainLines is how long the operations are that a text begins with, if they are plain, as far as they end in it: they
// part, and their array ends, where no line in one of them is. Who reads them finds out whether they are.
func plainLines(text []byte) int {
	for at := 0; ; at++ {
		bracket := bytes.IndexByte(text[at:], ']')
		if bracket < 0 {
			break
		}
		at += bracket
		if end, found := bytes.CutSuffix(text[:at], []byte("\n  ")); found {
			if bytes.HasSuffix(end, []byte("\n    }")) {
				return len(end)
			}
			return 0
		}
	}
	if last := bytes.LastIndex(text, []byte("\n    },\n    {")); last >= 0 {
		return last + len("\n    }")
	}
	return 0
}

// skip adds elements of which only what is behind them is looked at, and makes them the last of their piece.
func (s *splitter) skip(elements []byte) int {
	s.element, s.count = true, pieceSize
	s.add(elements...)
	return len(elements)
}

// class is what a byte is to a splitter.
type class uint8

const (
	other  class = iota
	white        // white space
	mark         // what is looked for outside of strings, but for quotes
	quote        // what is looked for everywhere
	escape       // what is looked for in strings
)

var classes = func() (of [256]class) {
	for chars, class := range map[string]class{" \n\r\t": white, ",{}[]": mark, `"`: quote, `\`: escape} {
		for i := range len(chars) {
			of[chars[i]] = class
		}
	}
	return of
}()

// run is how many bytes there are of some classes, of one of which a text's first is.
func run(text []byte, of uint8) int {
	n := 1
	for n < len(text) && of&(1<<classes[text[n]]) != 0 {
		n++
	}
	return n
}

// within tells whether what comes is of an array's elements, and not below one.
func (s *splitter) within() bool { return s.name != "" && s.depth == 2 }

// inString goes on in a string, and returns how far.
func (s *splitter) inString(text []byte) int {
	n := 1
	switch c := text[0]; {
	case s.escaped:
		s.escaped = false
	case c == '\\':
		s.escaped = true
	case c == '"':
		s.quoted = false
	default:
		n = run(text, 1<<other|1<<white|1<<mark)
	}
	if s.depth == 1 && s.quoted {
		s.text = append(s.text, text[:n]...)
	}
	s.add(text[:n]...)
	return n
}

// add adds to what is being collected.
func (s *splitter) add(text ...byte) {
	if s.name == "" {
		s.head = append(s.head, text...)
		return
	}
	s.elements = append(s.elements, text...)
}

// structure goes on with one byte between strings.
func (s *splitter) structure(c byte, take taker) bool {
	within := s.within()
	switch c {
	case '"':
		s.quoted, s.text = true, s.text[:0]
	case '{', '[':
		s.depth++
		if c == '[' && s.depth == 2 && slices.Contains(arrays[:], string(s.text)) {
			s.name, s.element, s.another = string(s.text), false, false
			return true
		}
	case ',':
		if within {
			return s.comma(take)
		}
	case '}', ']':
		s.depth--
		if within {
			return s.end(c, take)
		}
	}
	s.element = s.element || within
	s.add(c)
	return true
}

// comma ends an element.
func (s *splitter) comma(take taker) bool {
	if !s.element {
		return false
	}
	s.element, s.another = false, true
	if s.count++; s.count < pieceSize && len(s.elements) < pieceBytes {
		s.add(',')
		return true
	}
	return s.flush(take)
}

// end ends an array.
func (s *splitter) end(c byte, take taker) bool {
	if c != ']' || s.another && !s.element || s.element && !s.flush(take) {
		return false
	}
	s.name, s.elements = "", s.elements[:0]
	s.add('[', ']')
	return true
}

// flush hands over what was collected.
func (s *splitter) flush(take taker) bool {
	room, ok := take(s.name, s.head, s.elements)
	s.count, s.elements = 0, room
	return ok
}

// space is how much white space there is before anything else.
func space(text []byte) int {
	if len(text) == 0 || classes[text[0]] != white {
		return 0
	}
	return run(text, 1<<white)
}

// objectIn is how long the object is that a text begins with, if it is JSON; 0 where it does not end or is none.
func objectIn(text []byte) int {
	if len(text) == 0 || text[0] != '{' {
		return 0
	}
	for end, open := range brackets(text) {
		if open == 0 {
			return end
		}
	}
	return 0
}

// outermost tells whether a text ends among the members of the object that it begins with, if it is JSON so far.
func outermost(text []byte) bool {
	depth := 0
	for _, open := range brackets(text) {
		depth = open
	}
	return depth == 1
}

// brackets yields of each bracket of a text, but for those in strings, where it ends and how many are open behind it.
func brackets(text []byte) iter.Seq2[int, int] {
	return func(yield func(end, open int) bool) {
		open := 0
		for at := 0; at < len(text); at++ {
			switch text[at] {
			case '"':
				for at++; at < len(text) && text[at] != '"'; at++ {
					if text[at] == '\\' {
						at++
					}
				}
				continue
			case '{', '[':
				open++
			case '}', ']':
				open--
			default:
				continue
			}
			if !yield(at+1, open) {
				return
			}
		}
	}
}
