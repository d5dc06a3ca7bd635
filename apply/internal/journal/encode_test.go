package journal

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/tree"
	"treaty/plan/visible"
	"treaty/testdata/effort"
)

var aText = rapid.OneOf(rapid.Just(""), rapid.String(), rapid.StringMatching(`[a-z<&"\\é]{1,8}(/[a-z]{1,8})?`))

func aState(t *rapid.T) *tree.State {
	if rapid.Bool().Draw(t, "nothing") {
		return nil
	}
	s := &tree.State{Type: tree.File, Size: rapid.Int64().Draw(t, "size"), Mode: tree.Perm(rapid.Uint32().Draw(t, "mode"))}
	copy(s.SHA256[:], rapid.SliceOfN(rapid.Byte(), 0, 32).Draw(t, "hash"))
	return s
}

// aRecord draws a record of one of the kinds that are written for each step.
func aRecord(t *rapid.T) Record {
	side := rapid.SampledFrom(plan.BothSides[:]).Draw(t, "side")
	step := rapid.Int().Draw(t, "step")
	if rapid.Bool().Draw(t, "done") {
		d := &Done{Step: step, Side: side, Outcome: aText.Draw(t, "outcome"), Trash: aText.Draw(t, "trash"),
			Error: aText.Draw(t, "error"), After: aState(t)}
		copy(d.SHA256[:], rapid.SliceOfN(rapid.Byte(), 0, 32).Draw(t, "hash"))
		return Record{Done: d}
	}
	return Record{Intent: &Intent{Step: step, Side: side,
		Kind: rapid.SampledFrom([]Kind{Create, Move, Touch}).Draw(t, "kind"),
		Path: tree.Path(aText.Draw(t, "path")), From: tree.Path(aText.Draw(t, "from")), Staged: aText.Draw(t, "staged"),
		Place: aText.Draw(t, "place"), Before: aState(t), After: aState(t)}}
}

func TestARecordOfAStepIsWrittenAsReflectionWouldWriteIt(t *testing.T) {
	effort.Check(t, 50, 500, func(t *rapid.T) {
		r := aRecord(t)
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(&r); err != nil {
			t.Fatal(err)
		}
		got, err := r.text(nil)
		if says := visible.JSON(bytes.TrimSpace(want.Bytes())); err != nil || !bytes.Equal(got, says) {
			t.Fatalf("%v: %s\nwant %s", err, got, says)
		}
	})
}

func TestARecordOfAStepCostsFewAllocations(t *testing.T) {
	s := &tree.State{Type: tree.File, Size: 1, Mode: tree.Perm(0o644), SHA256: tree.Hash{1}}
	r := Record{Intent: &Intent{Step: 1, Kind: Create, Path: "a/b", Staged: ".treaty/stage/x/1", After: s}}
	var text []byte
	if n := testing.AllocsPerRun(100, func() {
		var err error
		if text, err = r.AppendLine(text[:0]); err != nil {
			t.Fatal(err)
		}
	}); n > 2 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkEncode(b *testing.B) {
	s := &tree.State{Type: tree.File, Size: 1, Mode: tree.Perm(0o644), SHA256: tree.Hash{1}}
	r := Record{Intent: &Intent{Step: 1, Kind: Create, Path: "a/b", Staged: ".treaty/stage/x/1", After: s}}
	b.ReportAllocs()
	var text []byte
	for b.Loop() {
		var err error
		if text, err = r.AppendLine(text[:0]); err != nil {
			b.Fatal(err)
		}
	}
}
