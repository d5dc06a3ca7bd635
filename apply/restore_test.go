package apply_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"treaty/apply"
	"treaty/apply/internal/memory"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// What an apply displaced is brought back to both sides, and these are in step afterwards; nothing is lost by it.
func TestWhatAnApplyDisplacedComesBackOnBothSides(t *testing.T) {
	back := 0
	effort.Check(t, 10, 50, func(r *rapid.T) {
		w := syncedOnce(r)
		settledAndApplied(r, w, w.paired((*apply.Pair).Plan))
		displaced := w.displaced()
		if len(displaced) == 0 {
			return
		}
		if rapid.Bool().Draw(r, "edited since") {
			side := rapid.SampledFrom(plan.BothSides[:]).Draw(r, "by")
			w.becomes(side, edited(r, w.tree(side), "since"))
		}
		p := w.paired(func(pair *apply.Pair, ctx context.Context, how apply.Planning) (*apply.Planned, error) {
			return pair.Restore(ctx, displaced, how)
		})
		settledAndRestored(r, w, p)
		for _, d := range displaced {
			if told(p, d.Path) {
				continue
			}
			for _, side := range plan.BothSides {
				n, there := w.tree(side)[d.Path]
				if !there || n.kind != d.Was.Type || n.kind == tree.File && int64(len(n.content)) != d.Was.Size ||
					n.target != d.Was.Target() {
					r.Errorf("%s on %s is %v, not %v", d.Path, side, n, d.Was)
				}
			}
			back++
		}
	})
	if back == 0 {
		t.Error("nothing was ever brought back")
	}
}

// displaced is what the last apply displaced, of each path once.
func (w *world) displaced() (found []plan.Displaced) {
	w.Helper()
	folder := w.store(plan.Local)
	defer folder.Close()
	versions, err := folder.Versions()
	check(w, err)
	seen := map[tree.Path]bool{}
	for _, v := range versions {
		if !seen[v.Path] {
			seen[v.Path] = true
			found = append(found, v.Displaced)
		}
	}
	return found
}

// told tells whether a plan has a problem with a path, or with one above it.
func told(p *plan.Plan, path tree.Path) bool {
	for _, problem := range p.Problems {
		if problem.Path != nil && (path.Within(*problem.Path) || problem.Path.Within(path)) {
			return true
		}
	}
	return false
}

// settledAndRestored applies a plan of a restore, which is held to the invariants of all plans.
func settledAndRestored(r *rapid.T, w *world, p *plan.Plan) {
	receipt, told := w.applies(r, p)
	defer told()
	for _, result := range receipt.Results {
		if result.Outcome != apply.Done {
			r.Errorf("%s: %s", line(&result), result.Error)
		}
	}
}

// Where case does not matter, what comes back comes back by the name that is there now: another name would be the same
// file, and be in the way of itself.
func TestWhatIsSpelledOtherwiseByNowComesBackByThatName(t *testing.T) {
	for _, sides := range [][]plan.Side{{plan.Remote}, {plan.Local}, plan.BothSides[:]} {
		w := caselessWorld(t, sides)
		w.place(plan.Local).write(t, tryParse(t, "notes=1 dir/ dir/a=2 dir/gone=3 same=4"))
		w.settle(w.paired((*apply.Pair).Plan))
		w.becomes(plan.Local, tryParse(t, "Notes=10@50 DIR/ DIR/a=20@50 same=40@50"))
		w.settle(w.paired((*apply.Pair).Plan))
		p := w.paired(func(pair *apply.Pair, ctx context.Context, how apply.Planning) (*apply.Planned, error) {
			return pair.Restore(ctx, w.displaced(), how)
		})
		if len(p.Problems) > 0 {
			t.Errorf("caseless %v: %v", sides, p.Problems)
		}
		w.settle(p)
		w.inLowerCase("notes=1 dir= dir/a=2 dir/gone=3 same=4", plan.BothSides[:]...)
	}
}

// caselessWorld has trees in memory, of which some are said to ignore case.
func caselessWorld(t *testing.T, sides []plan.Side) *world {
	w := newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX})
	caseless := tree.APFS
	for _, side := range sides {
		*[]**tree.Profile{&w.options.LocalFS, &w.options.RemoteFS}[side] = &caseless
	}
	return w
}

// inLowerCase holds what sides have to a list of names and contents, whatever their case.
func (w *world) inLowerCase(want string, sides ...plan.Side) {
	w.Helper()
	for _, side := range sides {
		content := map[string]string{}
		for path, n := range w.tree(side) {
			content[strings.ToLower(string(path))] += n.content // that of two, where there are two
		}
		var got []string
		for path, is := range content {
			got = append(got, path+"="+is)
		}
		if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(strings.Fields(want)))) {
			w.Errorf("%v of a world with %v, %v has %v, and not %s", side, w.options.LocalFS, w.options.RemoteFS, got, want)
		}
	}
}

// settle applies a plan, of which everything must be done.
func (w *world) settle(p *plan.Plan) {
	w.Helper()
	if receipt, err := w.apply(p); err != nil || receipt.Outcome != apply.Complete {
		w.Fatalf("%v\n%s%s", err, describe(p), outcomes(receipt))
	}
}

func TestWhatIsSpelledOtherwiseIsUndone(t *testing.T) {
	for _, sides := range [][]plan.Side{{plan.Remote}, {plan.Local}, plan.BothSides[:]} {
		w := caselessWorld(t, sides)
		w.place(plan.Local).write(t, tryParse(t, "notes=1 dir/ dir/a=2 dir/gone=3 same=4"))
		w.settle(w.paired((*apply.Pair).Plan))
		w.becomes(plan.Local, tryParse(t, "Notes=10@50 DIR/ DIR/a=20@50 same=40@50"))
		second := w.paired((*apply.Pair).Plan)
		w.settle(second)
		w.undone(second)
		w.inLowerCase("notes=1 dir= dir/a=2 dir/gone=3 same=4", plan.Remote)
		w.inLowerCase("notes=10 dir= dir/a=20 same=40", plan.Local) // what a person did stays
	}
}
