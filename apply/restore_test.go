package apply_test

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"treaty/apply"
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
					n.target != d.Was.Target {
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
