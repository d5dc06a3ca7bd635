package schema

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// An explainer keeps what a judge finds wrong.
type explainer struct {
	data   []byte
	path   []string // to the value that is judged, from the file or the element that it is in
	faults []fault  // of that
	list   []located
}

// into is called before a value inside of the current one is judged, and what it returns after that.
func (e *explainer) into(name string) (out func()) {
	e.path = append(e.path, name)
	return func() { e.path = e.path[:len(e.path)-1] }
}

// aboutKeys makes all faults that are found until its result is called those of the property and not of its value.
func (e *explainer) aboutKeys() (out func()) {
	before := len(e.faults)
	return func() {
		for i := range e.faults[before:] {
			e.faults[before+i].atKey = true
		}
	}
}

// full tells whether there are as many errors as are reported. What comes after them in the file is of no interest.
func (e *explainer) full() bool { return len(e.list) >= maxErrors }

// locate finds where in the file the faults of a value are, which has this pointer and place.
func (e *explainer) locate(prefix string, in span) {
	if len(e.faults) == 0 {
		return
	}
	faults := plainest(e.faults)
	e.faults = nil
	pointers := make([]string, len(faults))
	for i, f := range faults {
		pointers[i] = f.pointer
	}
	places := find(e.data[in.start:in.end], pointers...)
	for _, f := range faults {
		offset := in.start + places[f.pointer].value
		if f.atKey {
			offset = in.start + places[f.pointer].key
		}
		e.list = append(e.list, located{offset, prefix + f.pointer, f.message})
	}
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

// breaks notes that a value breaks a rule. It returns false for its callers to return.
func (j *judge) breaks(r *rule, keyword string, t *token, depth int) bool {
	e := j.explain
	if e == nil {
		return false
	}
	f := fault{pointer: join(e.path), depth: depth + 1}
	if keyword == "not" {
		f.atKey = true
		f.message = "unexpected " + quote(e.path[len(e.path)-1]) + r.because()
	} else {
		f.message = explain(keyword, r.text, j.value(t)) + r.because()
	}
	e.faults = append(e.faults, f)
	return false
}

// misses notes which of the members that a rule requires were not seen.
func (j *judge) misses(r *rule, seen *set, depth int) bool {
	if e := j.explain; e != nil {
		for _, name := range r.text["required"].([]any) {
			if !seen.has(j.rules.names.id(name.(string))) {
				message := "missing " + quote(name.(string)) + r.because()
				e.faults = append(e.faults, fault{pointer: join(e.path), message: message, missing: true, depth: depth + 1})
			}
		}
	}
	return false
}

// unknown notes a member that a rule does not allow.
func (j *judge) unknown(r *rule, member int) bool {
	if e := j.explain; e != nil {
		known, _ := r.text["properties"].(map[string]any)
		name := string(j.name(&j.tokens[member]))
		message := "unknown property " + quote(name) + meant(name, known)
		e.faults = append(e.faults, fault{pointer: join(e.path) + "/" + escapeToken(name), atKey: true, message: message})
	}
	return false
}

// because is what a rule says of itself where it is broken, "" for most.
func (r *rule) because() string {
	if why, ok := r.text["errorMessage"].(string); ok {
		return ": " + why
	}
	return ""
}

// value is a value as describe takes it; of objects and arrays only which it is.
func (j *judge) value(t *token) any {
	switch t.kind {
	case '{':
		return map[string]any{}
	case '[':
		return []any{}
	}
	return decode(j.data[t.start:t.end])
}

// explain says what a keyword of the schema expected of a value: minLength, where it is no other.
func explain(keyword string, rule map[string]any, value any) string {
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
		return rule["patternErrorMessage"].(string) + ", found " + describe(value)
	case "minimum":
		return fmt.Sprintf("expected at least %v, found %s", rule["minimum"], describe(value))
	}
	return "expected some text, found none"
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
	words := map[string]string{"string": "a string", "integer": "a whole number", "number": "a whole number", "boolean": "true or false", "object": "an object", "array": "an array", "null": "null"}
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

func join(tokens []string) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString("/" + escapeToken(t))
	}
	return b.String()
}
