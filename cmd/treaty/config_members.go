package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// member is a name and its JSON value.
type member struct {
	name  string
	value json.RawMessage
}

// members are those of a JSON object, in its order.
type members []member

// parseMembers reads the members of a JSON object.
func parseMembers(text []byte) (members, error) {
	in := json.NewDecoder(bytes.NewReader(text))
	switch first, err := in.Token(); {
	case err != nil:
		return nil, err
	case first != json.Delim('{'):
		return nil, fmt.Errorf("%v is no JSON object", first)
	}
	var all members
	for in.More() {
		name, err := in.Token()
		if err != nil {
			return nil, err
		}
		m := member{name: fmt.Sprint(name)}
		if err := in.Decode(&m.value); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// of is the value of a name, nil where there is none.
func (m members) of(name string) json.RawMessage {
	for i := range m {
		if m[i].name == name {
			return m[i].value
		}
	}
	return nil
}

// with are the members with another value of a name, at its place or at the end; nil takes it out.
func (m members) with(name string, value json.RawMessage) members {
	changed := slices.Clone(m)
	at := slices.IndexFunc(changed, func(one member) bool { return one.name == name })
	switch {
	case value == nil && at < 0:
		return changed
	case value == nil:
		return slices.Delete(changed, at, at+1)
	case at < 0:
		return append(changed, member{name, value})
	}
	changed[at].value = value
	return changed
}

// without are the members but for a name, or for what stands behind a dot in one that is an object; false where there
// is no such one.
func (m members) without(name string) (members, bool) {
	if m.of(name) != nil {
		return m.with(name, nil), true
	}
	top, below, _ := strings.Cut(name, ".")
	inner, err := parseMembers(m.of(top))
	if err != nil || inner.of(below) == nil {
		return nil, false
	}
	if inner = inner.with(below, nil); len(inner) == 0 {
		return m.with(top, nil), true
	}
	return m.with(top, inner.text()), true
}

// text is the object as JSON, on one line.
func (m members) text() json.RawMessage {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, one := range m {
		if i > 0 {
			out.WriteByte(',')
		}
		name, _ := json.Marshal(one.name) // a string, which cannot fail
		out.Write(name)
		out.WriteByte(':')
		out.Write(one.value)
	}
	out.WriteByte('}')
	return out.Bytes()
}
