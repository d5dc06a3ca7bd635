package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// A compiled schema is ready to validate. Its parts are compiled when a document needs them: the whole schema of plans
// takes some 20 ms, and most plans need little of it.
type compiled struct {
	envelope func() *jsonschema.Schema            // of a document whose long arrays are empty
	parts    map[string]func() *jsonschema.Schema // of an element, by the name of the long array
	text     any                                  // the schema itself, to explain its errors with
}

// compiledSchema is what a document is validated with. Compiling the quick schema takes some 50 ms longer
// than the plain one, and that is what it saves with a few thousand elements.
func compiledSchema(v variant, elements int) *compiled {
	const many = 2000
	if elements < many {
		return plainSchemas(v)
	}
	return quickSchemas(v)
}

type variant struct {
	kind    Kind
	lenient bool // allows members that it does not know
}

var (
	plainSchemas = once(func(v variant) *compiled { return compile(v.kind, v.text()) })
	quickSchemas = once(func(v variant) *compiled {
		text := v.text()
		return compile(v.kind, quicken(text, text))
	})
)

// once returns a function that makes what belongs to a variant when it is first asked for it, and keeps it.
func once[T any](of func(variant) T) func(variant) T {
	var mu sync.Mutex
	made := map[variant]T{}
	return func(v variant) T {
		mu.Lock()
		defer mu.Unlock()
		value, found := made[v]
		if !found {
			value = of(v)
			made[v] = value
		}
		return value
	}
}

func (v variant) text() any {
	text := decode(Text(v.kind))
	if v.lenient {
		loosen(text)
	}
	return text
}

func compile(kind Kind, text any) *compiled {
	root := text.(map[string]any)
	out := &compiled{parts: map[string]func() *jsonschema.Schema{}, text: text}
	out.envelope = sync.OnceValue(func() *jsonschema.Schema {
		return compileExcerpt(excerpt(root, withoutElements(root, kind.parts())), "")
	})
	for array, def := range kind.parts() {
		out.parts[array] = sync.OnceValue(func() *jsonschema.Schema {
			return compileExcerpt(excerpt(root, map[string]any{}, def), "#/$defs/"+def)
		})
	}
	return out
}

// compileExcerpt compiles what the fragment of a schema is. It panics where the schema is broken, which is a part of
// the program.
func compileExcerpt(root map[string]any, fragment string) *jsonschema.Schema {
	source, err := json.Marshal(root)
	if err != nil {
		panic(err)
	}
	url := root["$id"].(string)
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.AssertFormat = true
	c.LoadURL = func(url string) (io.ReadCloser, error) {
		return nil, errors.New("schemas are not loaded from elsewhere")
	}
	if err := c.AddResource(url, bytes.NewReader(source)); err != nil {
		panic(fmt.Sprintf("schema %s: %v", url, err))
	}
	return c.MustCompile(url + fragment)
}

// loosen lets objects have members that the schema does not know.
func loosen(schema any) {
	switch s := schema.(type) {
	case map[string]any:
		if s["additionalProperties"] == false {
			delete(s, "additionalProperties")
		}
		for _, v := range s {
			loosen(v)
		}
	case []any:
		for _, v := range s {
			loosen(v)
		}
	}
}

// quicken returns a schema that means the same for files that were scanned,
// and costs the validator less: it copies an object's keys for each $ref, and
// makes a rational number to see whether one is whole, which the scanner saw.
// What stands beside a $ref replaces the same keyword of the definition, so in
// our schemas it must not allow more.
func quicken(schema, root any) any {
	switch s := schema.(type) {
	case map[string]any:
		out := map[string]any{}
		if ref, ok := s["$ref"].(string); ok {
			def := within(root, tokens(strings.TrimPrefix(ref, "#")))
			maps.Copy(out, quicken(def, root).(map[string]any))
		}
		for k, v := range s {
			if k != "$ref" {
				out[k] = quicken(v, root)
			}
		}
		if out["type"] == "integer" {
			out["type"] = "number"
		}
		return out
	case []any:
		out := make([]any, len(s))
		for i, v := range s {
			out[i] = quicken(v, root)
			if v == "integer" {
				out[i] = "number"
			}
		}
		return out
	}
	return schema
}
