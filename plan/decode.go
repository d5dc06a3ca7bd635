package plan

import (
	"encoding/json"
	"fmt"

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
	if p.Operations, err = elements[Operation](data, doc, "operations"); err != nil {
		return nil, err
	}
	if p.Conflicts, err = elements[Conflict](data, doc, "conflicts"); err != nil {
		return nil, err
	}
	if p.Problems, err = elements[Problem](data, doc, "problems"); err != nil {
		return nil, err
	}
	if wrong := p.Check(); len(wrong) > 0 {
		errs := make(schema.Errors, 0, len(wrong))
		for _, w := range wrong {
			line, column := schema.Locate(data, w.Pointer)
			errs = append(errs, schema.Error{Pointer: w.Pointer, Line: line, Column: column, Message: w.Message})
		}
		return nil, errs
	}
	for i := range p.Conflicts {
		p.Conflicts[i].reword()
	}
	return p, nil
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

func elements[T any](data []byte, doc *schema.Document, name string) ([]T, error) {
	list := make([]T, doc.Len(name))
	for i, text := range doc.Elements(name) {
		if err := json.Unmarshal(text, &list[i]); err != nil {
			return nil, located(data, fmt.Sprintf("/%s/%d", name, i), err)
		}
	}
	return list, nil
}

// located is an error of decoding what the schema had nothing against.
func located(data []byte, pointer string, err error) error {
	line, column := schema.Locate(data, pointer)
	return schema.Errors{{Pointer: pointer, Line: line, Column: column, Message: err.Error()}}
}
