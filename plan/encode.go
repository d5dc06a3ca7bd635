package plan

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"

	"treaty/plan/visible"
)

// Write writes the plan as its file holds it: UTF-8, two-space indented, LF, keys in the order of the
// schema. Elements go one by one, so that a large plan is never held as text.
func (p *Plan) Write(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	envelope := *p
	envelope.Operations, envelope.Conflicts, envelope.Problems = nil, nil, nil
	head, err := indented(envelope, "")
	if err != nil {
		return err
	}
	// The three arrays come last, so the head ends where the first of them begins.
	at := bytes.LastIndex(head, []byte("\n  \"operations\": null"))
	out.Write(head[:at])
	if err := writeArray(out, "operations", p.Operations); err != nil {
		return err
	}
	out.WriteByte(',')
	if err := writeArray(out, "conflicts", p.Conflicts); err != nil {
		return err
	}
	out.WriteByte(',')
	if err := writeArray(out, "problems", p.Problems); err != nil {
		return err
	}
	out.WriteString("\n}\n")
	return out.Flush()
}

func writeArray[T any](out *bufio.Writer, name string, elements []T) error {
	out.WriteString("\n  \"" + name + "\": [")
	for i := range elements {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n    ")
		text, err := indented(&elements[i], "    ")
		if err != nil {
			return err
		}
		out.Write(text)
	}
	if len(elements) > 0 {
		out.WriteString("\n  ")
	}
	_, err := out.WriteString("]")
	return err
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
