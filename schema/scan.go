package schema

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	// maxDepth is how deep objects and arrays may be nested. Our own files
	// need seven levels.
	maxDepth = 64
	// maxNumber is the largest whole number that every reader of JSON holds
	// exactly (RFC 8259, section 6).
	maxNumber = 1<<53 - 1
	// fewKeys is how many keys of an object are compared one by one before a
	// set of them is made.
	fewKeys = 32
)

// A scanner goes over JSON once, builds no values, and stops at the first
// thing that is not to be in a file of ours. It accepts a subset of JSON.
type scanner struct {
	data  []byte
	pos   int
	open  []frame  // the objects and arrays around pos
	keys  [][]byte // the keys so far of all open objects, unescaped
	doc   *Document
	fault *Error

	judge   *judge // holds the values to a schema, where there is one
	escapes bool   // the last string has some
	name    uint8  // the number of the current member's name
	key     uint32 // where that begins
}

// A frame is an object or array that is being scanned.
type frame struct {
	key   []byte // an object's current key, nil before the first
	index int    // an array's current index
	array bool
	first int                 // where this object's keys begin in scanner.keys
	set   map[string]struct{} // this object's keys where they are many
}

// scan checks a file as strictly as JSON itself can be checked, and says where
// its members lie.
func scan(data []byte) (*Document, *Error) {
	doc, _, fault := scanBy(nil, data)
	return doc, fault
}

// scanBy also holds the file to rules. valid says that it breaks none; where it says no, the file may still be valid.
func scanBy(r *rules, data []byte) (doc *Document, valid bool, fault *Error) {
	s := scanner{data: data, doc: &Document{data: data}, open: make([]frame, 0, 8)}
	if r != nil {
		s.judge = &judge{data: data, rules: r}
	}
	s.file()
	valid = r != nil && s.fault == nil && !s.judge.unsure && s.judge.holds(r.file, 0)
	return s.doc, valid, s.fault
}

func (s *scanner) file() bool {
	switch {
	case bytes.HasPrefix(s.data, []byte("\xef\xbb\xbf")):
		return s.fail(0, "expected UTF-8 without a byte-order mark")
	case bytes.HasPrefix(s.data, []byte("\xff\xfe")), bytes.HasPrefix(s.data, []byte("\xfe\xff")):
		return s.fail(0, "expected UTF-8, found UTF-16")
	}
	s.space()
	if s.peek() != '{' {
		return s.unexpected("an object in braces")
	}
	at := s.begin()
	if !s.object() {
		return false
	}
	s.end(at)
	s.space()
	if s.pos < len(s.data) {
		return s.unexpected("the end of the file")
	}
	return true
}

// value scans the value at pos, which may have white space before it.
func (s *scanner) value() bool {
	s.space()
	at := s.begin()
	ok := s.bare()
	s.end(at)
	return ok
}

func (s *scanner) bare() bool {
	switch c := s.peek(); {
	case c == '"':
		_, ok := s.text()
		return ok
	case c == '{':
		return s.object()
	case c == '[':
		return s.array()
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	}
	return s.unexpected("a value")
}

func (s *scanner) object() bool {
	if !s.enter(frame{first: len(s.keys)}) {
		return false
	}
	s.pos++
	s.space()
	if s.peek() != '}' {
		for {
			s.space()
			if s.peek() != '"' {
				return s.unexpected("a property name in double quotes")
			}
			start := s.pos
			key, ok := s.text()
			if !ok || !s.unique(key, start) {
				return false
			}
			s.space()
			if s.peek() != ':' {
				return s.unexpected("a colon after the property name")
			}
			s.pos++
			s.space()
			if s.judge != nil {
				s.name, s.key = s.judge.rules.names.find(key), uint32(start)
			}
			from := s.pos
			if !s.value() {
				return false
			}
			if s.doc != nil && len(s.open) == 1 {
				s.doc.add(string(key), start, span{from, s.pos})
			}
			s.space()
			if c := s.peek(); c == '}' {
				break
			} else if c != ',' {
				return s.unexpected("a comma or a closing brace")
			}
			s.pos++
		}
	}
	s.pos++
	s.keys = s.keys[:s.open[len(s.open)-1].first]
	s.open = s.open[:len(s.open)-1]
	return true
}

func (s *scanner) array() bool {
	streamed := s.doc != nil && len(s.open) == 1 && long(s.open[0].key)
	if !s.enter(frame{array: true}) {
		return false
	}
	s.pos++
	s.space()
	if s.peek() != ']' {
		for {
			s.space()
			from, at := s.pos, s.count()
			if !s.value() {
				return false
			}
			if streamed {
				s.element(s.open[0].key, at)
				if len(s.doc.elements) == 0 { // the others will be of about that length
					s.doc.elements = make([]span, 0, 1+(len(s.data)-from)/(s.pos-from))
				}
				s.doc.elements = append(s.doc.elements, span{from, s.pos})
			}
			s.space()
			if c := s.peek(); c == ']' {
				break
			} else if c != ',' {
				return s.unexpected("a comma or a closing bracket")
			}
			s.pos++
			s.open[len(s.open)-1].index++
		}
	}
	s.pos++
	s.open = s.open[:len(s.open)-1]
	return true
}

