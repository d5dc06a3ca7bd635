package paper

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

var aText = rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[a-z<&"\\é\x{202e}]{1,8}(/[a-z]{1,8})?`))

func aResult(t *rapid.T) Result {
	r := Result{Outcome: rapid.SampledFrom([]Outcome{Done, Skipped, Drifted, Failed}).Draw(t, "outcome"), Path: "a/é",
		Trash: aText.Draw(t, "trash"), Error: aText.Draw(t, "error")}
	if rapid.Bool().Draw(t, "of a conflict") {
		r.Conflict = rapid.IntRange(1, 9).Draw(t, "conflict")
	} else {
		r.Operation = rapid.IntRange(1, 9).Draw(t, "operation")
	}
	if rapid.Bool().Draw(t, "acts") {
		side, action := rapid.SampledFrom(plan.BothSides[:]).Draw(t, "side"),
			rapid.SampledFrom(plan.Actions[:]).Draw(t, "action")
		r.Side, r.Action = &side, &action
	}
	copy(r.SHA256[:], rapid.SliceOfN(rapid.Byte(), 0, 32).Draw(t, "sha256"))
	return r
}

func aReceipt(results []Result) *Receipt {
	return &Receipt{Format: "treaty.receipt", FormatVersion: plan.FormatVersion,
		Plan:      PlanRef{ID: "x", SHA256: tree.Hash{1}},
		StartedAt: time.Unix(1, 0).UTC(), FinishedAt: time.Unix(2, 0).UTC(), Outcome: Complete, Results: results,
		Durability: plan.Sides[string]{"flushed", "flushed"}}
}

func TestAReceiptIsWrittenAsReflectionWouldWriteIt(t *testing.T) {
	written := 0
	defer func() {
		if written == 0 {
			t.Error("no receipt was valid")
		}
	}()
	effort.Check(t, 50, 300, func(t *rapid.T) {
		r := aReceipt(append([]Result{}, rapid.SliceOfN(rapid.Custom(aResult), 0, 3).Draw(t, "results")...))
		want, err := plan.Indented(r)
		if err != nil {
			t.Fatal(err)
		}
		// What is no valid receipt is refused, and then nothing is written.
		got, err := r.Text()
		if _, invalid := ReadReceipt(want); (err != nil) != (invalid != nil) || err == nil && !bytes.Equal(got, want) {
			t.Fatalf("%v: %s\nwant %v: %s", err, got, invalid, want)
		}
		if err == nil {
			written++
		}
	})
}

func TestAResultIsWrittenWithFewAllocations(t *testing.T) {
	count := func(n int) float64 {
		side, action := plan.Remote, plan.Create
		var results []Result
		for i := range n {
			results = append(results, Result{Operation: i + 1, Side: &side, Action: &action,
				Path:    tree.Path(fmt.Sprint("a/", i)),
				Outcome: Done, SHA256: tree.Hash{1}})
		}
		r := aReceipt(results)
		return testing.AllocsPerRun(3, func() {
			if _, err := r.Text(); err != nil {
				t.Fatal(err)
			}
		})
	}
	if more := count(1100) - count(100); more > 300 {
		t.Errorf("a thousand results more are %v allocations more", more)
	}
}
