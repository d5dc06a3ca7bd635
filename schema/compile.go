package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// A compiled schema is ready to validate.
type compiled struct {
	whole *jsonschema.Schema
	parts map[string]*jsonschema.Schema // by the name of the long array
	text  any                           // the schema itself, to explain its errors with
}

// compiledSchema is what a kind is validated with. The lenient one allows
// members that it does not know.
func compiledSchema(kind Kind, lenient bool) *compiled {
	return schemas[variant{kind, lenient}]()
}

type variant struct {
	kind    Kind
	lenient bool
}

var schemas = func() map[variant]func() *compiled {
	all := map[variant]func() *compiled{}
	for _, kind := range kinds {
		for _, lenient := range []bool{false, true} {
			all[variant{kind, lenient}] = sync.OnceValue(func() *compiled { return compile(kind, lenient) })
		}
	}
	return all
}()

// compile panics where a schema is broken: it is a part of the program.
func compile(kind Kind, lenient bool) *compiled {
	text := decode(Text(kind))
	if lenient {
		open(text)
	}
	source, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	url := text.(map[string]any)["$id"].(string)
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.AssertFormat = true
	c.LoadURL = func(url string) (io.ReadCloser, error) {
		return nil, errors.New("schemas are not loaded from elsewhere")
	}
	if err := c.AddResource(url, bytes.NewReader(source)); err != nil {
		panic(fmt.Sprintf("schema %s: %v", kind, err))
	}
	out := &compiled{whole: c.MustCompile(url), parts: map[string]*jsonschema.Schema{}, text: text}
	for array, def := range kind.parts() {
		out.parts[array] = c.MustCompile(url + "#/$defs/" + def)
	}
	return out
}

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

// decode is for JSON that was scanned; numbers keep their digits.
func decode(data []byte) any {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		panic(fmt.Sprintf("schema: scanned JSON does not decode: %v", err))
	}
	return v
}
