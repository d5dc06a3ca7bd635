package plan_test

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/internal/textdiff"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// folding are names that one volume or another takes as equal, aliases, and names that some cannot hold.
var folding = []string{"b", "B", "\u00e9", "e\u0301", "\u00c9", "E\u0301", "\u13a0", "\uab70", "i", "I",
	"\u0131", "\u0130", "i\u0307",
	"ss", "SS", "\u00df", "\u1e9e", "\u017f", "s", "S", "k", "\u212a", "a", "a.", "con", "CON", "x:y",
	"longname.txt", "LONGNA~1.TXT"}

// drawFolding draws a tree that holds names which fold together, even where its filesystem is said to fold.
func drawFolding(t *rapid.T, label string, m *memoryTree) {
	fresh := func() tree.Path {
		dirs := []tree.Path{tree.Root, tree.Root}
		for _, path := range m.paths() {
			if m.nodes[path].kind == tree.Directory && path.Depth() < 3 {
				dirs = append(dirs, path)
			}
		}
		return rapid.SampledFrom(dirs).Draw(t, label+" in").Join(rapid.SampledFrom(folding).Draw(t, label+" name"))
	}
	for range rapid.IntRange(0, 6).Draw(t, label+" entries") {
		if path := fresh(); m.nodes[path] == nil {
			m.put(path, drawNode(t, label, m.traits, path.Depth() < 3))
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, label+" edits") {
		paths := m.paths()
		if len(paths) == 0 {
			return
		}
		path, to := rapid.SampledFrom(paths).Draw(t, label+" path"), fresh()
		moved := rapid.Bool().Draw(t, label+" moved") && m.nodes[to] == nil && !to.Within(path)
		for _, p := range m.below(path) {
			n := m.nodes[p]
			delete(m.nodes, p)
			if moved {
				m.put(to+p[len(path):], n)
			}
		}
	}
}

// drawFoldingWorld draws two trees under any pair of profiles, often with a baseline: then both are edits of
// what both held, or of what an earlier plan made of them.
func drawFoldingWorld(t *rapid.T) *world {
	w := &world{options: defaults()}
	for _, side := range plan.BothSides {
		profiles := []tree.Profile{tree.POSIX, tree.APFS, tree.FAT, tree.ExFAT, tree.NTFS, tree.Unknown}
		w.trees[side] = newTree(rapid.SampledFrom(profiles).Draw(t, side.String()+" filesystem"))
		w.trees[side].exact = true
		drawFolding(t, side.String(), w.trees[side])
	}
	if rapid.Bool().Draw(t, "alike") {
		m := w.trees[plan.Remote]
		for _, path := range w.trees[plan.Local].paths() {
			twin := *w.trees[plan.Local].nodes[path]
			twin.mtime = m.traits.Keep(twin.mtime)
			if dir := m.nodes[path.Parent()]; m.nodes[path] == nil &&
				(path.Parent() == tree.Root || dir != nil && dir.kind == tree.Directory) {
				m.put(path, &twin)
			}
		}
	}
	if rapid.Bool().Draw(t, "baseline") {
		w.base = remembered(t, w)
		for _, side := range plan.BothSides {
			drawFolding(t, side.String(), w.trees[side])
		}
	}
	return w
}

// remembered is the baseline that an apply of an empty plan records.
func remembered(t *rapid.T, w *world, settled ...plan.Conflict) memoryBaseline {
	base := memoryBaseline{}
	to := plan.Recorder{RacySince: plan.Sides[tree.Time]{tree.UnixTime(1<<40, 0), tree.UnixTime(1<<40, 0)},
		Write: func(dir tree.Path, entries []tree.Agreed) error {
			base[dir] = slices.Clone(entries)
			return nil
		}}
	to.Hash = func(side plan.Side, path tree.Path, _ *tree.Entry) (tree.Hash, bool) {
		return w.trees[side].nodes[path].hash(), false
	}
	to.Resolved = func(path plan.Sides[tree.Path]) bool {
		return slices.ContainsFunc(settled, func(c plan.Conflict) bool {
			return c.Path == path[plan.Local] || c.Path == path[plan.Remote]
		})
	}
	if err := plan.Agree(context.Background(), w.input(), to); err != nil {
		t.Fatalf("%v\n%s", err, w)
	}
	return base
}

// No combination of names makes plan fail, the sides swapped give the mirror image, and what is carried out
// leaves nothing to do.
func TestNamesThatFoldLoseNothing(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		w := drawFoldingWorld(t)
		p, swapped := made(t, w), made(t, w.mirrored())
		if got, want := canonical(t, mirror(swapped)), canonical(t, p); got != want {
			t.Fatalf("%s\nis not the mirror image:\n%s", w, textdiff.Unified("want", "got", []byte(want), []byte(got)).Lines)
		}
		resolve(t, p)
		e, err := execute(p, w.trees)
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, w, lines(p))
		}
		nothingLost(t, w, p, e)
		after := &world{trees: e.trees, options: w.options, base: w.base}
		after.base = remembered(t, after, p.Conflicts...)
		next := made(t, after)
		if e.skipped == 0 && !blocked(p) && !blocked(next) && !next.Empty() {
			t.Fatalf("%s\ngives\n%v\nand after that\n%s\nstill\n%v", w, lines(p), after, lines(next))
		}
	})
}
