package plan_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

func TestNoBaselineNoDeletes(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		w := drawWorld(t, false)
		w.base = nil
		for _, op := range made(t, w).Operations {
			if op.Action == plan.Delete || op.Action == plan.Move {
				t.Fatalf("%s\ngives a %s of %s", w, op.Action, op.Path)
			}
		}
	})
}

// deletes are the files and links that a plan deletes; where moves count too, also those it moves away.
// Directories don't count: a delete that waited for what was ignored in it is listed until it is empty.
func deletes(p *plan.Plan, moves bool) map[string]bool {
	gone := map[string]bool{}
	for _, op := range p.Operations {
		switch {
		case op.Action == plan.Delete && op.Before.Type != tree.Directory:
			gone[op.Side.String()+"/"+string(op.Path)] = true
		case op.Action == plan.Move && moves:
			gone[op.Side.String()+"/"+string(op.From())] = true
		}
	}
	return gone
}

func TestIgnoringNeverDeletes(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		w := drawWorld(t, true)
		w.options.Ignore = []string{}
		without := deletes(made(t, w), true)
		patterns := rapid.SampledFrom([]string{"a", "A", "d/", "*.sh", "/b", "a/b", "*"})
		w.options.Ignore = rapid.SliceOfN(patterns, 1, 3).Draw(t, "ignore")
		for path := range deletes(made(t, w), false) {
			if !without[path] {
				t.Fatalf("ignoring %q deletes %s:\n%s", w.options.Ignore, path, w)
			}
		}
	})
}

func TestNoLongerIgnoringNeverDeletes(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		w := drawWorld(t, false)
		patterns := rapid.SampledFrom([]string{"a", "A", "d/", "*.sh", "/b", "a/b"})
		w.options.Ignore = rapid.SliceOfN(patterns, 1, 3).Draw(t, "ignore")
		p := made(t, w)
		for i := range p.Conflicts {
			p.Conflicts[i].Resolution = plan.SkipPath
		}
		e, err := execute(p, w.trees)
		if err != nil {
			t.Fatalf("%v\n%s", err, w)
		}
		after := &world{trees: e.trees, options: w.options}
		after.base = agreement(after, w.base)
		for dir, list := range after.base {
			after.base[dir] = slices.DeleteFunc(list, func(a tree.Agreed) bool {
				path := dir.Join(a.Name[plan.Local])
				for at := path; at != tree.Root; at = at.Parent() {
					if (memoryScope{e.trees[plan.Local].scope(tree.Root)}).Judge(at, a.Type == tree.Directory ||
						at != path) != tree.InScope {
						return true
					}
				}
				return false
			})
		}
		still := deletes(made(t, after), true)
		after.options.Ignore = []string{}
		for path := range deletes(made(t, after), false) {
			if !still[path] {
				t.Fatalf("no longer ignoring %q deletes %s:\n%s", w.options.Ignore, path, after)
			}
		}
	})
}

func TestWhatCannotBeReadIsNotDeleted(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		w := drawWorld(t, false)
		side := rapid.SampledFrom(plan.BothSides[:]).Draw(t, "side")
		m := w.trees[side]
		dirs := slices.DeleteFunc(m.paths(), func(p tree.Path) bool { return m.nodes[p].kind != tree.Directory })
		dir := rapid.SampledFrom(append(dirs, tree.Root)).Draw(t, "unreadable")
		if dir == tree.Root {
			m.nodes[tree.Root] = &node{kind: tree.Directory}
		}
		m.nodes[dir].trouble = rapid.SampledFrom([]string{"unreadable", "partial"}).Draw(t, "trouble")
		p := made(t, w)
		same := nfc
		if !w.trees[plan.Local].traits.CaseSensitive || !w.trees[plan.Remote].traits.CaseSensitive {
			same = key
		}
		for _, op := range p.Operations {
			for _, path := range []tree.Path{op.Path, op.From()} {
				if path != "" && same(path).Within(same(dir)) && (op.Side != side || path != dir) {
					t.Fatalf("%s %s of %s, which is in what %s cannot read of %s:\n%s", op.Action, op.Side, path, side, dir, w)
				}
			}
		}
	})
}
