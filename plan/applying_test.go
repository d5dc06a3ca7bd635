package plan_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// resolutions draws a choice for every conflict.
func resolve(t *rapid.T, p *plan.Plan) {
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		var allowed []plan.Resolution
		for _, r := range []plan.Resolution{plan.TakeLocal, plan.TakeRemote, plan.TakeNewer, plan.KeepBoth, plan.SkipPath} {
			if c.Choices.Allows(r) {
				allowed = append(allowed, r)
			}
		}
		c.Resolution = rapid.SampledFrom(allowed).Draw(t, "resolution of "+string(c.Path))
	}
}

// Carried out with any choices, a plan loses nothing, changes only what it lists, and leaves nothing to
// plan but what it skipped or could not do.
func TestAPlanThatIsCarriedOutLosesNothing(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		w := drawWorld(t, false)
		p := made(t, w)
		after, next, whole := carriedOut(t, w, p)
		if !whole {
			return
		}
		if !next.Empty() {
			t.Fatalf("%s\ngives\n%v\nand after that\n%s\nstill\n%v", w, lines(p), after, lines(next))
		}
		equal(t, w, p, after)
	})
}

// carriedOut carries a plan out with any choices, which loses nothing and changes only what is listed. It returns the
// world as it is then, with its next plan, and whether nothing was left out or blocked.
func carriedOut(t *rapid.T, w *world, p *plan.Plan) (after *world, next *plan.Plan, whole bool) {
	resolve(t, p)
	e, err := execute(p, w.trees)
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, w, lines(p))
	}
	nothingLost(t, w, p, e)
	onlyListed(t, w, p, e)
	after = &world{trees: e.trees, options: w.options}
	after.base = agreement(after, w.base)
	next = made(t, after)
	return after, next, e.skipped == 0 && !blocked(p) && !blocked(next)
}

func blocked(p *plan.Plan) bool {
	return slices.ContainsFunc(p.Problems, func(problem plan.Problem) bool { return problem.Severity == plan.Blocked })
}

// nothingLost holds that every content is on a side or in a trash still.
func nothingLost(t *rapid.T, w *world, p *plan.Plan, e *executor) {
	for _, side := range plan.BothSides {
		have := map[string]int{}
		for _, n := range e.trees[side].nodes {
			have[n.content]++
		}
		for _, content := range e.trash[side] {
			have[content]++
		}
		for path, n := range w.trees[side].nodes {
			if n.kind == tree.File && have[n.content] == 0 {
				t.Fatalf("%s on %s is lost:\n%s\n%s", path, side, w, lines(p))
			}
		}
	}
}

// onlyListed holds that what changed is listed, below a conflict, or a parent of what was brought.
func onlyListed(t *rapid.T, w *world, p *plan.Plan, e *executor) {
	listed := func(side plan.Side, path tree.Path) bool {
		for _, op := range p.Operations {
			if op.Side == side && (key(op.Path) == key(path) || op.From() != "" && key(op.From()) == key(path)) {
				return true
			}
		}
		for _, c := range p.Conflicts {
			for _, at := range []tree.Path{c.Path, c.RemotePath, c.KeepBothAs} {
				if at != "" && (key(path).Within(key(at)) || key(at).Within(key(path))) {
					return true
				}
			}
		}
		return strings.Contains(string(path), ".DS_Store")
	}
	for _, side := range plan.BothSides {
		before, after := w.trees[side], e.trees[side]
		for _, path := range slices.Concat(before.paths(), after.paths()) {
			x, y := before.nodes[path], after.nodes[path]
			if (x == nil || y == nil || *x != *y) && !listed(side, path) {
				t.Fatalf("%s on %s is not listed, and changed:\n%s\n%s", path, side, w, lines(p))
			}
		}
	}
}

// equal holds the trees equal up to their traits, to modes warned of, and to what is ignored.
func equal(t *rapid.T, w *world, p *plan.Plan, after *world) {
	paired := pairs(after)
	back := map[tree.Path]bool{}
	for _, r := range paired {
		back[r] = true
	}
	ignored := func(m *memoryTree, path tree.Path) bool {
		for at := path; at != tree.Root; at = at.Parent() {
			if (memoryScope{m.scope(at.Parent())}).Judge(at, m.nodes[at].kind == tree.Directory) != tree.InScope {
				return true
			}
		}
		return slices.ContainsFunc(m.below(path), func(below tree.Path) bool {
			return strings.HasSuffix(string(below), ".tmp")
		})
	}
	for l, r := range paired {
		if ignored(after.trees[plan.Local], l) || ignored(after.trees[plan.Remote], r) {
			continue
		}
		x, y := after.trees[plan.Local].nodes[l], after.trees[plan.Remote].nodes[r]
		if x.kind != y.kind || x.content != y.content || x.target != y.target {
			t.Fatalf("%s differs after\n%s\n%sbecame\n%s", l, w, lines(p), after)
		}
	}
	for _, side := range plan.BothSides {
		for _, path := range after.trees[side].paths() {
			_, both := paired[path]
			if side == plan.Remote {
				both = back[path]
			}
			if !both && !ignored(after.trees[side], path) {
				t.Fatalf("%s is only on %s after\n%s\n%sbecame\n%s", path, side, w, lines(p), after)
			}
		}
	}
}
