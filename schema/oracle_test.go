package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// An oracle is another implementation of JSON Schema, and the schema of a kind as it is published. The judge of this
// package is held to it, in what it calls valid and in what it says of the rest. It is no part of the program: only
// to begin takes it ten milliseconds of each command, and an operation thirty times as long as the judge.
type oracle struct {
	text   any
	schema func() *jsonschema.Schema
}

// oracles are those of all kinds.
var oracles = func() map[variant]*oracle {
	all := map[variant]*oracle{}
	for v := range rulesOf {
		o := &oracle{text: decode(Text(v.kind))}
		if v.lenient {
			open(o.text)
		}
		o.schema = sync.OnceValue(func() *jsonschema.Schema { return compile(o.text.(map[string]any)) })
		all[v] = o
	}
	return all
}()

func compile(root map[string]any) *jsonschema.Schema {
	url := root["$id"].(string)
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.AssertFormat = true
	c.LoadURL = func(url string) (io.ReadCloser, error) {
		return nil, errors.New("schemas are not loaded from elsewhere")
	}
	if err := c.AddResource(url, bytes.NewReader(encode(root))); err != nil {
		panic(fmt.Sprintf("schema %s: %v", url, err))
	}
	return c.MustCompile(url)
}

// errors are what the oracle finds wrong with a file that was scanned.
func (o *oracle) errors(d *Document) Errors { return inOrder(o.check(d), d.data) }

// open lets objects have members that the schema does not know.
func open(schema any) {
	switch s := schema.(type) {
	case map[string]any:
		if s["additionalProperties"] == false {
			delete(s, "additionalProperties")
		}
		for _, v := range s {
			open(v)
		}
	case []any:
		for _, v := range s {
			open(v)
		}
	}
}

// check validates a file as a whole, and says in words what is wrong with it.
func (o *oracle) check(d *Document) []located {
	value := decode(d.data)
	err := o.schema().Validate(value)
	if err == nil {
		return nil
	}
	invalid, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return []located{{0, "", err.Error()}}
	}
	var faults []fault
	o.leaves(invalid, value, &faults)
	faults = plainest(faults)

	pointers := make([]string, len(faults))
	for i, f := range faults {
		pointers[i] = f.pointer
	}
	places := find(d.data, pointers...)
	out := make([]located, len(faults))
	for i, f := range faults {
		offset := places[f.pointer].value
		if f.atKey {
			offset = places[f.pointer].key
		}
		out[i] = located{offset, f.pointer, f.message}
	}
	return out
}

// leaves explains the errors that have no further cause.
func (o *oracle) leaves(e *jsonschema.ValidationError, value any, faults *[]fault) {
	for _, cause := range e.Causes {
		o.leaves(cause, value, faults)
	}
	if len(e.Causes) > 0 {
		return
	}
	path := tokens(e.InstanceLocation)
	_, fragment, _ := strings.Cut(e.AbsoluteKeywordLocation, "#")
	keyword := tokens(fragment)
	if len(keyword) == 0 {
		*faults = append(*faults, fault{message: e.Message})
		return
	}
	name, keyword := keyword[len(keyword)-1], keyword[:len(keyword)-1]
	rule, _ := resolve(o.text, keyword).(map[string]any)

	f := fault{pointer: join(path), depth: strings.Count(e.KeywordLocation, "/")}
	at := resolve(value, path)
	if n := len(keyword); n > 0 && keyword[n-1] == "propertyNames" {
		f.atKey = true
		at = path[len(path)-1]
	}
	because := ""
	if why, ok := rule["errorMessage"].(string); ok {
		because = ": " + why
	}
	switch name {
	case "required":
		has, _ := at.(map[string]any)
		for _, want := range rule["required"].([]any) {
			if _, ok := has[want.(string)]; !ok {
				f.missing = true
				f.message = "missing " + quote(want.(string)) + because
				*faults = append(*faults, f)
			}
		}
		return
	case "additionalProperties":
		known, _ := rule["properties"].(map[string]any)
		for got := range at.(map[string]any) {
			if _, ok := known[got]; !ok {
				*faults = append(*faults, fault{pointer: f.pointer + "/" + escapeToken(got), atKey: true, message: "unknown property " + quote(got) + meant(got, known)})
			}
		}
		return
	case "not":
		f.atKey = true
		f.message = "unexpected " + quote(path[len(path)-1]) + because
	default:
		f.message = explain(name, rule, at) + because
	}
	*faults = append(*faults, f)
}

// tokens splits a location as the validator gives it: a JSON pointer whose
// tokens are percent-encoded too.
func tokens(location string) []string {
	if location == "" {
		return nil
	}
	all := strings.Split(strings.TrimPrefix(location, "/"), "/")
	for i, t := range all {
		if u, err := url.PathUnescape(t); err == nil {
			t = u
		}
		all[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(t)
	}
	return all
}

// resolve is the value inside of v that the tokens lead to.
func resolve(v any, tokens []string) any {
	for _, t := range tokens {
		switch in := v.(type) {
		case map[string]any:
			v = in[t]
		case []any:
			i, err := strconv.Atoi(t)
			if err != nil || i < 0 || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}
