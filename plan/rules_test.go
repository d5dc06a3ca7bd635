package plan_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// rules are what files of rules say in these worlds.
var rules = []string{"*.x", "*.y", "d/", "/a.x", "*.x\n!b.x", "!*", "!a.x\n!d/", "e/\n*.y", ".treatyignore"}

// drawPlace draws a directory of a tree, or one that is to be.
func drawPlace(t *rapid.T, label string) tree.Path {
	return rapid.SampledFrom([]tree.Path{tree.Root, tree.Root, "d", "e", "d/e", "e/d", "e/d/d"}).Draw(t, label)
}

// drawIgnored gives a tree files that rules speak of.
func drawIgnored(t *rapid.T, label string, m *memoryTree) {
	for range rapid.IntRange(0, 6).Draw(t, label+" files") {
		path := drawPlace(t, label+" in").Join(rapid.SampledFrom([]string{"a.x", "b.x", "a.y", "b"}).Draw(t, label+" name"))
		if content := rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, label+" content"); m.nodes[path] == nil {
			m.put(path, &node{kind: tree.File, content: content, size: 1, mtime: written(content), mode: tree.Perm(0o644)})
		}
	}
}

// drawRules changes files of rules, each on one side only, so that they are never in conflict.
func drawRules(t *rapid.T, w *world) {
	for _, dir := range []tree.Path{tree.Root, "d", "e", "d/e", "e/d"} {
		m := w.trees[rapid.SampledFrom(plan.BothSides[:]).Draw(t, "changed on")]
		file := dir.Join(".treatyignore")
		switch rapid.IntRange(0, 3).Draw(t, "change of rules") {
		case 0:
			delete(m.nodes, file)
		case 1:
			text := rapid.SampledFrom(rules).Draw(t, "rules")
			hour := time.Duration(rapid.IntRange(0, 9).Draw(t, "hour")) * time.Hour
			m.put(file, &node{kind: tree.File, content: text, size: int64(len(text)),
				mtime: epoch.Add(hour), mode: tree.Perm(0o644)})
		}
	}
}

// forgetful deletes, on one side, files that both sides ignore.
func forgetful(t *rapid.T, w *world) {
	for _, side := range plan.BothSides {
		for _, path := range w.trees[side].paths() {
			n := w.trees[side].nodes[path]
			if n.kind == tree.File && w.ignores(plan.Local, path) && w.ignores(plan.Remote, path) &&
				rapid.Bool().Draw(t, "deleted") {
				delete(w.trees[side].nodes, path)
			}
		}
	}
}

// ignores tells whether a side's own rules ignore a path, or something above it.
func (w *world) ignores(side plan.Side, path tree.Path) bool {
	m := w.trees[side]
	for at := path; at != tree.Root; at = at.Parent() {
		directory := at != path
		if (memoryScope{m.scope(at.Parent())}).Judge(at, directory) != tree.InScope {
			return true
		}
	}
	return false
}

// drawRuledWorld draws two trees that were in step until files of rules changed, and files came that they
// speak of.
func drawRuledWorld(t *rapid.T) *world {
	w := &world{options: defaults(), trees: plan.Sides[*memoryTree]{newTree(tree.POSIX), newTree(tree.POSIX)},
		base: memoryBaseline{}}
	drawIgnored(t, "common", w.trees[plan.Local])
	drawRules(t, &world{trees: plan.Sides[*memoryTree]{w.trees[plan.Local], w.trees[plan.Local]}})
	w.trees[plan.Remote] = w.trees[plan.Local].clone()
	w.base = remembered(t, w)
	changeRules(t, w)
	return w
}

func changeRules(t *rapid.T, w *world) {
	forgetful(t, w)
	for _, side := range plan.BothSides {
		drawIgnored(t, side.String(), w.trees[side])
	}
	drawRules(t, w)
}

// mildly makes a plan and fails if it deletes anything but files of rules, which alone were deleted.
func mildly(t *rapid.T, w *world) *plan.Plan {
	p := made(t, w)
	for _, op := range p.Operations {
		if op.Action == plan.Delete && op.Path.Base() != ".treatyignore" {
			t.Fatalf("%s\nnothing in scope was deleted, and the plan is\n%v", w, lines(p))
		}
	}
	return p
}

// Whatever changes in files of rules, nothing is deleted for it; each changed on one side, one apply is enough;
// and a survey finds the trees as the plan has them.
func TestOneApplyIsEnoughForChangedRulesAndDeletesNothing(t *testing.T) {
	effort.Check(t, 100, 500, func(t *rapid.T) {
		w := drawRuledWorld(t)
		p := mildly(t, w)
		seen, err := plan.Survey(context.Background(), w.input(), func(*plan.Name) error { return nil })
		if want := (plan.Sides[tree.Hash]{p.Local.Digest, p.Remote.Digest}); err != nil || seen.Digests != want {
			t.Fatalf("%s\nlooks otherwise to a survey than to the plan\n%v\n%v", w, lines(p), err)
		}
		resolve(t, p)
		conflicts := len(p.Conflicts)
		if rapid.Bool().Draw(t, "rules left out") {
			conflicts = 1
			p.Operations = slices.DeleteFunc(p.Operations, func(op plan.Operation) bool {
				return op.Path.Base() == ".treatyignore"
			})
		}
		e, err := execute(p, w.trees)
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, w, lines(p))
		}
		nothingLost(t, w, p, e)
		after := &world{trees: e.trees, options: w.options, base: w.base}
		after.base = remembered(t, after)
		next := mildly(t, after)
		if conflicts == 0 && e.skipped == 0 && !next.Empty() {
			t.Fatalf("%s\ngives\n%v\nand after that\n%s\nstill\n%v", w, lines(p), after, lines(next))
		}
		changeRules(t, after)
		mildly(t, after)
	})
}
