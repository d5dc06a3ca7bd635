package tree

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"treaty/plan/visible"
	"treaty/testdata/effort"
)

// stateJSON is a State as documents write it, for encoding/json.
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

func reflected(t *rapid.T, s State) []byte {
	out := stateJSON{Type: s.Type, Mode: s.Mode, Target: s.Target()}
	if s.SHA256.Known() {
		out.SHA256 = &s.SHA256
	}
	if s.Type == File {
		out.Size, out.Mtime = &s.Size, &s.Mtime
	}
	if all := s.Subtree(); all != nil {
		out.Entries, out.Digest = &all.Entries, all.Digest
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		t.Fatal(err)
	}
	return visible.JSON(bytes.TrimRight(buf.Bytes(), "\n"))
}

func anyHash(t *rapid.T) (h Hash) {
	if rapid.Bool().Draw(t, "hashed") {
		copy(h[:], rapid.SliceOfN(rapid.Byte(), len(h), len(h)).Draw(t, "hash"))
	}
	return h
}

// anyState draws a state, whether or not a tree may have it.
func anyState(t *rapid.T) State {
	s := State{Type: rapid.SampledFrom([]Type{File, Directory, Symlink}).Draw(t, "type"), SHA256: anyHash(t)}
	if s.Type == File {
		s.Size = rapid.Int64().Draw(t, "size")
		s.Mtime = UnixTime(rapid.Int64().Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds"))
	}
	if rapid.Bool().Draw(t, "modes") {
		s.Mode = Perm(rapid.Uint32().Draw(t, "mode"))
	}
	var rare Rare
	if rapid.Bool().Draw(t, "links") {
		rare.Target = rapid.String().Draw(t, "target")
	}
	if rapid.Bool().Draw(t, "subtree") {
		rare.Subtree = &Subtree{Entries: rapid.Int().Draw(t, "entries"), Digest: anyHash(t)}
	}
	s.Rare = rare.orNone()
	return s
}

func TestAStateIsWrittenAsReflectionWouldAndReadBack(t *testing.T) {
	effort.Check(t, 50, 500, func(t *rapid.T) {
		s := anyState(t)
		text, err := s.MarshalJSON()
		if want := reflected(t, s); err != nil || !bytes.Equal(text, want) {
			t.Fatalf("%v: %s\nwant %s", err, text, want)
		}
		var back State
		if err := back.UnmarshalJSON(text); err != nil || !reflect.DeepEqual(back, s) {
			t.Fatalf("%v: %+v\nfrom %s\nwant %+v", err, back, text, s)
		}
	})
}

func TestAStateThatIsNoneIsRefused(t *testing.T) {
	for _, text := range []string{`"x"`, `{"type": "absent"}`, `{"type": 1}`, `{"size": "1"}`,
		`{"size": 1.5}`, `{"size": {}}`,
		`{"size": 99999999999999999999}`, `{"mtime": "yesterday"}`, `{"mode": "1777"}`, `{"sha256": "00"}`, `{"target": []}`,
		`{"sha256": "0000000000000000000000000000000000000000000000000000000000000000"}`, `{"entries": null}`} {
		var s State
		if err := json.Unmarshal([]byte(text), &s); err == nil {
			t.Errorf("%s is taken for %+v", text, s)
		}
	}
}
