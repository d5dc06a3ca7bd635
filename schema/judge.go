package schema

import (
	"bytes"
	"strconv"
)

// A judge holds values to the rules of a schema, as JSON Schema 2020-12 has it, without making values of them.
type judge struct {
	data   []byte
	rules  *rules
	tokens []token
	alone  bool // there is no bound on tokens
	unsure bool // something breaks a rule, or was not looked at
}

// holds tells whether the value with this index holds to a rule.
func (j *judge) holds(r *rule, at int) bool {
	t := &j.tokens[at]
	if r.types != 0 && r.types&j.typeOf(t) == 0 {
		return false
	}
	if r.one != nil && !j.isOneOf(r.one, t) {
		return false
	}
	switch t.kind {
	case '"':
		if !j.text(r, t) {
			return false
		}
	case '0':
		if r.bounded && !j.atLeast(r.minimum, t) {
			return false
		}
	case '{':
		if !j.object(r, at) {
			return false
		}
	case '[':
		if !j.array(r, at) {
			return false
		}
	}
	return j.inPlace(r, at)
}

// inPlace is about the rules that a rule applies to the same value.
func (j *judge) inPlace(r *rule, at int) bool {
	if r.reference != nil && !j.holds(r.reference, at) {
		return false
	}
	if r.not != nil && j.holds(r.not, at) {
		return false
	}
	for _, each := range r.all {
		if !j.holds(each, at) {
			return false
		}
	}
	if r.when == nil {
		return true
	}
	next := r.orElse
	if j.holds(r.when, at) {
		next = r.then
	}
	return next == nil || j.holds(next, at)
}

func (j *judge) typeOf(t *token) typeSet {
	switch t.kind {
	case '"':
		return texts
	case '{':
		return objects
	case '[':
		return arrays
	case 'n':
		return nulls
	case 't', 'f':
		return booleans
	}
	if j.whole(t) {
		return numbers | integers
	}
	return numbers
}

func (j *judge) isOneOf(list []literal, t *token) bool {
	for i := range list {
		if list[i].kind == t.kind && (t.kind != '"' || list[i].text == string(j.string(t))) {
			return true
		}
	}
	return false
}

// string is the value of a string.
func (j *judge) string(t *token) []byte {
	raw := j.data[t.start+1 : t.end-1]
	if t.escaped {
		return unescape(raw)
	}
	return raw
}

func (j *judge) text(r *rule, t *token) bool {
	if r.filled && t.end-t.start == 2 {
		return false
	}
	if r.pattern == nil {
		return true
	}
	text := j.string(t)
	return r.pattern.matches(text) && (!r.dateTime || isDate(text))
}

func (j *judge) object(r *rule, at int) bool {
	if r.bare {
		return true
	}
	var seen set
	for i, end := at+1, int(j.tokens[at].next); i < end; i = int(j.tokens[i].next) {
		name := j.tokens[i].name
		seen.add(name)
		if r.keys != nil && !j.key(r.keys, i) {
			return false
		}
		known := false
		for _, p := range r.properties {
			if known = p.name == name; known {
				if !j.holds(p.rule, i) {
					return false
				}
				break
			}
		}
		if !known && (r.closed || r.additional != nil && !j.holds(r.additional, i)) {
			return false
		}
	}
	return seen.covers(&r.required)
}

// key tells whether a member's name holds to a rule, as the string that it is.
func (j *judge) key(r *rule, member int) bool {
	s := scanner{data: j.data, pos: int(j.tokens[member].key)}
	start := uint32(s.pos)
	s.text()
	j.tokens = append(j.tokens, token{kind: '"', escaped: s.escapes, start: start, end: uint32(s.pos)})
	last := len(j.tokens) - 1
	ok := j.holds(r, last)
	j.tokens = j.tokens[:last]
	return ok
}

func (j *judge) array(r *rule, at int) bool {
	if r.items == nil {
		return true
	}
	for i, end := at+1, int(j.tokens[at].next); i < end; i = int(j.tokens[i].next) {
		if !j.holds(r.items, i) {
			return false
		}
	}
	return true
}

// whole tells whether a number is whole, however it is written. It may be too large for any reader.
func (j *judge) whole(t *token) bool {
	text := j.data[t.start:t.end]
	return digits(text) || !bytes.ContainsAny(text, ".eE") || whole(string(text)) != ""
}

// atLeast compares a whole number.
func (j *judge) atLeast(minimum int64, t *token) bool {
	text := j.data[t.start:t.end]
	if !digits(text) {
		plain := whole(string(text))
		if plain == "" {
			return text[0] != '-' // it is larger than any reader holds
		}
		text = []byte(plain)
	}
	if text[0] == '-' {
		n, err := strconv.ParseInt(string(text), 10, 64)
		return err == nil && n >= minimum
	}
	n := int64(0)
	for _, c := range text {
		if n > maxNumber {
			return true
		}
		n = 10*n + int64(c-'0')
	}
	return n >= minimum
}