func (s *scanner) enter(f frame) bool {
	if len(s.open) == maxDepth {
		return s.fail(s.pos, fmt.Sprintf("expected at most %d levels of objects and arrays", maxDepth))
	}
	s.open = append(s.open, f)
	return true
}

// unique makes key the current key of the innermost object, unless it has had
// that key before.
func (s *scanner) unique(key []byte, start int) bool {
	f := &s.open[len(s.open)-1]
	f.key = key
	twice := false
	if f.set != nil {
		_, twice = f.set[string(key)]
	} else {
		for _, k := range s.keys[f.first:] {
			if bytes.Equal(k, key) {
				twice = true
				break
			}
		}
	}
	if twice {
		return s.fail(start, "the property "+quote(string(key))+" stands twice in this object")
	}
	if f.set != nil {
		f.set[string(key)] = struct{}{}
		return true
	}
	s.keys = append(s.keys, key)
	if mine := s.keys[f.first:]; len(mine) > fewKeys {
		f.set = make(map[string]struct{}, 4*fewKeys)
		for _, k := range mine {
			f.set[string(k)] = struct{}{}
		}
	}
	return true
}

// number goes over a number. What is not whole, or too large, is noted and goes on: an unknown member of a newer minor
// version may hold it.
func (s *scanner) number() bool {
	start := s.pos
	if s.peek() == '-' {
		s.pos++
	}
	digits := s.pos
	n := s.digits()
	switch {
	case s.pos == digits:
		return s.unexpected("a digit")
	case s.data[digits] == '0' && s.pos > digits+1:
		return s.fail(start, "expected a whole number without leading zeros")
	}
	if c := s.peek(); c != '.' && c != 'e' && c != 'E' && n <= maxNumber && (n > 0 || digits == start) {
		return true
	}
	if s.peek() == '.' {
		s.pos++
		if from := s.pos; s.digits() == 0 && s.pos == from {
			return s.unexpected("a digit")
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.pos++
		if c := s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		if from := s.pos; s.digits() == 0 && s.pos == from {
			return s.unexpected("a digit")
		}
	}
	s.unusual(start)
	return true
}

// digits goes over digits and returns their number, or more than maxNumber.
func (s *scanner) digits() uint64 {
	n := uint64(0)
	for ; s.pos < len(s.data) && s.data[s.pos]-'0' <= 9; s.pos++ {
		if n <= maxNumber {
			n = n*10 + uint64(s.data[s.pos]-'0')
		}
	}
	return n
}

// unusual notes the number from start to pos.
func (s *scanner) unusual(start int) {
	if s.doc == nil {
		return
	}
	text := string(s.data[start:s.pos])
	n := number{span{start, s.pos}, whole(text)}
	s.doc.numbers = append(s.doc.numbers, n)
	if n.plain != "" || s.doc.odd != nil {
		return
	}
	message := fmt.Sprintf("expected a whole number of at most %d", maxNumber)
	if strings.ContainsAny(text, ".eE") {
		message = "expected a whole number"
	}
	line, column := position(s.data, start)
	s.doc.odd = &Error{Pointer: s.pointer(), Line: line, Column: column, Message: message}
}

func (s *scanner) word(w string) bool {
	if !bytes.HasPrefix(s.data[s.pos:], []byte(w)) {
		return s.unexpected("a value")
	}
	s.pos += len(w)
	return true
}

func (s *scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\n', '\r', '\t':
			s.pos++
		default:
			return
		}
	}
}

// peek is the next byte, or 0 at the end. A zero byte in the file is an error
// wherever it stands, so that the two need no telling apart before
// unexpected does.
func (s *scanner) peek() byte {
	if s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

// unexpected fails at pos.
func (s *scanner) unexpected(expected string) bool {
	found := "the end of the file"
	if s.pos < len(s.data) {
		r := []rune(string(s.data[s.pos:min(s.pos+4, len(s.data))]))[0]
		found = strconv.QuoteRune(r)
		if r == '/' || r == '#' {
			found += " (JSON has no comments)"
		}
	}
	if before := bytes.TrimRight(s.data[:min(s.pos, len(s.data))], " \t\r\n"); bytes.HasSuffix(before, []byte(",")) &&
		(s.peek() == '}' || s.peek() == ']') {
		found += " after a comma"
	}
	return s.fail(s.pos, "expected "+expected+", found "+found)
}

// fail records what is wrong at an offset. It returns false for its callers to
// return.
func (s *scanner) fail(offset int, message string) bool {
	line, column := position(s.data, offset)
	s.fault = &Error{Pointer: s.pointer(), Line: line, Column: column, Message: message}
	return false
}

// pointer is that of the value that is being scanned.
func (s *scanner) pointer() string {
	var b strings.Builder
	for _, f := range s.open {
		switch {
		case f.array:
			b.WriteString("/" + strconv.Itoa(f.index))
		case f.key != nil:
			b.WriteString("/" + escapeToken(string(f.key)))
		}
	}
	return b.String()
}

// long says whether a member of a file may be an array too long to be decoded
// at once.
func long(key []byte) bool {
	return slices.Contains(longArrays, string(key))
}

var longArrays = []string{"operations", "conflicts", "problems", "results"}
