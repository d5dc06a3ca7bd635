package plan

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"

	"treaty/plan/jsontext"
	"treaty/schema"
)

// ReadFrom is Read of a file that is not held in memory: only some elements of each array are, at a time. It reads to
// the end, so that who hashes on the way has the hash of what was read. Where it returns nil, nothing is said of the
// file but that it must be read as a whole to tell what it is: it is no valid plan, or one with its members in an order
// that treaty does not write, or it could not be read.
func ReadFrom(r io.Reader) *Plan { return readThrough(r, make([]byte, 256<<10)) }

// readThrough is ReadFrom through a buffer.
func readThrough(r io.Reader, buffer []byte) *Plan {
	s := streaming{work: make(chan *piece), expected: -1}
	defer close(s.work)
	for range readers {
		go readPieces(s.work)
	}
	if !s.split.all(r, buffer, s.begin) || !s.takeAll() || !s.envelope() || len(s.plan.Check()) > 0 {
		return nil
	}
	p := s.plan // what refers to it need not hold all that it was read with
	for i := range p.Conflicts {
		p.Conflicts[i].reword()
	}
	return &p
}

const (
	// readers is how many pieces are read at a time, while the text is parted and hashed.
	readers = 2
	// begun is how many pieces there are at most that were not taken yet.
	begun = readers + 1
)

// streaming is a plan that is read piece by piece. Plain operations of a piece are read as such. What else is in it is
// made a plan of its own, of the members before the arrays and some elements of one of these. Since the schema says
// nothing of two elements at a time, the plan is valid if all its pieces are.
type streaming struct {
	plan  Plan
	split splitter
	work  chan *piece
	// expected is how many operations there seem to be, below 0 before anything was asked of that.
	expected int
	// order are the pieces that were begun, and spare one that was taken.
	order []*piece
	spare *piece
}

// piece is some elements of an array, which are read beside other pieces.
type piece struct {
	name string
	// head is all before the array's opening bracket, with the arrays in it emptied.
	head     []byte
	elements []byte
	// text is that of a plan of the elements that are not plain, and places are theirs in the array.
	text   []byte
	places []int
	// plan has the elements in their array; valid tells whether they are.
	plan  Plan
	valid bool
	read  chan struct{} // told once it was read
}

// arrays are the members that are read piece by piece, in the order in which treaty writes them.
var arrays = [...]string{"operations", "conflicts", "problems"}

// begin has some elements of an array read, and returns room for others; false where those before are not valid. head
// is all before the array's opening bracket, with the arrays in it emptied.
func (s *streaming) begin(name string, head, elements []byte) ([]byte, bool) {
	if s.expected < 0 && !s.expect(head, name) {
		return nil, false
	}
	p := s.spare
	if s.spare = nil; p == nil {
		p = &piece{read: make(chan struct{}, 1)}
	}
	room := p.elements[:0]
	p.name, p.head, p.elements = name, append(p.head[:0], head...), elements
	s.work <- p
	s.order = append(s.order, p)
	return room, len(s.order) < begun || s.take()
}

// expect finds out how many operations there seem to be; false where what comes before the arrays is not valid.
func (s *streaming) expect(head []byte, name string) bool {
	doc, err := schema.Parse(schema.Plan, appendPlan(nil, head, name, nil))
	if err != nil {
		return false
	}
	s.expected = operationsIn(doc)
	return true
}

// appendPlan appends the text of a plan with these elements in the array called name, and none in those after it.
func appendPlan(to, head []byte, name string, elements []byte) []byte {
	to = slices.Grow(to, len(head)+len(elements)+64)
	to = append(append(append(append(to, head...), '['), elements...), ']')
	for _, other := range arrays[slices.Index(arrays[:], name)+1:] {
		to = append(append(append(to, `,"`...), other...), `":[]`...)
	}
	return append(to, '}')
}

// readPieces reads what it is given, until there is no more.
func readPieces(work <-chan *piece) {
	var d decoder
	for p := range work {
		p.valid = p.decode(&d)
		p.read <- struct{}{}
	}
}

