package schema

// A token is a value of a text that is judged. What an object or array holds comes right after it. Offsets are of the
// text; no file has more than fit.
type token struct {
	kind       byte // the value's first byte, '0' for all numbers
	escaped    bool // a string with escapes
	name       uint8
	next       uint32 // the index after what it holds
	start, end uint32
	key        uint32 // where a member's name begins
}

// maxTokens is how many values are kept while a file is scanned. What has more, an element with a diff of very many
// lines say, is left to be judged by itself.
const maxTokens = 1 << 16

// begin notes the value at pos, and returns its index.
func (s *scanner) begin() int {
	j := s.judge
	if j == nil {
		return 0
	}
	if len(j.tokens) == maxTokens && !j.alone {
		j.unsure = true
		j.tokens = j.tokens[:1]
	}
	kind := s.peek()
	if kind == '-' || digit(kind) {
		kind = '0'
	}
	j.tokens = append(j.tokens, token{kind: kind, name: s.name, key: s.key, start: uint32(s.pos)})
	return len(j.tokens) - 1
}

// end notes that the value with this index ends at pos.
func (s *scanner) end(index int) {
	if j := s.judge; j != nil && index < len(j.tokens) {
		t := &j.tokens[index]
		t.end, t.next, t.escaped = uint32(s.pos), uint32(len(j.tokens)), t.kind == '"' && s.escapes
	}
}

// count is how many values are kept.
func (s *scanner) count() int {
	if s.judge == nil {
		return 0
	}
	return len(s.judge.tokens)
}

// element judges the element of a long array that was scanned last, and forgets it.
func (s *scanner) element(array []byte, index int) {
	j := s.judge
	if j == nil || index >= len(j.tokens) {
		return
	}
	if r := j.rules.parts[string(array)]; r == nil || j.unsure || !j.holds(r, index) {
		j.unsure = true
	}
	j.tokens = j.tokens[:index]
}
