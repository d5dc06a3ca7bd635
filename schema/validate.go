package schema

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Validate is Parse for callers that need nothing but the error.
func Validate(kind Kind, data []byte) error {
	_, err := Parse(kind, data)
	return err
}

// Parse holds a file to the rules of JSON and to the schema of its kind. The
// error is always of type [Errors]. The document refers to data, which must
// not change as long as it is used. An unknown kind panics.
func Parse(kind Kind, data []byte) (*Document, error) {
	doc, lenient, valid, errs := begin(kind, data)
	if errs != nil {
		return nil, errs
	}
	if valid {
		return doc, nil
	}
	if errs := doc.explain(variant{kind, lenient}); errs != nil {
		return nil, errs
	}
	return doc, nil
}

// begin is all that comes before the schema. lenient says that the file is of a newer minor version, valid that the
// schema has nothing against it: where it says no, that is still to be found out.
func begin(kind Kind, data []byte) (doc *Document, lenient, valid bool, errs Errors) {
	if Text(kind) == nil {
		panic(fmt.Sprintf("schema: no such kind: %q", kind))
	}
	if int64(len(data)) > kind.MaxSize() {
		message := fmt.Sprintf("expected at most %d bytes, found %d", kind.MaxSize(), len(data))
		return nil, false, false, Errors{{"", 1, 1, message}}
	}
	doc, valid, fault := scanBy(rulesOf[variant{kind, false}](), data)
	if fault == nil {
		fault = doc.tooLong(kind)
	}
	if fault == nil {
		lenient, fault = doc.version(kind)
	}
	if fault == nil && !lenient {
		fault = doc.odd
	}
	if fault != nil {
		return nil, false, false, Errors{*fault}
	}
	return doc, lenient, valid, nil
}

// tooLong refuses what would need too much memory when it is decoded.
func (d *Document) tooLong(kind Kind) *Error {
	rest := len(d.data)
	for _, m := range d.members {
		if kind.parts()[m.name] == "" || d.data[m.value.start] != '[' {
			continue
		}
		rest -= m.value.end - m.value.start
		for i, e := range d.elements[m.first:m.last] {
			if e.end-e.start > maxPart {
				return d.errorAt(e.start, fmt.Sprintf("/%s/%d", m.name, i), fmt.Sprintf("expected at most %d bytes", maxPart))
			}
		}
	}
	if rest > maxPart {
		return d.errorAt(0, "", fmt.Sprintf("expected at most %d bytes beside the long arrays", maxPart))
	}
	return nil
}

func (d *Document) errorAt(offset int, pointer, message string) *Error {
	line, column := position(d.data, offset)
	return &Error{pointer, line, column, message}
}

var aVersion = regexp.MustCompile(`^([0-9]+)\.([0-9]+)$`)

// version looks at what the file says of itself, so that a file of another
// kind or version gets one clear error and not one for each member.
func (d *Document) version(kind Kind) (lenient bool, fault *Error) {
	if kind == Config {
		return false, nil
	}
	want := "treaty." + string(kind)
	m, ok := d.member("format")
	if !ok {
		return false, d.errorAt(0, "", fmt.Sprintf("missing \"format\": expected %q", want))
	}
	if got, ok := d.text("format"); !ok || got != want {
		return false, d.errorAt(m.value.start, "/format", fmt.Sprintf("expected %q, found %s", want, describe(decode(d.Member("format")))))
	}
	got, _ := d.text("format_version")
	v := aVersion.FindStringSubmatch(got)
	if v == nil {
		return false, nil // the schema says what is wrong with it
	}
	if v[1] != "1" {
		m, _ := d.member("format_version")
		return false, d.errorAt(m.value.start, "/format_version", fmt.Sprintf("expected version 1.0 or a later 1.N, found %s: it is for another release of treaty", quote(got)))
	}
	return strings.Trim(v[2], "0") != "", nil
}

// text is a member that is a string.
func (d *Document) text(name string) (s string, ok bool) {
	b := d.Member(name)
	if len(b) == 0 || b[0] != '"' {
		return "", false
	}
	return s, json.Unmarshal(b, &s) == nil
}

// explain judges a file that was scanned once more, and says what is wrong with it; nothing, where it is valid after
// all: one of a newer minor version, say.
func (d *Document) explain(v variant) Errors {
	r := rulesOf[v]()
	e := &explainer{data: d.data}
	s := scanner{data: d.data, doc: &Document{data: d.data}, judge: &judge{data: d.data, rules: r, explain: e}}
	s.file()
	s.judge.holds(r.file, 0, 0)
	e.locate("", span{0, len(d.data)})
	return inOrder(e.list, d.data)
}

// A located error knows where it is in the file, but not yet on which line.
type located struct {
	offset           int
	pointer, message string
}

// inOrder returns the first errors by position.
func inOrder(list []located, data []byte) Errors {
	slices.SortFunc(list, func(a, b located) int {
		return cmp.Or(cmp.Compare(a.offset, b.offset), cmp.Compare(a.pointer, b.pointer), cmp.Compare(a.message, b.message))
	})
	list = slices.Compact(list)
	var out Errors
	for _, e := range list[:min(len(list), maxErrors)] {
		line, column := position(data, e.offset)
		out = append(out, Error{e.pointer, line, column, e.message})
	}
	return out
}
