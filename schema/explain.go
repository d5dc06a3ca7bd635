package schema

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// check validates a value and says in words what is wrong with it. The value
// was decoded from the span in, and has the pointer prefix in the file.
func (d *Document) check(c *compiled, schema *jsonschema.Schema, value any, prefix string, in span) []located {
	err := schema.Validate(value)
	if err == nil {
		return nil
	}
	invalid, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return []located{{in.start, prefix, err.Error()}}
	}
	var faults []fault
	c.leaves(invalid, value, &faults)
	faults = plainest(faults)

	pointers := make([]string, len(faults))
	for i, f := range faults {
		pointers[i] = f.pointer
	}
	places := find(d.data[in.start:in.end], pointers...)
	out := make([]located, len(faults))
	for i, f := range faults {
		offset := in.start + places[f.pointer].value
		if f.atKey {
			offset = in.start + places[f.pointer].key
		}
		out[i] = located{offset, prefix + f.pointer, f.message}
	}
	return out
}

// A fault is an error of the validator in our words.
type fault struct {
	pointer string // within the value that was validated
	atKey   bool   // the property is wrong, not its value
	message string
	missing bool // something in the value is missing
	depth   int  // how far into the schema the rule lies; conditions lie deeper
}

// plainest leaves one fault of each value that is wrong in itself: a value
// that no rule allows needs no word on what else it ought to be here.
func plainest(faults []fault) []fault {
	slices.SortFunc(faults, func(a, b fault) int {
		return cmp.Or(cmp.Compare(a.pointer, b.pointer), cmp.Compare(a.depth, b.depth), cmp.Compare(a.message, b.message))
	})
	var out []fault
	for _, f := range faults {
		if n := len(out); n > 0 && !f.missing && !out[n-1].missing && out[n-1].pointer == f.pointer {
			continue
		}
		out = append(out, f)
	}
	return out
}

// leaves explains the errors that have no further cause.
func (c *compiled) leaves(e *jsonschema.ValidationError, value any, faults *[]fault) {
	for _, cause := range e.Causes {
		c.leaves(cause, value, faults)
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
	rule, _ := within(c.text, keyword).(map[string]any)

	f := fault{pointer: join(path), depth: strings.Count(e.KeywordLocation, "/")}
	at := within(value, path)
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
				*faults = append(*faults, fault{pointer: f.pointer + "/" + escapeToken(got), atKey: true,
					message: "unknown property " + quote(got) + meant(got, known)})
			}
		}
		return
	case "not":
		f.atKey = true
		f.message = "unexpected " + quote(path[len(path)-1]) + because
	default:
		f.message = explain(name, rule, at, e.Message) + because
	}
	*faults = append(*faults, f)
}

// explain says what a keyword of the schema expected of a value.
func explain(keyword string, rule map[string]any, value any, fallback string) string {
	switch keyword {
	case "type":
		return "expected " + types(rule["type"]) + ", found " + describe(value)
	case "enum":
		var list []string
		for _, v := range rule["enum"].([]any) {
			list = append(list, describe(v))
		}
		return describe(value) + " is not one of " + strings.Join(list, ", ")
	case "const":
		return "expected " + describe(rule["const"]) + ", found " + describe(value)
	case "pattern", "format":
		if expected, ok := rule["patternErrorMessage"].(string); ok {
			return expected + ", found " + describe(value)
		}
	case "minimum":
		return fmt.Sprintf("expected at least %v, found %s", rule["minimum"], describe(value))
	case "minLength":
		return "expected some text, found none"
	}
	return fallback
}

// describe names a value of the file in an error.
func describe(value any) string {
	switch v := value.(type) {
	case string:
		return quote(v)
	case json.Number:
		return v.String()
	case map[string]any:
		return "an object"
	case []any:
		return "an array"
	case nil:
		return "null"
	}
	return fmt.Sprint(value)
}

func types(t any) string {
	words := map[string]string{"string": "a string", "integer": "a whole number", "number": "a whole number",
		"boolean": "true or false", "object": "an object", "array": "an array", "null": "null"}
	all, ok := t.([]any)
	if !ok {
		all = []any{t}
	}
	var names []string
	for _, n := range all {
		names = append(names, words[n.(string)])
	}
	return strings.Join(names, " or ")
}

// meant suggests the property whose name is at most two edits away.
func meant(got string, known map[string]any) string {
	best, least := "", 3
	if len(got) > 40 {
		return ""
	}
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if n := edits(got, name); n < least && n < len(name) {
			best, least = name, n
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + strconv.Quote(best) + "?"
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
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

func join(tokens []string) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString("/" + escapeToken(t))
	}
	return b.String()
}

// within is the value inside of v that the tokens lead to.
func within(v any, tokens []string) any {
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
