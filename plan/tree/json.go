package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// stateJSON is a State as documents write it.
type stateJSON struct {
	Type    Type   `json:"type"`
	Size    *int64 `json:"size,omitempty"`
	Mtime   *Time  `json:"mtime,omitempty"`
	Mode    Mode   `json:"mode,omitzero"`
	SHA256  *Hash  `json:"sha256,omitempty"`
	Target  string `json:"target,omitempty"`
	Entries *int   `json:"entries,omitempty"`
	Digest  Hash   `json:"digest,omitzero"`
}

// MarshalJSON writes only the members that apply to the state's type.
func (s State) MarshalJSON() ([]byte, error) {
	out := stateJSON{Type: s.Type, Mode: s.Mode, Target: s.Target}
	if s.SHA256.Known() {
		out.SHA256 = &s.SHA256
	}
	if s.Type == File {
		out.Size, out.Mtime = &s.Size, &s.Mtime
	}
	if s.Subtree != nil {
		out.Entries, out.Digest = &s.Subtree.Entries, s.Subtree.Digest
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(out)
	return bytes.TrimRight(buf.Bytes(), "\n"), err
}

// UnmarshalJSON reads what MarshalJSON wrote; that members fit the type is the schema's to check.
func (s *State) UnmarshalJSON(data []byte) error {
	var in stateJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	*s = State{Type: in.Type, Mode: in.Mode, Target: in.Target}
	if in.SHA256 != nil {
		if *in.SHA256 == (Hash{}) {
			return errors.New("sha256: no content has a hash of zeros alone; leave it out where it is not known")
		}
		s.SHA256 = *in.SHA256
	}
	if in.Size != nil {
		s.Size = *in.Size
	}
	if in.Mtime != nil {
		s.Mtime = *in.Mtime
	}
	if in.Entries != nil {
		s.Subtree = &Subtree{Entries: *in.Entries, Digest: in.Digest}
	}
	return nil
}
