package plan_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/internal/ignore"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// drawPart draws patterns of a part.
func drawPart(t *rapid.T) []string {
	patterns := rapid.SampledFrom([]string{"/a", "b", "d/", "*.sh", "/d", "a/b", "A", "\u00e9"})
	return rapid.SliceOfN(patterns, 1, 3).Draw(t, "only")
}

// isOf tells whether a path is of a part in the spelling of either side, in whatever of its types.
func isOf(part ignore.Part, w *world, path tree.Path) bool {
	all := append([]tree.Path{path}, nfc(path))
	for _, side := range plan.BothSides {
		for _, known := range w.trees[side].paths() {
			if key(known) == key(path) {
				all = append(all, known)
			}
		}
	}
	for _, spelled := range all {
		if part.Has(string(spelled), true) || part.Has(string(spelled), false) {
			return true
		}
	}
	return false
}

// A plan of a part changes nothing else, but for the directories that it needs above it, and says that it is of a part.
func TestAPlanOfAPartChangesNothingElse(t *testing.T) {
	changed := 0
	effort.Check(t, 30, 200, func(t *rapid.T) {
		w := drawWorld(t, true)
		w.options.Only = drawPart(t)
		part := ignore.PartOf(w.options.Only)
		p := made(t, w)
		changed += len(p.Operations)
		for _, op := range p.Operations {
			if isOf(part, w, op.Path) && (op.From() == "" || isOf(part, w, op.From())) {
				continue
			}
			if op.Action != plan.Create || op.After.Type != tree.Directory || !hasBelow(p, op.Path) {
				t.Fatalf("%s\nonly %q gives\n%s", w, w.options.Only, lines(p))
			}
		}
		for _, c := range p.Conflicts {
			if !isOf(part, w, c.Path) {
				t.Fatalf("%s\nonly %q gives\n%s", w, w.options.Only, lines(p))
			}
		}
		if !strings.Contains(text(t, p), `"only": [`) {
			t.Fatal("it does not say that it is of a part")
		}
	})
	if changed == 0 {
		t.Error("no plan of a part ever did anything")
	}
}

// hasBelow tells whether a plan puts something below a directory.
func hasBelow(p *plan.Plan, dir tree.Path) bool {
	for _, op := range p.Operations {
		if op.After != nil && op.Path != dir && op.Path.Within(dir) {
			return true
		}
	}
	for _, c := range p.Conflicts {
		if c.Path.Within(dir) {
			return true
		}
	}
	return false
}

// Of a part nothing is left to do once its plan is carried out, and nothing is lost.
func TestCarriedOutAPlanOfAPartLeavesNothingOfIt(t *testing.T) {
	effort.Check(t, 30, 200, func(t *rapid.T) {
		w := drawWorld(t, false)
		w.options.Only = drawPart(t)
		p := made(t, w)
		after, next, whole := carriedOut(t, w, p)
		if !whole {
			return
		}
		// A rename of both sides, one in the part, is settled whole or not at all.
		if !next.Empty() {
			t.Fatalf("%s\nonly %q gives\n%v\nand after that\n%s\nstill\n%v", w, w.options.Only, lines(p), after, lines(next))
		}
	})
}

// The plans of all parts, one after another, come to what the plan of the whole does.
func TestAllPartsAreTheWhole(t *testing.T) {
	compared := 0
	effort.Check(t, 60, 400, func(t *rapid.T) {
		w := drawWorld(t, false)
		whole := made(t, w)
		if w.base == nil || blocked(whole) || len(whole.Conflicts) > 0 || whole.Empty() {
			return
		}
		want, err := execute(whole, w.trees)
		if err != nil || want.skipped > 0 {
			return
		}
		now := &world{trees: w.trees, base: w.base, options: w.options}
		parts := []string{"/a", "/[A-Z]", "/b", "/c.sh", "/d", "/*"}
		for _, part := range rapid.Permutation(parts).Draw(t, "parts") {
			now.options.Only = []string{part}
			p := made(t, now)
			if len(p.Conflicts) > 0 || blocked(p) {
				return // two new files of one content, of which one is left in another part
			}
			e, err := execute(p, now.trees)
			if err != nil {
				t.Fatalf("%v\n%s\n%s", err, now, lines(p))
			}
			now = &world{trees: e.trees, options: now.options, base: agreement(&world{trees: e.trees}, now.base)}
		}
		now.options.Only = nil
		compared++
		if next := made(t, now); !next.Empty() {
			t.Fatalf("%s\nin parts comes to\n%s\nand leaves\n%s", w, now, lines(next))
		}
		for _, side := range plan.BothSides {
			if got, want := contents(now.trees[side]), contents(want.trees[side]); got != want {
				t.Fatalf("%s\nin parts comes on %s to\n%s\nand not to\n%s", w, side, got, want)
			}
		}
	})
	if compared == 0 {
		t.Error("nothing was compared")
	}
}

// contents are what a tree holds, a line a path.
func contents(m *memoryTree) string {
	var out strings.Builder
	for _, path := range m.paths() {
		n := m.nodes[path]
		out.WriteString(string(path) + " " + n.kind.String() + " " + n.content + n.target + "\n")
	}
	return out.String()
}
