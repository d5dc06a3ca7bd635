package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"treaty/plan"
	"treaty/schema"
)

// Member is a name and its JSON value.
type Member struct {
	Name  string
	Value json.RawMessage
}

// Members are those of a JSON object, in its order: a config as a person has written it.
type Members []Member

// ParseMembers reads the members of a JSON object. The error is io.EOF of an empty text.
func ParseMembers(text []byte) (Members, error) {
	in := json.NewDecoder(bytes.NewReader(text))
	switch first, err := in.Token(); {
	case err != nil:
		return nil, err
	case first != json.Delim('{'):
		return nil, fmt.Errorf("%v is no JSON object", first)
	}
	var all Members
	for in.More() {
		name, err := in.Token()
		if err != nil {
			return nil, err
		}
		m := Member{Name: fmt.Sprint(name)}
		if err := in.Decode(&m.Value); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// Of is the value of a name, nil where there is none.
func (m Members) Of(name string) json.RawMessage {
	for i := range m {
		if m[i].Name == name {
			return m[i].Value
		}
	}
	return nil
}

// With are the members with another value of a name, at its place or at the end; nil takes it out.
func (m Members) With(name string, value json.RawMessage) Members {
	changed := slices.Clone(m)
	at := slices.IndexFunc(changed, func(one Member) bool { return one.Name == name })
	switch {
	case value == nil && at < 0:
		return changed
	case value == nil:
		return slices.Delete(changed, at, at+1)
	case at < 0:
		return append(changed, Member{name, value})
	}
	changed[at].Value = value
	return changed
}

// Without are the members but for a name, or for what stands behind a dot in one that is an object; false where there
// is no such one.
func (m Members) Without(name string) (Members, bool) {
	if m.Of(name) != nil {
		return m.With(name, nil), true
	}
	top, below, _ := strings.Cut(name, ".")
	inner, err := ParseMembers(m.Of(top))
	if err != nil || inner.Of(below) == nil {
		return nil, false
	}
	if inner = inner.With(below, nil); len(inner) == 0 {
		return m.With(top, nil), true
	}
	return m.With(top, inner.Text()), true
}

// Text is the object as JSON, on one line.
func (m Members) Text() json.RawMessage {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, one := range m {
		if i > 0 {
			out.WriteByte(',')
		}
		name, _ := json.Marshal(one.Name) // a string, which cannot fail
		out.Write(name)
		out.WriteByte(':')
		out.Write(one.Value)
	}
	out.WriteByte('}')
	return out.Bytes()
}

// File is the text of a config file that has these members. The error says what of them is not valid there, and may be
// schema.Errors.
func (m Members) File() ([]byte, error) {
	var text bytes.Buffer
	if err := json.Indent(&text, m.Text(), "", "  "); err != nil {
		return nil, err
	}
	text.WriteByte('\n')
	if err := schema.Validate(schema.Config, text.Bytes()); err != nil {
		return nil, err
	}
	c := &Config{}
	if err := json.Unmarshal(schema.InDigits(text.Bytes()), c); err != nil {
		return nil, err
	}
	options := plan.DefaultOptions()
	c.Shape(&options)
	return text.Bytes(), options.CheckPatterns()
}
