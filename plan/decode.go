package plan

import (
	"encoding/json"
	"fmt"
	"reflect"

	"treaty/plan/internal/textdiff"
	"treaty/plan/jsontext"
	"treaty/plan/tree"
	"treaty/schema"
)

// Read reads a plan file: strict JSON, then the schema, then what only treaty knows (Check). The error
// is of type schema.Errors where the file is not a valid plan; nothing of an invalid plan is returned.
func Read(data []byte) (*Plan, error) {
	doc, err := schema.Parse(schema.Plan, data)
	if err != nil {
		return nil, err
	}
	p := &Plan{}
	if err := envelope(doc, p); err != nil {
		return nil, located(data, "", err)
	}
	var list decoder
	if p.Operations, err = elements(data, doc, "operations", list.operation); err != nil {
		return nil, err
	}
	if p.Conflicts, err = elements(data, doc, "conflicts", list.conflict); err != nil {
		return nil, err
	}
	if p.Problems, err = elements(data, doc, "problems", list.problem); err != nil {
		return nil, err
	}
	if err := checked(p, data); err != nil {
		return nil, err
	}
	for i := range p.Conflicts {
		p.Conflicts[i].reword()
	}
	return p, nil
}

// checked is what Check finds wrong with a plan, at its places in the plan's text.
func checked(p *Plan, data []byte) error {
	wrong := p.Check()
	if len(wrong) == 0 {
		return nil
	}
	return placed(wrong, func(pointer string) (line, column int) { return schema.Locate(data, pointer) })
}

// placed are rules that are broken at the places that their pointers have.
func placed(wrong []Wrong, at func(pointer string) (line, column int)) schema.Errors {
	errs := make(schema.Errors, 0, len(wrong))
	for _, w := range wrong {
		line, column := at(w.Pointer)
		errs = append(errs, schema.Error{Pointer: w.Pointer, Line: line, Column: column, Message: w.Message})
	}
	return errs
}

// readable is what is wrong with a text that is to be a plan's, by the schema and as it is read. Nothing of it is kept.
func readable(data []byte) error {
	doc, err := schema.Parse(schema.Plan, data)
	if err != nil {
		return err
	}
	if err := envelope(doc, &Plan{}); err != nil {
		return located(data, "", err)
	}
	var d decoder
	if err := eachElement(data, doc, "operations", discard(d.operation)); err != nil {
		return err
	}
	if err := eachElement(data, doc, "conflicts", discard(d.conflict)); err != nil {
		return err
	}
	return eachElement(data, doc, "problems", discard(d.problem))
}

// discard is read for elements that nobody wants.
func discard[T any](read func(*jsontext.Reader, *T)) func(int, *jsontext.Reader) {
	var element T
	return func(_ int, r *jsontext.Reader) { read(r, &element) }
}

