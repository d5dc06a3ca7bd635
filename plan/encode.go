package plan

import (
	"bytes"
	"encoding/json"
	"io"
	"iter"
	"slices"

	"treaty/plan/jsontext"
	"treaty/plan/visible"
)

// WriteOperations writes operations as an array, in the form that they have in plans. Nothing is proven, and none is
// held: each may be made when it is asked for.
func WriteOperations(to io.Writer, operations iter.Seq[*Operation]) error {
	out := jsontext.Lines()
	if err := writeEach(to, out, operations, (*Operation).writeJSON); err != nil {
		return err
	}
	_, err := to.Write(append(out.Bytes(), '\n'))
	return err
}

// flushed is how many bytes of a plan are gathered before they are written.
const flushed = 1 << 16

// Write writes the plan as its file holds it: UTF-8, two-space indented, LF, keys in the order of the
// schema. Elements go one by one, so that a large plan is never held as text.
func (p *Plan) Write(to io.Writer) error {
	envelope, merges := *p, p.FormatVersion != FormatVersion
	envelope.Operations, envelope.Conflicts, envelope.Problems = nil, nil, nil
	head, err := indented(envelope, "")
	if err != nil {
		return err
	}
	// The three arrays come last, so the head ends where the first of them begins.
	if _, err := to.Write(head[:bytes.LastIndex(head, []byte(",\n  \"operations\": null"))]); err != nil {
		return err
	}
	out := jsontext.Inside(1)
	if err := writeArray(to, out, "operations", p.Operations, (*Operation).writeJSON); err != nil {
		return err
	}
	if err := writeArray(to, out, "conflicts", p.Conflicts,
		func(c *Conflict, w *jsontext.Writer) { c.writeJSON(w, merges) }); err != nil {
		return err
	}
	if err := writeArray(to, out, "problems", p.Problems, (*Problem).writeJSON); err != nil {
		return err
	}
	out.Close('}')
	_, err = to.Write(append(out.Bytes(), '\n'))
	return err
}

// Text is the plan as its file holds it. Errors are those of Validate.
func (p *Plan) Text() ([]byte, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err := p.Write(&out)
	return out.Bytes(), err
}

// writeArray leaves the last of it in out.
func writeArray[T any](to io.Writer, out *jsontext.Writer, name string, elements []T,
	write func(*T, *jsontext.Writer)) error {
	out.Name(name)
	return writeElements(to, out, elements, write)
}

// inHand is how many elements are put into words together, where there are many: then some such pieces are at a time.
const inHand = 1 << 8

// writeElements leaves the last of an array in out.
func writeElements[T any](to io.Writer, out *jsontext.Writer, elements []T, write func(*T, *jsontext.Writer)) error {
	if len(elements) > pieceSize {
		return writePieces(to, out, elements, write)
	}
	return writeEach(to, out, func(yield func(*T) bool) {
		for i := range elements {
			if !yield(&elements[i]) {
				return
			}
		}
	}, write)
}

// writePieces is writeElements of more than one, of which write takes several at the same time.
func writePieces[T any](to io.Writer, out *jsontext.Writer, elements []T, write func(*T, *jsontext.Writer)) error {
	out.Open('[')
	write(&elements[0], out)
	if _, err := to.Write(out.Bytes()); err != nil {
		return err
	}
	out.Reset()
	var texts [readers]*jsontext.Writer
	var done [readers]chan struct{}
	for n := range readers {
		texts[n], done[n] = out.Beside(), make(chan struct{}, 1)
	}
	begun, written := 0, 0
	next := func() error {
		n := written % readers
		<-done[n]
		_, err := to.Write(texts[n].Bytes())
		texts[n].Reset()
		written++
		return err
	}
	for piece := range slices.Chunk(elements[1:], inHand) {
		if begun == written+readers {
			if err := next(); err != nil {
				return err
			}
		}
		n := begun % readers
		begun++
		go func() {
			for i := range piece {
				write(&piece[i], texts[n])
			}
			done[n] <- struct{}{}
		}()
	}
	for written < begun {
		if err := next(); err != nil {
			return err
		}
	}
	out.Close(']')
	return nil
}

// writeEach is writeElements of what is handed over one by one.
func writeEach[T any](to io.Writer, out *jsontext.Writer, elements iter.Seq[*T],
	write func(*T, *jsontext.Writer)) error {
	out.Open('[')
	for element := range elements {
		write(element, out)
		if len(out.Bytes()) < flushed {
			continue
		}
		if _, err := to.Write(out.Bytes()); err != nil {
			return err
		}
		out.Reset()
	}
	out.Close(']')
	return nil
}

