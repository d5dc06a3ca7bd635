package tree

import (
	"errors"
	"fmt"

	"treaty/plan/jsontext"
)

// WriteJSON writes only the members that apply to the state's type, and null for a nil state.
func (s *State) WriteJSON(w *jsontext.Writer) {
	if s == nil {
		w.Null()
		return
	}
	w.Open('{')
	w.Member("type", s.Type.String())
	if s.Type == File {
		w.Name("size")
		w.Int(s.Size)
		w.Name("mtime")
		w.Time(s.Mtime.Time())
	}
	if s.Mode.Known() {
		w.Member("mode", s.Mode.String())
	}
	s.SHA256.writeMember(w, "sha256")
	if s.Target() != "" {
		w.Member("target", s.Target())
	}
	if all := s.Subtree(); all != nil {
		w.Name("entries")
		w.Int(int64(all.Entries))
		all.Digest.writeMember(w, "digest")
	}
	w.Close('}')
}

// writeMember writes a member where the hash is known.
func (h *Hash) writeMember(w *jsontext.Writer, name string) {
	if h.Known() {
		w.Name(name)
		w.Hex(h[:])
	}
}

// ReadJSON reads what WriteJSON wrote, but for null; that members fit the type is the schema's to check.
func (s *State) ReadJSON(r *jsontext.Reader) {
	*s = State{}
	var rare Rare
	counted, entries, digest := false, 0, Hash{}
	for r.Open('{'); r.More('}'); {
		switch string(r.Name()) {
		case "type":
			r.Fail(s.Type.UnmarshalText(r.Text()))
		case "size":
			s.Size = r.Int()
		case "mtime":
			r.Fail(s.Mtime.UnmarshalText(r.Text()))
		case "mode":
			r.Fail(s.Mode.UnmarshalText(r.Text()))
		case "sha256":
			s.SHA256.readJSON(r)
			if r.Err() == nil && !s.SHA256.Known() {
				r.Fail(errors.New("sha256: no content has a hash of zeros alone; leave it out where it is not known"))
			}
		case "target":
			rare.Target = r.String()
		case "entries":
			counted, entries = true, int(r.Int())
		case "digest":
			digest.readJSON(r)
		default:
			r.Skip()
		}
	}
	if counted {
		rare.Subtree = &Subtree{Entries: entries, Digest: digest}
	}
	s.Rare = rare.orNone()
}

func (h *Hash) readJSON(r *jsontext.Reader) { r.Fail(h.UnmarshalText(r.Text())) }

// MarshalJSON writes the state on one line.
func (s State) MarshalJSON() ([]byte, error) {
	var w jsontext.Writer
	s.WriteJSON(&w)
	return w.Bytes(), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *State) UnmarshalJSON(data []byte) error {
	r := jsontext.NewReader(data)
	s.ReadJSON(&r)
	if err := r.Err(); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	return nil
}
