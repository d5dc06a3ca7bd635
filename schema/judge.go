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
	unsure bool // something breaks a rule, or was not looked at

	// An explaining judge also says what is wrong, however large it is; nil for one that does not.
	explain *explainer
}

// holds tells whether the value with this index holds to a rule. depth is how far into the schema that lies.
func (j *judge) holds(r *rule, at, depth int) bool {
	t := &j.tokens[at]
	if r.types != 0 && r.types&j.typeOf(t) == 0 {
		return j.breaks(r, "type", t, depth)
	}
	ok := r.one == nil || j.isOneOf(r.one, t) || j.breaks(r, r.oneOf, t, depth)
	switch t.kind {
	case '"':
		ok = j.text(r, t, depth) && ok
	case '0':
		ok = (!r.bounded || j.atLeast(r.minimum, t) || j.breaks(r, "minimum", t, depth)) && ok
	case '{':
		ok = j.object(r, at, depth) && ok
	case '[':
		ok = j.array(r, at, depth) && ok
	}
	return j.inPlace(r, at, depth) && ok
}

// inPlace is about the rules that a rule applies to the same value.
func (j *judge) inPlace(r *rule, at, depth int) bool {
	ok := r.reference == nil || j.holds(r.reference, at, depth+1)
	if r.not != nil && j.quietly(r.not, at) {
		ok = j.breaks(r, "not", &j.tokens[at], depth)
	}
	for _, each := range r.all {
		ok = j.holds(each, at, depth+2) && ok
	}
	if r.when == nil {
		return ok
	}
	next := r.orElse
	if j.quietly(r.when, at) {
		next = r.then
	}
	return (next == nil || j.holds(next, at, depth+1)) && ok
}

// quietly tells whether a value holds to a rule that it need not hold to.
func (j *judge) quietly(r *rule, at int) bool {
	e := j.explain
	j.explain = nil
	ok := j.holds(r, at, 0)
	j.explain = e
	return ok
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

// name is that of a member.
func (j *judge) name(t *token) []byte {
	s := scanner{data: j.data, pos: int(t.key)}
	name, _ := s.text()
	return name
}

func (j *judge) text(r *rule, t *token, depth int) bool {
	ok := !r.filled || t.end-t.start > 2 || j.breaks(r, "minLength", t, depth)
	if r.pattern == nil {
		return ok
	}
	text := j.string(t)
	switch {
	case !r.pattern.matches(text):
		return j.breaks(r, "pattern", t, depth)
	case r.dateTime && !isDate(text):
		return j.breaks(r, "format", t, depth)
	}
	return ok
}

func (j *judge) object(r *rule, at, depth int) bool {
	if r.bare {
		return true
	}
	ok := true
	var seen set
	for i, end := at+1, int(j.tokens[at].next); i < end && (ok || j.explain != nil); i = int(j.tokens[i].next) {
		seen.add(j.tokens[i].name)
		ok = (r.keys == nil || j.key(r.keys, i, depth+1)) && ok
		switch known := r.property(j.tokens[i].name); {
		case known != nil:
			ok = j.member(known, i, depth+2) && ok
		case r.additional != nil:
			ok = j.member(r.additional, i, depth+1) && ok
		case r.closed:
			ok = j.unknown(r, i)
		}
	}
	return (seen.covers(&r.required) || j.misses(r, &seen, depth)) && ok
}

// member holds a member's value to a rule.
func (j *judge) member(r *rule, member, depth int) bool {
	if j.explain == nil {
		return j.holds(r, member, depth)
	}
	defer j.explain.into(string(j.name(&j.tokens[member])))()
	return j.holds(r, member, depth)
}

// key holds a member's name to a rule, as the string that it is.
func (j *judge) key(r *rule, member, depth int) bool {
	s := scanner{data: j.data, pos: int(j.tokens[member].key)}
	start := uint32(s.pos)
	name, _ := s.text()
	if j.explain != nil {
		defer j.explain.into(string(name))()
		defer j.explain.aboutKeys()()
	}
	j.tokens = append(j.tokens, token{kind: '"', escaped: s.escapes, start: start, end: uint32(s.pos)})
	last := len(j.tokens) - 1
	ok := j.holds(r, last, depth)
	j.tokens = j.tokens[:last]
	return ok
}

func (j *judge) array(r *rule, at, depth int) bool {
	if r.items == nil {
		return true
	}
	ok, n := true, 0
	for i, end := at+1, int(j.tokens[at].next); i < end && (ok || j.explain != nil); i = int(j.tokens[i].next) {
		ok = j.item(r.items, i, n, depth+1) && ok
		n++
	}
	return ok
}

// item holds the nth value of an array to a rule.
func (j *judge) item(r *rule, at, n, depth int) bool {
	if j.explain == nil {
		return j.holds(r, at, depth)
	}
	defer j.explain.into(strconv.Itoa(n))()
	return j.holds(r, at, depth)
}

// whole tells whether a number is whole, however it is written. It may be too large for any reader.
func (j *judge) whole(t *token) bool {
	text := j.data[t.start:t.end]
	return digits(text) || bytes.IndexAny(text, ".eE") < 0 || whole(string(text)) != ""
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
