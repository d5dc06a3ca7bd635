package schema

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// Validate is Parse for callers that need nothing but the error.
func Validate(kind Kind, data []byte) error {
	_, err := Parse(kind, data)
	return err
}

// Parse holds a file to the rules of JSON and to the schema of its kind. The
// error is always of type [Errors]. The document refers to data, which must
// not change as long as it is used. An unknown kind panics.
func Parse(kind Kind, data []byte) (*Document, error) { return parse(kind, data, false) }

// ParseLine is Parse of a line of a file whose first line says which version all are of. newer says that it is a newer
// minor version than is known.
func ParseLine(kind Kind, line []byte, newer bool) (*Document, error) {
	return parse(kind, line, newer)
}

// Newer tells whether a version as a valid file of a kind has it is newer than the newest that is known.
func (k Kind) Newer(version string) bool {
	v := aVersion().FindStringSubmatch(version)
	return v != nil && k.newer(v[2])
}

func parse(kind Kind, data []byte, newer bool) (*Document, error) {
	doc, lenient, valid, errs := begin(kind, data)
	if errs != nil {
		return nil, errs
	}
	lenient = lenient || newer
	if valid {
		return doc, nil
	}
	v := variant{kind, lenient}
	c := compiledSchema(v, len(doc.elements))
	if doc.odd != nil {
		c = plainSchemas(v) // the quick one takes all numbers for whole
	}
	if errs := doc.validate(kind, c); errs != nil {
		return nil, errs
	}
	return doc, nil
}

// begin is all that comes before the schema. lenient says that the file is of a newer minor version, valid that the
// schema has nothing against it: where it says no, that is still to be found out.
func begin(kind Kind, data []byte) (doc *Document, lenient, valid bool, errs Errors) {
	if !kind.known() {
		panic(fmt.Sprintf("schema: no such kind: %q", kind))
	}
	if int64(len(data)) > kind.MaxSize() {
		message := fmt.Sprintf("expected at most %d bytes, found %d", kind.MaxSize(), len(data))
		return nil, false, false, Errors{{"", 1, 1, message}}
	}
	doc, valid, fault := scanBy(rulesOf(variant{kind, false}), data)
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

var aVersion = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([0-9]+)\.([0-9]+)$`) })

// version looks at what the file says of itself, so that a file of another
// kind or version gets one clear error and not one for each member.
func (d *Document) version(kind Kind) (lenient bool, fault *Error) {
	if kind == Config || kind == Person {
		return false, nil
	}
	want := "treaty." + string(kind)
	m, ok := d.member("format")
	if !ok && kind == Snapshot {
		return false, nil // only the first line says what the file is
	}
	if !ok {
		return false, d.errorAt(0, "", fmt.Sprintf("missing \"format\": expected %q", want))
	}
	if got, ok := d.text("format"); !ok || got != want {
		return false, d.errorAt(m.value.start, "/format",
			fmt.Sprintf("expected %q, found %s", want, describe(decode(d.Member("format")))))
	}
	got, _ := d.text("format_version")
	v := aVersion().FindStringSubmatch(got)
	if v == nil {
		return false, nil // the schema says what is wrong with it
	}
	if v[1] != "1" {
		m, _ := d.member("format_version")
		return false, d.errorAt(m.value.start, "/format_version",
			fmt.Sprintf("expected version 1.0 or a later 1.N, found %s: it is for another release of treaty", quote(got)))
	}
	return kind.newer(v[2]), nil
}

// newer tells whether a minor version, in digits, is newer than the newest that is known of a kind.
func (k Kind) newer(minor string) bool {
	minor = strings.TrimLeft(minor, "0")
	known := strconv.Itoa(k.minor())
	return len(minor) > len(known) || len(minor) == len(known) && minor > known
}

// text is a member that is a string.
func (d *Document) text(name string) (s string, ok bool) {
	b := d.Member(name)
	if len(b) == 0 || b[0] != '"' {
		return "", false
	}
	return s, json.Unmarshal(b, &s) == nil
}

// validate checks the envelope and then each element by itself. It finds what
// validateWhole finds, in bounded memory.
func (d *Document) validate(kind Kind, c *compiled) Errors {
	var found errorList
	found.merge(d.check(c, c.envelope(), decode(d.envelope(kind.parts())), "", span{0, len(d.data)}))

	// In the order of the file, so that the first errors come from the first
	// chunks.
	type part struct {
		member
		schema *jsonschema.Schema
	}
	var parts []part
	total := 0
	for _, m := range d.members {
		if s := c.parts[m.name]; s != nil && m.last > m.first {
			parts = append(parts, part{m, s()})
			total += m.last - m.first
		}
	}
	element := func(n int) []located {
		for _, p := range parts {
			if size := p.last - p.first; n >= size {
				n -= size
				continue
			}
			e := d.elements[p.first+n]
			return d.check(c, p.schema, decode(d.data[e.start:e.end]), fmt.Sprintf("/%s/%d", p.name, n), e)
		}
		return nil
	}

	// Chunks are handed out in order and each that was handed out is finished.
	// When one has enough errors, what comes after it can't have an earlier
	// one: the result does not depend on the number of workers.
	const chunk = 128
	var next atomic.Int64
	var enough atomic.Bool
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (total+chunk-1)/chunk) {
		workers.Go(func() {
			for !enough.Load() {
				from := int(next.Add(1)-1) * chunk
				if from >= total {
					return
				}
				var mine []located
				for n := from; n < min(from+chunk, total) && len(mine) < maxErrors; n++ {
					mine = append(mine, element(n)...)
				}
				if len(mine) >= maxErrors {
					enough.Store(true)
				}
				found.merge(mine)
			}
		})
	}
	workers.Wait()
	return found.errors(d.data)
}

// A located error knows where it is in the file, but not yet on which line.
type located struct {
	offset           int
	pointer, message string
}

// An errorList keeps the first errors by position.
type errorList struct {
	mu   sync.Mutex
	list []located
}

func (l *errorList) merge(more []located) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, more...)
	slices.SortFunc(l.list, func(a, b located) int {
		return cmp.Or(cmp.Compare(a.offset, b.offset), cmp.Compare(a.pointer, b.pointer), cmp.Compare(a.message, b.message))
	})
	l.list = slices.Compact(l.list)
	l.list = l.list[:min(len(l.list), maxErrors)]
}

func (l *errorList) errors(data []byte) Errors {
	var out Errors
	for _, e := range l.list {
		line, column := position(data, e.offset)
		out = append(out, Error{e.pointer, line, column, e.message})
	}
	return out
}
