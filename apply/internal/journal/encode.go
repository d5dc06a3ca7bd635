package journal

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash/crc32"

	"treaty/plan/jsontext"
	"treaty/plan/tree"
)

// Encode is records as lines. The first begins with an empty line if torn: then the file ends in the
// middle of one.
func Encode(torn bool, records ...Record) ([]byte, error) {
	out := make([]byte, 0, len(records)*usual)
	if torn {
		out = append(out, '\n')
	}
	var text []byte
	for i := range records {
		var err error
		if text, err = records[i].text(text[:0]); err != nil {
			return nil, err
		}
		sum := binary.BigEndian.AppendUint32(nil, crc32.Checksum(text, castagnoli))
		out = append(append(append(hex.AppendEncode(out, sum), ' '), text...), '\n')
	}
	return out, nil
}

// usual is about how many bytes a record takes.
const usual = 400

// text is the record's JSON, in a buffer. What is written for each step of a plan goes without reflection.
func (r *Record) text(buffer []byte) ([]byte, error) {
	w := jsontext.On(buffer)
	w.Open('{')
	switch {
	case r.Intent != nil:
		w.Name("intent")
		r.Intent.writeJSON(w)
	case r.Done != nil:
		w.Name("done")
		r.Done.writeJSON(w)
	default:
		return json.Marshal(r)
	}
	w.Close('}')
	return w.Bytes(), nil
}

func (i *Intent) writeJSON(w *jsontext.Writer) {
	w.Open('{')
	w.Name("step")
	w.Int(int64(i.Step))
	w.Member("kind", string(i.Kind))
	w.Member("side", i.Side.String())
	w.Member("path", string(i.Path))
	writeSome(w, "from", string(i.From))
	writeSome(w, "staged", i.Staged)
	writeSome(w, "place", i.Place)
	writeState(w, "before", i.Before)
	writeState(w, "after", i.After)
	w.Close('}')
}

func (d *Done) writeJSON(w *jsontext.Writer) {
	w.Open('{')
	w.Name("step")
	w.Int(int64(d.Step))
	w.Member("side", d.Side.String())
	w.Member("outcome", d.Outcome)
	writeSome(w, "sha256", d.SHA256.String())
	writeSome(w, "trash", d.Trash)
	writeSome(w, "error", d.Error)
	writeState(w, "after", d.After)
	w.Close('}')
}

// writeSome leaves the member out where it is "".
func writeSome(w *jsontext.Writer, name, value string) {
	if value != "" {
		w.Member(name, value)
	}
}

// writeState leaves the member out where there is nothing.
func writeState(w *jsontext.Writer, name string, s *tree.State) {
	if s != nil {
		w.Name(name)
		s.WriteJSON(w)
	}
}
