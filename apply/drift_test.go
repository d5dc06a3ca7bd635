package apply_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"treaty/apply"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// TestAnyDriftIsSeen edits one path that an operation reads or writes after the plan was made.
func TestAnyDriftIsSeen(t *testing.T) {
	dir := scratch(t)
	effort.Check(t, 2, 15, func(r *rapid.T) {
		w := anyWorld(r, dir)
		defer os.RemoveAll(w.dir)
		p := w.compare()
		decide(r, p)
		request := w.request(p)
		side := rapid.SampledFrom(plan.BothSides[:]).Draw(r, "side")
		now := w.tree(side)
		paths := append(sorted(now), "new")
		path := rapid.SampledFrom(paths).Draw(r, "drifted")
		at := w.path(side, string(path))
		switch n, there := now[path]; {
		case !there || n.kind == tree.Directory:
			writeFile(w, filepath.Join(filepath.Dir(at), "drifted"),
				node{content: "drift", mtime: epoch, mode: tree.Perm(0o644)})
		case rapid.Bool().Draw(r, "removed"):
			check(w, os.Remove(at))
		default:
			check(w, os.Remove(at))
			writeFile(w, at, node{content: "drift", mtime: epoch, mode: tree.Perm(0o644)})
		}
		cause := apply.ErrStale
		if planned := p.Snapshot(side); len(w.tree(side)) == 0 && planned.Files+planned.Directories > 0 {
			cause = apply.ErrSafety
		}
		w.refuses(request, &fault{cause: cause})
		// Where only what has nothing to do with the plan drifted, a person may say so.
		request.AllowUnrelatedDrift = true
		was := w.trees()
		receipt, err := apply.Apply(context.Background(), request)
		switch {
		case receipt == nil && !errors.Is(err, apply.ErrStale) && !errors.Is(err, apply.ErrSafety):
			r.Errorf("%v", err)
		case receipt != nil && err != nil:
			w.story(p, was, receipt, err)
			r.Errorf("drift of %s was not seen before the first write: %v", path, err)
		}
		w.keepsEverything(was)
		w.touchesOnly(p, was)
	})
}
