package plan

import (
	"encoding/json"
	"io"
	"slices"

	"treaty/plan/internal/jsonsplit"
	"treaty/plan/jsontext"
	"treaty/schema"
)

// ReadFrom is Read of a file that is not held in memory: only some elements of each array are, at a time. It reads to
// the end, so that who hashes on the way has the hash of what was read. Where it returns nil, nothing is said of the
// file but that it must be read as a whole to tell what it is: it is no valid plan, or one with its members in an order
// that treaty does not write, or it could not be read.
func ReadFrom(r io.Reader) *Plan { return readThrough(r, make([]byte, throughBytes)) }

// throughBytes is how long the buffer is that a plan is read through.
const throughBytes = 256 << 10

// readThrough is ReadFrom through a buffer.
func readThrough(r io.Reader, buffer []byte) *Plan {
	p, _ := checkedThrough(r, buffer)
	return p
}

// checkedThrough is readThrough that tells what Check finds in a plan, which there is none of then.
func checkedThrough(r io.Reader, buffer []byte) (*Plan, []Wrong) {
	s := streaming{work: make(chan *piece), expected: -1, split: jsonsplit.Splitter{Parts: jsonsplit.Parts{
		Arrays: arrays[:], Known: plainLines, MaxSize: schema.Plan.MaxSize(), PieceSize: pieceSize}}}
	defer close(s.work)
	for range readers {
		go readPieces(s.work)
	}
	if !s.split.All(r, buffer, s.begin) || !s.takeAll() || !s.envelope() {
		return nil, nil
	}
	if wrong := s.plan.Check(); len(wrong) > 0 {
		return nil, wrong
	}
	p := s.plan // what refers to it need not hold all that it was read with
	for i := range p.Conflicts {
		p.Conflicts[i].reword()
	}
	return &p, nil
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
	split jsonsplit.Splitter
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
		at += jsonsplit.Space(p.elements[at:])
		list = append(list, Operation{})
		n := d.plain(p.elements[at:], &list[len(list)-1])
		if n == 0 {
			if n = jsonsplit.Object(p.elements[at:]); n == 0 {
				return nil, false
			}
			if p.places = append(p.places, len(list)-1); len(p.places) > 1 {
				others = append(others, ',')
			}
			others = append(others, p.elements[at:at+n]...)
		}
		at += n
		at += jsonsplit.Space(p.elements[at:])
		if at == len(p.elements) {
			p.plan.Operations = list
			return others, true
		}
		if p.elements[at] != ',' {
			return nil, false
		}
	}
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
	doc, err := schema.Parse(schema.Plan, s.split.Head())
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
