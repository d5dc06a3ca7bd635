package execute

import (
	"bytes"
	"crypto/sha256"
	"io"
	"slices"
	"sync"

	"treaty/plan"
	"treaty/plan/tree"
)

// Texts keeps texts that are put in place, so that what both sides change can be merged some day. A nil one keeps
// none.
type Texts struct {
	// Which texts are kept.
	Which *plan.Keeping
	// Keep keeps a text, to which it does not refer afterwards. What it cannot keep it goes without.
	Keep func(sum tree.Hash, text []byte)
	// later tells, by the number of a step, whose texts are not kept while they are put in place, nil for none.
	later []bool
}

// Later tells of a path whether its text was not kept while an execution put it in place; nil where all were.
func (k *Texts) Later(e *Execution) func(tree.Path) bool {
	if k == nil || k.later == nil {
		return nil
	}
	var places []int
	return func(path tree.Path) bool {
		places = places[:0]
		for _, side := range plan.BothSides {
			places = e.tasks.byPath[side].All(places, path)
		}
		return slices.ContainsFunc(places, func(place int) bool { return k.later[place] })
	}
}

// Bound leaves for later all but the newest of what the steps put in place, so that what there is no room for is not
// written only to be removed as the apply closes. Which of it are texts nobody knows yet: whoever closes the apply
// keeps those for which there is room in the end.
func (k *Texts) Bound(steps []plan.Step, most int64) {
	if k == nil || int64(len(steps)) <= most {
		return
	}
	var placed []int
	for i := range steps {
		if s := &steps[i]; s.Skipped == "" && s.After.Of() == tree.File && k.may(s.Operation) {
			placed = append(placed, i)
		}
	}
	if int64(len(placed)) <= most {
		return
	}
	slices.SortFunc(placed, func(i, j int) int {
		x, y := steps[i].After, steps[j].After
		return plan.NewestFirst(x.Mtime, x.SHA256, y.Mtime, y.SHA256)
	})
	k.later = make([]bool, len(steps))
	for _, i := range placed[most:] {
		k.later[i] = true
	}
}

// may tells whether what an operation puts in place may be a text that is kept.
func (k *Texts) may(op *plan.Operation) bool {
	if op.Source() == nil || !k.Which.Keeps(op.Path, op.After.Size) {
		return false
	}
	return op.Source().InPlan() || op.Source().Path == op.Path || k.Which.Keeps(op.Source().Path, op.After.Size)
}

// of begins to see what a task puts in place, with what is given for that; nil where it is not to be kept. What goes
// far away is kept once all of it was read: what it is there may be told when thousands more are on their way.
func (k *Texts) of(t *task, seen *seenText, goes bool) *seenText {
	if k == nil || k.later != nil && k.later[t.number] || !k.may(t.Operation) {
		return nil
	}
	seen.of, seen.goes = k, goes
	return seen
}

// texts have memory for texts, which are seen one after the other.
var texts = sync.Pool{New: func() any { return &bytes.Buffer{} }}

// seenText is what was read of a file that may be a text.
type seenText struct {
	of   *Texts
	from io.Reader
	// goes tells that it goes far away.
	goes bool

	// Who carries a file elsewhere may read on when it is there already.
	mu     sync.Mutex
	text   *bytes.Buffer // nil before anything is seen, and once nothing more is to be
	binary bool
	over   bool
}

// end lets go of what was seen, of which all was read, and keeps it, if it is a text, under its hash. Nothing more is
// seen then. Of nil there is nothing.
func (s *seenText) end(sum tree.Hash) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over {
		s.keep(sum)
	}
}

// drop lets go of what was seen, of which not all was read.
func (s *seenText) drop() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	s.release()
}

// keep is end for who holds mu.
func (s *seenText) keep(sum tree.Hash) {
	s.over = true
	text := s.seen()
	if !s.binary && s.of.Which.IsText(text.Bytes()) {
		s.of.Keep(sum, text.Bytes())
	}
	s.release()
}

// seen has memory for what is seen.
func (s *seenText) seen() *bytes.Buffer {
	if s.text == nil {
		s.text = texts.Get().(*bytes.Buffer)
		s.text.Reset()
	}
	return s.text
}

func (s *seenText) release() {
	if s.text != nil {
		texts.Put(s.text)
		s.text = nil
	}
}

// reader reads from, and sees what is read.
func (s *seenText) reader(from io.Reader) io.Reader {
	if s == nil {
		return from
	}
	s.from = from
	return s
}

func (s *seenText) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return n, err
	}
	if s.binary = s.binary || bytes.IndexByte(p[:n], 0) >= 0; !s.binary {
		s.seen().Write(p[:n])
	}
	if err == io.EOF && s.goes {
		var sum tree.Hash
		if !s.binary {
			sum = sha256.Sum256(s.seen().Bytes())
		}
		s.keep(sum)
	}
	return n, err
}
