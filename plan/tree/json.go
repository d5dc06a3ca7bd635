package tree

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// stateJSON is a State as documents write it.
type stateJSON struct {
	Type    Type   `json:"type"`
	Size    *int64 `json:"size,omitempty"`
	Mtime   *Time  `json:"mtime,omitempty"`
	Mode    Mode   `json:"mode,omitzero"`
	SHA256  Hash   `json:"sha256,omitzero"`
	Target  string `json:"target,omitempty"`
	Entries *int   `json:"entries,omitempty"`
	Digest  Hash   `json:"digest,omitzero"`
}

// MarshalJSON writes only the members that apply to the state's type.
func (s State) MarshalJSON() ([]byte, error) {
	out := stateJSON{Type: s.Type, Mode: s.Mode, SHA256: s.SHA256, Target: s.Target}
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
	*s = State{Type: in.Type, Mode: in.Mode, SHA256: in.SHA256, Target: in.Target}
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