// decode reads a piece; false where it is not valid.
func (p *piece) decode(d *decoder) bool {
	p.places = p.places[:0]
	if p.name != "operations" {
		p.text = appendPlan(p.text[:0], p.head, p.name, p.elements)
		doc, err := schema.Parse(schema.Plan, p.text)
		if err != nil {
			return false
		}
		if p.name == "conflicts" {
			p.plan.Conflicts, err = again(p.plan.Conflicts, p.text, doc, p.name, d.conflict)
		} else {
			p.plan.Problems, err = again(p.plan.Problems, p.text, doc, p.name, d.problem)
		}
		return err == nil
	}
	others, ok := p.plainly(d)
	if !ok || len(others) == 0 {
		return ok
	}
	p.text = appendPlan(p.text[:0], p.head, p.name, others)
	doc, err := schema.Parse(schema.Plan, p.text)
	if err != nil || doc.Len(p.name) != len(p.places) {
		return false
	}
	return eachElement(p.text, doc, p.name, func(i int, r *jsontext.Reader) {
		d.operation(r, &p.plan.Operations[p.places[i]])
	}) == nil
}

// plainly reads the plain operations of a piece, and returns the texts of the others; false where the piece is not of
// elements with one comma between each two.
func (p *piece) plainly(d *decoder) (others []byte, ok bool) {
	list := p.plan.Operations[:0]
	// What is not plain moves to the front of the piece, where it has room: no more than it had.
	others = p.elements[:0]
	for at := 0; ; at++ {
		at += space(p.elements[at:])
		list = append(list, Operation{})
		n := d.plain(p.elements[at:], &list[len(list)-1])
		if n == 0 {
			if n = objectIn(p.elements[at:]); n == 0 {
				return nil, false
			}
			if p.places = append(p.places, len(list)-1); len(p.places) > 1 {
				others = append(others, ',')
			}
			others = append(others, p.elements[at:at+n]...)
		}
		at += n
		at += space(p.elements[at:])
		if at == len(p.elements) {
			p.plan.Operations = list
			return others, true
		}
		if p.elements[at] != ',' {
			return nil, false
		}
	}
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
	depth := 0
	for at := 0; at < len(text); at++ {
		switch text[at] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return at + 1
			}
		case '"':
			for at++; at < len(text) && text[at] != '"'; at++ {
				if text[at] == '\\' {
					at++
				}
			}
		}
	}
	return 0
}

// again reads a piece of an array into a list that held another.
func again[T any](list []T, data []byte, doc *schema.Document, name string,
	read func(*jsontext.Reader, *T)) ([]T, error) {
	list = slices.Grow(list[:0], doc.Len(name))[:doc.Len(name)]
	clear(list)
	return list, eachElement(data, doc, name, func(i int, r *jsontext.Reader) { read(r, &list[i]) })
}

// take adds the elements of the piece that was begun first; false where they are not valid.
func (s *streaming) take() bool {
	p := s.order[0]
	s.order, s.spare = s.order[1:], p
	<-p.read
	if !p.valid {
		return false
	}
	if s.plan.Operations == nil {
		s.plan.Operations = make([]Operation, 0, s.expected)
		s.plan.Conflicts, s.plan.Problems = []Conflict{}, []Problem{}
	}
	switch p.name {
	case "operations":
		s.plan.Operations = append(s.plan.Operations, p.plan.Operations...)
	case "conflicts":
		s.plan.Conflicts = append(s.plan.Conflicts, p.plan.Conflicts...)
	default:
		s.plan.Problems = append(s.plan.Problems, p.plan.Problems...)
	}
	return true
}

// takeAll takes the pieces that are left.
func (s *streaming) takeAll() bool {
	for len(s.order) > 0 {
		if !s.take() {
			return false
		}
	}
	return true
}

// operationsIn is how many operations there seem to be: a list that grows is copied again and again. What a plan says
// of itself may be wrong, and is believed up to a million.
func operationsIn(doc *schema.Document) int {
	var said Summary
	if err := json.Unmarshal(doc.Member("summary"), &said); err != nil {
		return 0
	}
	n := 0
	for _, tally := range []*Tally{&said.Local, &said.Remote} {
		for _, action := range Actions {
			n += max(0, min(tally.Of(action).Count, mostBelieved))
		}
	}
	return min(n, mostBelieved)
}

const mostBelieved = 1 << 20

// envelope reads all but the elements; false where it is not valid, or has some of its own after all.
func (s *streaming) envelope() bool {
	doc, err := schema.Parse(schema.Plan, s.split.head)
	if err != nil {
		return false
	}
	for _, name := range arrays {
		if doc.Len(name) > 0 {
			return false
		}
	}
	p := &s.plan
	if p.Operations == nil {
		p.Operations, p.Conflicts, p.Problems = []Operation{}, []Conflict{}, []Problem{}
	}
	return envelope(doc, p) == nil
}

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
