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
	text := texts.Get().(*bytes.Buffer)
	text.Reset()
	return &seenText{text: text}
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
