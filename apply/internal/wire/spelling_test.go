package wire

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"treaty/plan/tree"
)

// heldToJSON holds what a message is written and read as to what encoding/json makes of it. It tells whether it was
// written and read without that.
func heldToJSON(t *testing.T, value any) (plain bool) {
	t.Helper()
	want, err := json.Marshal(value)
	got, failed := appendMessage([]byte("before"), value)
	if (err == nil) != (failed == nil) || err == nil && string(got) != "before"+string(want) {
		t.Fatalf("%s, %v, and not %s, %v", got, failed, want, err)
	}
	return readAsJSON(t, want, value)
}

// readAsJSON holds what a text is read as, into what value is, to what encoding/json makes of it.
func readAsJSON(t *testing.T, text []byte, value any) (plain bool) {
	t.Helper()
	of := reflect.TypeOf(value).Elem()
	want, got := reflect.New(of).Interface(), reflect.New(of).Interface()
	if plain = readPlain(text, got); plain {
		from := json.NewDecoder(bytes.NewReader(text))
		from.DisallowUnknownFields()
		if err := from.Decode(want); err != nil || from.InputOffset() != int64(len(text)) {
			t.Fatalf("%s is read as %+v, which is %v", text, got, err)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s is read as %+v, and not as %+v", text, got, want)
	}
	return plain
}

// Those of which there are thousands take no reflection, and are the same with it.
func TestPlainMessagesAreWhatJSONMakesOfThem(t *testing.T) {
	at := tree.UnixTime(1_800_000_000, 123_456_789)
	hash := tree.Hash{1, 2, 0xff}
	for _, name := range []string{"a", "dir/ä name (1).txt", "\u007f"} {
		state := &State{tree.File, 3, at, tree.Perm(0o644), hash, ""}
		staged := &Staged{Inner(name), 1, 3, at, hash, tree.Perm(0o755), ""}
		entry := &Entry{Text(name), 1, tree.Perm(0o644), 3, at, "", 2, math.MaxInt64, "", ""}
		head := Head{"create", 1, 2}
		for _, value := range []any{&Plain{head}, &PathAsk{head, Inner(name)}, &NameAsk{head, Inner(name)},
			&PlannedAsk{head, Inner(name), state}, &BarrierAsk{Head: head, Stageds: []*Staged{staged, staged}},
			&BarrierAsk{Head: head}, &StageAsk{Head: head, Mode: tree.Perm(0o600), Mtime: at, Size: 7, Hash: hash},
			&StageAsk{Head: head}, &CreateAsk{Head: head, Path: Inner(name), Staged: staged},
			&ReplaceAsk{Head: head, Path: Inner(name), Place: ".treaty/trash/a", Before: state, Staged: staged},
			&TrashAsk{Head: head, Path: Inner(name), Place: ".treaty/trash/a", Before: state},
			&MkdirAsk{Head: head, Path: Inner(name), Mode: tree.Perm(0o755), Existing: true},
			&Done{}, &EntryAnswer{Entry: entry}, &StagedAnswer{Staged: staged}, &StagedAnswer{},
			&ResultAnswer{Result: &Result{*entry, ".treaty/trash/a"}}, &NameAnswer{Name: Text(name)},
			&StampAnswer{Size: math.MaxInt64, Mtime: at}, &StampAnswer{}} {
			if !heldToJSON(t, value) {
				t.Errorf("%T of %q takes reflection", value, name)
			}
		}
	}
}

// What is not plain is left to encoding/json.
func TestWhatIsNotPlainIsReadAsJSON(t *testing.T) {
	odd := []Text{"%", "<&>", "\"", "\\", "\n", "\xff", "\u2028", "\ufffd"}
	for _, name := range odd {
		for _, value := range []any{&EntryAnswer{Entry: &Entry{Name: name, Why: string(name)}}, &NameAnswer{Name: name},
			&StagedAnswer{Staged: &Staged{Name: Inner(name), Size: -1}}, &PathAsk{Path: Inner(name)}} {
			if heldToJSON(t, value) {
				t.Errorf("%T of %q is plain", value, name)
			}
		}
	}
	loan := Granted{[]Loan{{"d", tree.Perm(0o555)}}}
	fault := Outcome{Fault: &Fault{Words: "no"}}
	for _, value := range []any{&CreateAsk{Granted: loan}, &Done{fault}, &Done{Outcome{Stopped: fault.Fault}},
		&EntryAnswer{Entry: &Entry{Inode: math.MaxUint64}}, &StagedAnswer{Staged: &Staged{}},
		&StampAnswer{Size: math.MinInt64}, &BarrierAsk{Stageds: []*Staged{nil}}} {
		heldToJSON(t, value)
	}
	for _, line := range append(kept(t, "questions"), kept(t, "answers")...) {
		text := []byte(line[strings.IndexByte(line, '{'):])
		for _, value := range []any{&CreateAsk{}, &ReplaceAsk{}, &BarrierAsk{}, &StageAsk{}, &MkdirAsk{}, &PathAsk{},
			&PlannedAsk{}, &ResultAnswer{}, &StagedAnswer{}, &EntryAnswer{}, &StampAnswer{}, &NameAnswer{}, &Done{}} {
			if !readAsJSON(t, text, value) {
				continue
			}
			for n := range text {
				// Of a text that is cut, or has another byte, as much is read as of JSON, or it is left to that.
				readAsJSON(t, text[:n], value)
				for _, c := range []byte(`0"},x`) {
					readAsJSON(t, append(append(bytes.Clone(text[:n]), c), text[n+1:]...), value)
				}
			}
		}
	}
}

func FuzzPlainMessages(f *testing.F) {
	f.Add([]byte(`{"call":"create","tree":1,"path":"a","staged":{"n":"b","t":1,"m":"2026-01-01T00:00:09Z"}}`))
	f.Add([]byte(`{"result":{"e":{"n":"b","t":1,"m":"2026-01-01T00:00:10Z","k":1,"i":2},"t":".treaty/a"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, value := range []any{&CreateAsk{}, &ReplaceAsk{}, &BarrierAsk{}, &StageAsk{}, &ResultAnswer{},
			&StagedAnswer{}, &StampAnswer{}} {
			readAsJSON(t, text, value)
		}
	})
}
