package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// rules are a schema as the judge goes through it: references are followed, names are numbers, and what is there for
// editors is left out.
type rules struct {
	names names
	file  *rule            // for a document whose long arrays are empty
	parts map[string]*rule // for an element, by the name of the long array
}

// A rule is one schema inside a schema. What it does not ask for has the zero value.
type rule struct {
	text         map[string]any // itself as it is published, to explain with
	types        typeSet        // 0: any
	one          []literal      // enum or const
	oneOf        string         // which of the two
	pattern      *pattern
	dateTime     bool
	minimum      int64
	bounded      bool // there is a minimum
	filled       bool // minLength is 1
	required     set
	properties   []property
	bare         bool  // nothing is asked of objects
	closed       bool  // additionalProperties is false
	additional   *rule // additionalProperties is a schema
	keys         *rule // propertyNames
	items        *rule
	reference    *rule
	not          *rule
	all          []*rule
	when         *rule // if
	then, orElse *rule
}

type property struct {
	name uint8
	rule *rule
}

// A literal is a value that enum or const names: a string, null or a boolean.
type literal struct {
	kind byte // as in token
	text string
}

// rulesOf are the rules of each kind, compiled when they are needed.
var rulesOf = once(variant.compile)

// compile panics where a schema, which is a part of the program, has what the judge does not know.
func (v variant) compile() *rules {
	root := decode(Text(v.kind)).(map[string]any)
	c := compiler{root: root, lenient: v.lenient, defs: map[string]*rule{}, out: &rules{parts: map[string]*rule{}}}
	c.out.file = c.rule(root)
	for array, def := range v.kind.parts() {
		c.out.parts[array] = c.definition(def)
		id := c.out.names.id(array)
		at := slices.IndexFunc(c.out.file.properties, func(p property) bool { return p.name == id })
		c.out.file.properties[at].rule.items = nil
	}
	return c.out
}

type compiler struct {
	root    map[string]any
	lenient bool
	defs    map[string]*rule
	out     *rules
}

// definition compiles a definition once, wherever it is referred to.
func (c *compiler) definition(name string) *rule {
	if c.defs[name] == nil {
		c.defs[name] = &rule{} // for a definition that refers to itself
		*c.defs[name] = *c.rule(c.root["$defs"].(map[string]any)[name])
	}
	return c.defs[name]
}

func (c *compiler) rule(schema any) *rule {
	text := schema.(map[string]any)
	r := &rule{text: text}
	for keyword, value := range text {
		c.keyword(r, keyword, value)
	}
	if r.dateTime && r.pattern.source != aTime {
		panic("a date-time by another pattern")
	}
	r.bare = r.required == (set{}) && r.properties == nil && !r.closed && r.additional == nil && r.keys == nil
	return r
}

func (c *compiler) keyword(r *rule, keyword string, value any) {
	switch keyword {
	case "type":
		r.types = typesOf(value)
	case "enum":
		r.oneOf = keyword
		for _, v := range value.([]any) {
			r.one = append(r.one, literalOf(v))
		}
	case "const":
		r.oneOf = keyword
		r.one = []literal{literalOf(value)}
	case "pattern":
		r.pattern = patternOf(value.(string))
	case "format":
		r.dateTime = expect(value, "date-time")
	case "minimum":
		r.minimum, r.bounded = wholeNumber(value.(json.Number)), true
	case "minLength":
		r.filled = expect(value, json.Number("1"))
	case "required":
		for _, name := range value.([]any) {
			r.required.add(c.out.names.add(name.(string)))
		}
	case "properties":
		for name, schema := range value.(map[string]any) {
			r.properties = append(r.properties, property{c.out.names.add(name), c.rule(schema)})
		}
	case "additionalProperties":
		if value != false {
			r.additional = c.rule(value)
		}
		r.closed = value == false && !c.lenient
	case "allOf":
		for _, schema := range value.([]any) {
			r.all = append(r.all, c.rule(schema))
		}
	default:
		c.single(r, keyword, value)
	}
}

// single compiles the keywords that have one schema.
func (c *compiler) single(r *rule, keyword string, value any) {
	switch keyword {
	case "$ref":
		r.reference = c.definition(strings.TrimPrefix(value.(string), "#/$defs/"))
	case "items":
		r.items = c.rule(value)
	case "propertyNames":
		r.keys = c.rule(value)
	case "not":
		r.not = c.rule(value)
	case "if":
		r.when = c.rule(value)
	case "then":
		r.then = c.rule(value)
	case "else":
		r.orElse = c.rule(value)
	case "$schema", "$id", "$defs", "title", "description", "default", "defaultSnippets",
		"enumDescriptions", "errorMessage", "patternErrorMessage":
	default:
		panic("a keyword that the judge does not know: " + keyword)
	}
}

func wholeNumber(value json.Number) int64 {
	n, err := value.Int64()
	if err != nil {
		panic("a minimum that the judge does not know: " + value)
	}
	return n
}

// expect panics where a keyword has a value that the judge does not know.
func expect(value, known any) bool {
	if value != known {
		panic(fmt.Sprintf("a value that the judge does not know: %v", value))
	}
	return true
}

func literalOf(value any) literal {
	switch v := value.(type) {
	case string:
		return literal{'"', v}
	case nil:
		return literal{kind: 'n'}
	case bool:
		return literal{kind: map[bool]byte{true: 't', false: 'f'}[v]}
	}
	panic(fmt.Sprintf("a literal that the judge does not know: %v", value))
}

// A typeSet is a set of JSON's types.
type typeSet uint8

const (
	nulls typeSet = 1 << iota
	booleans
	numbers
	integers
	texts
	arrays
	objects
)

func typesOf(value any) typeSet {
	bits := map[string]typeSet{"null": nulls, "boolean": booleans, "number": numbers | integers, "integer": integers,
		"string": texts, "array": arrays, "object": objects}
	all, ok := value.([]any)
	if !ok {
		all = []any{value}
	}
	out := typeSet(0)
	for _, name := range all {
		bit, known := bits[name.(string)]
		if !known {
			panic(fmt.Sprintf("a type that the judge does not know: %v", name))
		}
		out |= bit
	}
	return out
}