// envelope decodes all members but the long arrays.
func envelope(doc *schema.Document, p *Plan) error {
	for name, into := range map[string]any{
		"$schema": &p.Schema, "format": &p.Format, "format_version": &p.FormatVersion, "id": &p.ID,
		"created_at": &p.CreatedAt, "created_by": &p.CreatedBy, "local": &p.Local, "remote": &p.Remote,
		"baseline": &p.Baseline, "options": &p.Options, "summary": &p.Summary,
	} {
		text := doc.Member(name)
		if text == nil {
			continue
		}
		if err := json.Unmarshal(text, into); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func elements[T any](data []byte, doc *schema.Document, name string, read func(*jsontext.Reader, *T)) ([]T, error) {
	list := make([]T, doc.Len(name))
	return list, eachElement(data, doc, name, func(i int, r *jsontext.Reader) { read(r, &list[i]) })
}

// eachElement reads the elements of a long array.
func eachElement(data []byte, doc *schema.Document, name string, read func(int, *jsontext.Reader)) error {
	var r jsontext.Reader
	for i, text := range doc.Elements(name) {
		r = jsontext.NewReader(text)
		if read(i, &r); r.Err() != nil {
			return located(data, fmt.Sprintf("/%s/%d", name, i), r.Err())
		}
	}
	return nil
}

// located is an error of decoding what the schema had nothing against.
func located(data []byte, pointer string, err error) error {
	line, column := schema.Locate(data, pointer)
	return schema.Errors{{Pointer: pointer, Line: line, Column: column, Message: err.Error()}}
}

// A decoder reads the elements of a plan. It makes states by the dozen, and one string of the words that all have.
type decoder struct {
	words  map[string]string
	states stock[tree.State]
	rares  stock[Rare]
	kept   texts
	// list is room for lines that are being read.
	list []string
	// steps tells that operations are of steps, whose sources may be texts in the plan.
	steps bool
}

// word is a string of which a plan has few, many times.
func (d *decoder) word(r *jsontext.Reader) string {
	text := r.Text()
	if s, known := d.words[string(text)]; known {
		return s
	}
	if d.words == nil {
		d.words = map[string]string{}
	}
	s := string(text)
	d.words[s] = s
	return s
}

// state reads a state, nil for null.
func (d *decoder) state(r *jsontext.Reader) *tree.State {
	if r.Null() {
		return nil
	}
	s := d.states.next()
	s.ReadJSON(r)
	return s
}

// stock is what many are made of at once, since there are very many.
type stock[T any] []T

// atOnce is how many bytes are made at once: with a word of the runtime's own, a size that it has room for.
const atOnce = 32<<10 - 8

// reserve makes room for so many.
func (s *stock[T]) reserve(n int) {
	if len(*s) < n {
		*s = make([]T, atOnce/reflect.TypeFor[T]().Size())
	}
}

// next is one that nothing was read into yet.
func (s *stock[T]) next() *T {
	s.reserve(1)
	first := &(*s)[0]
	*s = (*s)[1:]
	return first
}

// undo takes back what was taken since there was as much as in former.
func (s *stock[T]) undo(former stock[T]) {
	clear(former[:len(former)-len(*s)])
	*s = former
}

func (d *decoder) side(r *jsontext.Reader) (s Side) {
	r.Fail(s.UnmarshalText(r.Text()))
	return s
}

// UnmarshalJSON reads what MarshalJSON wrote, of a plan or of a step.
func (o *Operation) UnmarshalJSON(data []byte) error {
	d, r := decoder{states: make([]tree.State, 2), steps: true}, jsontext.NewReader(data)
	*o = Operation{}
	d.operation(&r, o)
	if err := r.Err(); err != nil {
		return fmt.Errorf("operation: %w", err)
	}
	return nil
}

func (d *decoder) operation(r *jsontext.Reader, o *Operation) {
	var rare Rare
	var rarer Rarer
	var from Source
	taken := false
	for r.Open('{'); r.More('}'); {
		switch string(r.Name()) {
		case "id":
			o.ID = int(r.Int())
		case "side":
			o.Side = d.side(r)
		case "action":
			r.Fail(o.Action.UnmarshalText(r.Text()))
		case "path":
			o.Path = tree.Path(r.String())
		case "from":
			rare.From = tree.Path(r.String())
		case "source":
			from, taken = d.source(r, o.Path), true
		case "unit":
			rarer.Unit = d.unit(r)
		case "reason":
			r.Fail(o.Reason.UnmarshalText(r.Text()))
		case "before":
			o.Before = d.state(r)
		case "after":
			o.After = d.state(r)
		case "decision":
			r.Fail(o.Decision.UnmarshalText(r.Text()))
		case "diff":
			rarer.Diff = d.diff(r)
		case "note":
			rarer.Note = r.String()
		default:
			r.Skip()
		}
	}
	rare.Rarer = rarer.orNone()
	o.Rare, o.copied = rare.orNone(), false
	if taken {
		o.take(from)
	}
}

// source reads where content comes from, which mostly is the same path.
func (d *decoder) source(r *jsontext.Reader, path tree.Path) Source {
	var s Source
	if d.steps {
		s.readJSON(r)
		return s
	}
	for r.Open('{'); r.More('}'); {
		switch string(r.Name()) {
		case "tree":
			s.Tree = d.side(r)
		case "path":
			if text := r.Text(); string(text) == string(path) {
				s.Path = path
			} else {
				s.Path = tree.Path(text)
			}
		default:
			r.Skip()
		}
	}
	return s
}

func (d *decoder) unit(r *jsontext.Reader) *Unit {
	var u Unit
	for r.Open('{'); r.More('}'); {
		switch string(r.Name()) {
		case "path":
			u.Path = tree.Path(d.word(r))
		case "operations":
			u.Operations = int(r.Int())
		default:
			r.Skip()
		}
	}
	return &u
}

func (d *decoder) conflict(r *jsontext.Reader, c *Conflict) {
	for r.Open('{'); r.More('}'); {
		switch string(r.Name()) {
		case "id":
			c.ID = int(r.Int())
		case "kind":
			c.Kind = Kind(d.word(r))
		case "path":
			c.Path = tree.Path(r.String())
		case "remote_path":
			c.RemotePath = tree.Path(r.String())
		case "local":
			c.Local = d.state(r)
		case "remote":
			c.Remote = d.state(r)
		case "base":
			c.Base = d.state(r)
		case "diff":
			c.Diff = d.diff(r)
		case "merge":
			c.Merge = d.merge(r)
		case "choices":
			c.Choices = d.choices(r)
		case "keep_both_as":
			c.KeepBothAs = tree.Path(r.String())
		case "resolution":
			if !r.Null() {
				c.Resolution = Resolution(d.word(r))
			}
		case "note":
			c.Note = r.String()
		default:
			r.Skip()
		}
	}
}

func (d *decoder) choices(r *jsontext.Reader) Choices {
	choices := Choices{}
	for r.Open('{'); r.More('}'); {
		name := Resolution(r.Name())
		choices[name] = r.String()
	}
	return choices
}

// diff reads a diff, nil for null.
func (d *decoder) diff(r *jsontext.Reader) *Diff {
	if r.Null() {
		return nil
	}
	var out Diff
	for r.Open('{'); r.More('}'); {
		switch string(r.Name()) {
		case "format":
			out.Format = textdiff.Format(d.word(r))
		case "lines":
			out.Lines = d.lines(r)
		case "added":
			out.Added = int(r.Int())
		case "removed":
			out.Removed = int(r.Int())
		case "omitted":
			if !r.Null() {
				out.Omitted = textdiff.Omitted(d.word(r))
			}
		case "only_line_endings":
			out.OnlyLineEndings = r.Bool()
		default:
			r.Skip()
		}
	}
	return &out
}

// lines reads an array of strings, empty for an empty one.
func (d *decoder) lines(r *jsontext.Reader) []string {
	list := d.list[:0]
	for r.Open('['); r.More(']'); {
		list = append(list, d.kept.keep(r.Text()))
	}
	d.list = list
	return append(make([]string, 0, len(list)), list...)
}

// merge reads a merge, nil for null.
func (d *decoder) merge(r *jsontext.Reader) *Merge {
	if r.Null() {
		return nil
	}
	var out Merge
	for r.Open('{'); r.More('}'); {
		switch string(r.Name()) {
		case "base_sha256":
			r.Fail(out.BaseSHA256.UnmarshalText(r.Text()))
		case "lines":
			out.Lines = d.lines(r)
		case "final_newline":
			out.FinalNewline = r.Bool()
		case "sha256":
			if !r.Null() {
				r.Fail(out.SHA256.UnmarshalText(r.Text()))
			}
		case "regions":
			out.Regions = int(r.Int())
		case "open":
			out.Open = int(r.Int())
		default:
			r.Skip()
		}
	}
	return &out
}

func (d *decoder) problem(r *jsontext.Reader, p *Problem) {
	for r.Open('{'); r.More('}'); {
		switch string(r.Name()) {
		case "severity":
			p.Severity = Severity(d.word(r))
		case "code":
			p.Code = Code(d.word(r))
		case "side":
			if !r.Null() {
				side := d.side(r)
				p.Side = &side
			}
		case "path":
			if !r.Null() {
				path := tree.Path(r.String())
				p.Path = &path
			}
		case "message":
			p.Message = r.String()
		default:
			r.Skip()
		}
	}
}
