package plan_test

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// What is taken over from the old record is what would be found out anew.
func TestTheRecordOfWhatIsUntouchedIsTheOldOne(t *testing.T) {
	var taken int
	effort.Check(t, 30, 300, func(t *rapid.T) {
		w := drawWorld(t, false)
		if rapid.Bool().Draw(t, "folding") {
			w = drawFoldingWorld(t)
		}
		for path, here := range w.trees[plan.Local].nodes {
			there := w.trees[plan.Remote].nodes[path]
			if there != nil && here.kind == there.kind && here.mode != 0 && there.mode != 0 && here.kind != tree.Symlink {
				here.mode, there.mode = tree.Perm(0o750), tree.Perm(0o750)
			}
		}
		racy := tree.UnixTime(rapid.SampledFrom([]int64{1 << 40, 1_700_000_000}).Draw(t, "racy since"), 0)
		record := func(untouched bool) memoryBaseline {
			base := memoryBaseline{}
			to := plan.Recorder{RacySince: plan.Sides[tree.Time]{racy, racy},
				Old: func(plan.Sides[tree.Path], *tree.Agreed) error {
					if untouched {
						taken--
					} else {
						taken++
					}
					return nil
				},
				Write: func(dir tree.Path, entries []tree.Agreed) error {
					base[dir] = slices.Clone(entries)
					for i := range base[dir] {
						essential(&base[dir][i])
					}
					return nil
				}}
			if untouched {
				to.Untouched = func(plan.Sides[tree.Path]) func(plan.Sides[string]) bool {
					return func(plan.Sides[string]) bool { return true }
				}
			}
			if err := plan.Agree(t.Context(), w.input(), to); err != nil {
				t.Fatalf("%v\n%s", err, w)
			}
			return base
		}
		if got, want := record(true), record(false); !reflect.DeepEqual(got, want) {
			t.Fatalf("%s\n%+v\nis not\n%+v", w, got, want)
		}
	})
	if taken == 0 {
		t.Error("nothing was ever taken over")
	}
}

// essential leaves of a record what lasts of it.
func essential(record *tree.Agreed) {
	record.Key, record.Spelled = "", ""
	for side := range record.On {
		kept := &record.On[side]
		switch record.Type {
		case tree.Directory:
			*kept = tree.Kept{Mode: kept.Mode}
		case tree.Symlink:
			*kept = tree.Kept{}
		}
	}
}