// MarshalJSON writes the operation on one line, in the form that it has in plans.
func (o Operation) MarshalJSON() ([]byte, error) {
	var w jsontext.Writer
	o.writeJSON(&w)
	return w.Bytes(), nil
}

func (o *Operation) writeJSON(w *jsontext.Writer) {
	w.Open('{')
	w.Name("id")
	w.Int(int64(o.ID))
	w.Member("side", o.Side.String())
	w.Member("action", o.Action.String())
	w.Member("path", string(o.Path))
	if o.From() != "" {
		w.Member("from", string(o.From()))
	}
	if from := o.Source(); from != nil {
		w.Name("source")
		from.writeJSON(w)
	}
	if o.Unit() != nil {
		w.Name("unit")
		w.Open('{')
		w.Member("path", string(o.Unit().Path))
		w.Name("operations")
		w.Int(int64(o.Unit().Operations))
		w.Close('}')
	}
	w.Member("reason", o.Reason.String())
	w.Name("before")
	o.Before.WriteJSON(w)
	w.Name("after")
	o.After.WriteJSON(w)
	w.Member("decision", o.Decision.String())
	if o.Diff() != nil {
		w.Name("diff")
		writeDiff(w, o.Diff())
	}
	w.Member("note", o.Note())
	w.Close('}')
}

// writeJSON writes the conflict as plans have it whose version knows merges, or as the others do.
func (c *Conflict) writeJSON(w *jsontext.Writer, merges bool) {
	w.Open('{')
	w.Name("id")
	w.Int(int64(c.ID))
	w.Member("kind", string(c.Kind))
	w.Member("path", string(c.Path))
	if c.RemotePath != "" {
		w.Member("remote_path", string(c.RemotePath))
	}
	w.Name("local")
	c.Local.WriteJSON(w)
	w.Name("remote")
	c.Remote.WriteJSON(w)
	w.Name("base")
	c.Base.WriteJSON(w)
	w.Name("diff")
	writeDiff(w, c.Diff)
	if merges {
		w.Name("merge")
		c.Merge.writeJSON(w)
	}
	w.Name("choices")
	c.Choices.writeJSON(w)
	if c.KeepBothAs != "" {
		w.Member("keep_both_as", string(c.KeepBothAs))
	}
	w.Name("resolution")
	writeOptional(w, string(c.Resolution))
	w.Member("note", c.Note)
	w.Close('}')
}

func (p *Problem) writeJSON(w *jsontext.Writer) {
	w.Open('{')
	w.Member("severity", string(p.Severity))
	w.Member("code", string(p.Code))
	w.Name("side")
	if p.Side == nil {
		w.Null()
	} else {
		w.String(p.Side.String())
	}
	w.Name("path")
	if p.Path == nil {
		w.Null()
	} else {
		w.String(string(*p.Path))
	}
	w.Member("message", p.Message)
	w.Close('}')
}

// writeOptional writes null for "".
func writeOptional(w *jsontext.Writer, s string) {
	if s == "" {
		w.Null()
		return
	}
	w.String(s)
}

func writeDiff(w *jsontext.Writer, d *Diff) {
	if d == nil {
		w.Null()
		return
	}
	w.Open('{')
	w.Member("format", string(d.Format))
	w.Name("lines")
	if d.Lines == nil {
		w.Null()
	} else {
		w.Open('[')
		for _, line := range d.Lines {
			w.String(line)
		}
		w.Close(']')
	}
	w.Name("added")
	w.Int(int64(d.Added))
	w.Name("removed")
	w.Int(int64(d.Removed))
	w.Name("omitted")
	writeOptional(w, string(d.Omitted))
	w.Name("only_line_endings")
	w.Bool(d.OnlyLineEndings)
	w.Close('}')
}

func (c Choices) writeJSON(w *jsontext.Writer) {
	if c == nil {
		w.Null()
		return
	}
	w.Open('{')
	for _, name := range c.Names() {
		w.Member(string(name), c[name])
	}
	w.Close('}')
}

// indented is v's JSON without escapes for HTML, which would hide file names from their reader, and with those for
// what the reader would not see.
func indented(v any, prefix string) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent(prefix, "  ")
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return visible.JSON(bytes.TrimRight(buf.Bytes(), "\n")), nil
}

// Indented is a document's JSON as treaty writes all of its files, a final newline included.
func Indented(v any) ([]byte, error) {
	text, err := indented(v, "")
	return append(text, '\n'), err
}
