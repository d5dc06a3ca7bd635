package execute

import (
	"bytes"
	"io"
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
}

// of begins to see what a task puts in place, nil where it is not to be kept.
func (k *Texts) of(t *task) *seenText {
	if k == nil || !k.Which.Keeps(t.Path, t.After.Size) {
		return nil
	}
	if !t.Source.InPlan() && !k.Which.Keeps(t.Source.Path, t.After.Size) {
		return nil
	}
	seen := seenTexts.Get().(*seenText)
	seen.binary = false
	seen.text.Reset()
	return seen
}

// seenTexts have memory for texts, which are seen one after the other.
var seenTexts = sync.Pool{New: func() any { return &seenText{} }}

// keep keeps what was seen, if it is a text. Nothing more is seen by it then.
func (k *Texts) keep(seen *seenText, sum tree.Hash) {
	if seen == nil {
		return
	}
	if !seen.binary && k.Which.IsText(seen.text.Bytes()) {
		k.Keep(sum, seen.text.Bytes())
	}
	seen.from = nil
	seenTexts.Put(seen)
}

// seenText is what was read of a file that may be a text.
type seenText struct {
	from   io.Reader
	text   bytes.Buffer
	binary bool
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
	if s.binary = s.binary || bytes.IndexByte(p[:n], 0) >= 0; !s.binary {
		s.text.Write(p[:n])
	}
	return n, err
}
