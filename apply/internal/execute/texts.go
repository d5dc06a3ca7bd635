package execute

import (
	"bytes"
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
	// later are the paths whose texts are not kept while they are put in place, nil for none.
	later map[tree.Path]bool
}

// Later are the paths whose texts are not kept while they are put in place; nil for none.
func (k *Texts) Later() map[tree.Path]bool {
	if k == nil {
		return nil
	}
	return k.later
}

// Bound leaves for later all but the newest of what the steps put in place, so that what there is no room for is not
// written only to be removed as the apply closes. Which of it are texts nobody knows yet: whoever closes the apply
// keeps those for which there is room in the end.
func (k *Texts) Bound(steps []plan.Step, most int64) {
	if k == nil || int64(len(steps)) <= most {
		return
	}
	var placed []*plan.Operation
	for i := range steps {
		if s := &steps[i]; s.Skipped == "" && s.After.Of() == tree.File && k.may(s.Operation) {
			placed = append(placed, s.Operation)
		}
	}
	slices.SortFunc(placed, func(x, y *plan.Operation) int {
		return plan.NewestFirst(x.After.Mtime, x.After.SHA256, y.After.Mtime, y.After.SHA256)
	})
	k.later = map[tree.Path]bool{}
	for _, op := range placed[min(int64(len(placed)), most):] {
		k.later[op.Path] = true
	}
}

// may tells whether what an operation puts in place may be a text that is kept.
func (k *Texts) may(op *plan.Operation) bool {
	if op.Source() == nil || !k.Which.Keeps(op.Path, op.After.Size) {
		return false
	}
	return op.Source().InPlan() || op.Source().Path == op.Path || k.Which.Keeps(op.Source().Path, op.After.Size)
}

// of begins to see what a task puts in place, with what is given for that; nil where it is not to be kept.
func (k *Texts) of(t *task, seen *seenText) *seenText {
	if k == nil || !k.may(t.Operation) || k.later[t.Path] {
		return nil
	}
	seen.text = texts.Get().(*bytes.Buffer)
	seen.text.Reset()
	return seen
}

// texts have memory for texts, which are seen one after the other.
var texts = sync.Pool{New: func() any { return &bytes.Buffer{} }}

// keep keeps what was seen, if it is a text. Nothing more is seen by it then.
func (k *Texts) keep(seen *seenText, sum tree.Hash) {
	if seen == nil {
		return
	}
	text, binary := seen.end()
	if !binary && k.Which.IsText(text.Bytes()) {
		k.Keep(sum, text.Bytes())
	}
	texts.Put(text)
}

// seenText is what was read of a file that may be a text.
type seenText struct {
	from io.Reader

	// Who carries a file elsewhere may read on when it is there already.
	mu     sync.Mutex
	text   *bytes.Buffer // nil once nothing more is to be seen
	binary bool
}

// end is what was seen. What is read from now on is not.
func (s *seenText) end() (text *bytes.Buffer, binary bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, s.text = s.text, nil
	return text, s.binary
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
	if s.binary = s.binary || bytes.IndexByte(p[:n], 0) >= 0; !s.binary && s.text != nil {
		s.text.Write(p[:n])
	}
	return n, err
}
