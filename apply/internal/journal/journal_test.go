package journal

import (
	"bytes"
	"testing"

	"treaty/plan"
	"treaty/plan/tree"
)

func sample(t testing.TB) []byte {
	t.Helper()
	file := &tree.State{Type: tree.File, Size: 1}
	return lines(t,
		Record{Header: &Header{Plan: "p", Trees: plan.Sides[string]{"a", "b"},
			Traits: plan.Sides[tree.Traits]{tree.POSIX.Traits(), tree.FAT.Traits()}}},
		Record{Steps: &Steps{Resolving: []Resolving{}, Skipped: map[int]string{3: "the plan says so"}}},
		Record{Copy: &Copy{Step: 1, Side: plan.Remote, Path: "gone",
			State: &tree.State{Type: tree.File, Size: 1, SHA256: tree.Hash{1}}, Name: ".treaty/trash/p/.treaty/gone"}},
		Record{Intent: &Intent{Step: 0, Kind: Create, Path: "new", Staged: ".treaty/stage/p/1", After: file}},
		Record{Intent: &Intent{Step: 1, Kind: Trash, Side: plan.Remote, Path: "gone",
			Place: ".treaty/trash/p/gone", Before: file}},
		Record{Done: &Done{Step: 0, Outcome: "done", After: file}},
		Record{Intent: &Intent{Step: 2, Kind: Move, Path: "to", From: "from", Place: ".treaty/trash/p/from", Before: file}})
}

// lines is a journal of some records.
func lines(t testing.TB, records ...Record) (text []byte) {
	t.Helper()
	for i := range records {
		var err error
		if text, err = records[i].AppendLine(text); err != nil {
			t.Fatal(err)
		}
	}
	return text
}

func TestReadsWhatWasWritten(t *testing.T) {
	j := Read(sample(t))
	if j.Header == nil || j.Header.Trees[plan.Remote] != "b" || j.Steps == nil || j.Steps.Skipped[3] == "" {
		t.Errorf("header %+v, steps %+v", j.Header, j.Steps)
	}
	if len(j.Open) != 2 || j.Open[0].Step != 1 || j.Open[1].Step != 2 || len(j.Closed) != 1 ||
		j.Copies[1].Name != ".treaty/trash/p/.treaty/gone" || j.Done[0] == nil || j.Torn {
		t.Errorf("%+v", j)
	}
}

// A journal that was cut anywhere has the records that are whole, and takes new ones.
func TestATornTailIsNoError(t *testing.T) {
	text := sample(t)
	for n := range len(text) {
		cut := Read(text[:n])
		if cut.Torn != (n > 0 && text[n-1] != '\n') {
			t.Fatalf("cut at %d: torn is %v", n, cut.Torn)
		}
		more := lines(t, Record{Done: &Done{Step: 9, Outcome: "done"}})
		if cut.Torn {
			more = append([]byte("\n"), more...)
		}
		if grown := Read(append(bytes.Clone(text[:n]), more...)); grown.Done[9] == nil || len(grown.Open) < len(cut.Open) {
			t.Fatalf("cut at %d and taken up again: %+v", n, grown)
		}
	}
}

func TestABitThatFlipsVoidsItsLineOnly(t *testing.T) {
	text := sample(t)
	whole := Read(text)
	for n := range text {
		flipped := bytes.Clone(text)
		flipped[n] ^= 4
		j := Read(flipped)
		same := (j.Header != nil) == (whole.Header != nil) && (j.Steps != nil) == (whole.Steps != nil) &&
			len(j.Open)+len(j.Closed) == len(whole.Open)+len(whole.Closed) && len(j.Copies) == len(whole.Copies) &&
			len(j.Done) == len(whole.Done)
		if same {
			t.Fatalf("a flip at %d passes", n)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(sample(f))
	f.Add([]byte("00000000 {}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		j := Read(data)
		for _, intent := range append(j.Open, j.Closed...) {
			if !intent.sound() {
				t.Errorf("%+v", intent)
			}
		}
	})
}
