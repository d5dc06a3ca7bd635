package jsonsplit

import (
	"io"
	"slices"
)

// A Splitter parts the text of an object into its envelope and pieces of its long arrays. It only looks for where these
// end: whoever reads the pieces finds out whether they are JSON. What it cuts out between two pieces is one comma; of
// white space, it leaves one space.
type Splitter struct {
	Parts
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

// Parts say what is parted, and how.
type Parts struct {
	// Arrays are the names of the members that are parted.
	Arrays []string
	// Known, where not nil, is how long the elements of the first of these are that a text begins with, as far as they
	// can be told without being looked into; 0 for none. They are the last of their piece.
	Known func(text []byte) int
	// MaxSize is how many bytes the text has at most, and PieceSize how many elements a piece.
	MaxSize   int64
	PieceSize int
}

// pieceBytes is how long a piece is at most, unless a single element is longer.
const pieceBytes = 1 << 20

// Taker is handed a piece of the array called name, and returns room for the elements of another; false where it does
// not want that one. head is all before the array's opening bracket, with the arrays in it emptied.
type Taker func(name string, head, elements []byte) (room []byte, ok bool)

// Head is the text so far, with the arrays in it emptied: all of it where All returned true.
func (s *Splitter) Head() []byte { return s.head }

// All hands all pieces to take; false where take does not want one, or the text cannot be read or parted. It reads into
// a buffer, which has some room.
func (s *Splitter) All(r io.Reader, buffer []byte, take Taker) bool {
	for held := 0; ; {
		n, err := Fill(r, buffer[held:])
		if s.size += int64(n); err != nil && err != io.EOF || s.size > s.MaxSize {
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

// Fill reads until a buffer is full, or there is no more: it is io.EOF then.
func Fill(r io.Reader, buffer []byte) (n int, err error) {
	for n < len(buffer) && err == nil {
		var more int
		more, err = r.Read(buffer[n:])
		n += more
	}
	return n, err
}

// part goes on with more of the text. It returns what it left, since more of it is to come, of a text that is shorter
// than that will be: an element that may be known.
func (s *Splitter) part(text []byte, more int, take Taker) (rest []byte, ok bool) {
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
			known := 0
			if text[0] == '{' && s.Known != nil && s.name == s.Arrays[0] && s.within() && !s.element {
				if known = s.Known(text); known == 0 && len(text) < more {
					return text, true
				}
			}
			if known > 0 {
				n = s.skip(text[:known])
			} else if !s.structure(text[0], take) {
				return nil, false
			}
		}
		text = text[n:]
	}
	return nil, true
}

// skip adds elements of which only what is behind them is looked at, and makes them the last of their piece.
func (s *Splitter) skip(elements []byte) int {
	s.element, s.count = true, s.PieceSize
	s.add(elements...)
	return len(elements)
}

// class is what a byte is to a Splitter.
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
func (s *Splitter) within() bool { return s.name != "" && s.depth == 2 }

// inString goes on in a string, and returns how far.
func (s *Splitter) inString(text []byte) int {
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
func (s *Splitter) add(text ...byte) {
	if s.name == "" {
		s.head = append(s.head, text...)
		return
	}
	s.elements = append(s.elements, text...)
}

// structure goes on with one byte between strings.
func (s *Splitter) structure(c byte, take Taker) bool {
	within := s.within()
	switch c {
	case '"':
		s.quoted, s.text = true, s.text[:0]
	case '{', '[':
		s.depth++
		if c == '[' && s.depth == 2 && slices.Contains(s.Arrays, string(s.text)) {
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
func (s *Splitter) comma(take Taker) bool {
	if !s.element {
		return false
	}
	s.element, s.another = false, true
	if s.count++; s.count < s.PieceSize && len(s.elements) < pieceBytes {
		s.add(',')
		return true
	}
	return s.flush(take)
}

// end ends an array.
func (s *Splitter) end(c byte, take Taker) bool {
	if c != ']' || s.another && !s.element || s.element && !s.flush(take) {
		return false
	}
	s.name, s.elements = "", s.elements[:0]
	s.add('[', ']')
	return true
}

// flush hands over what was collected.
func (s *Splitter) flush(take Taker) bool {
	room, ok := take(s.name, s.head, s.elements)
	s.count, s.elements = 0, room
	return ok
}
