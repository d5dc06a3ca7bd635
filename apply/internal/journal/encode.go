package journal

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash/crc32"

	"treaty/plan/jsontext"
	"treaty/plan/tree"
)

// AppendLine appends the record to a text as a line. Where that ends in the middle of one, a line break must come
// first.
func (r *Record) AppendLine(to []byte) ([]byte, error) {
	const sum = "00000000 "
	began := len(to)
	line, err := r.text(append(to, sum...))
	if err != nil {
		return to, err
	}
	text := line[began+len(sum):]
	var crc [crc32.Size]byte
	binary.BigEndian.PutUint32(crc[:], crc32.Checksum(text, castagnoli))
	hex.Encode(line[began:], crc[:])
	return append(line, '\n'), nil
}

// text appends the record's JSON to a buffer. What is written for each step of a plan goes without reflection.
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
		text, err := json.Marshal(r)
		return append(buffer, text...), err
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
	if d.SHA256.Known() {
		w.Name("sha256")
		w.Hex(d.SHA256[:])
	}
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
