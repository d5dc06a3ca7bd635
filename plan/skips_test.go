package plan_test

import (
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// memoryContents looks things up in trees in memory.
type memoryContents struct{ trees plan.Sides[*memoryTree] }

func (c memoryContents) List(side plan.Side, dir tree.Path) ([]tree.Entry, error) {
	m := c.trees[side]
	var list []tree.Entry
	for _, path := range m.paths() {
		e := m.entry(path)
		if path.Parent() == dir && (memoryScope{m.scope(dir)}).Judge(path, e.Type == tree.Directory) == tree.InScope {
			list = append(list, e)
		}
	}
	return list, nil
}

func (c memoryContents) Head(side plan.Side, file tree.Path) ([]byte, error) {
	return []byte(c.trees[side].nodes[file].content), nil
}

func (c memoryContents) Same(at plan.Sides[tree.Path]) (bool, error) {
	return c.trees[plan.Local].nodes[at[plan.Local]].content == c.trees[plan.Remote].nodes[at[plan.Remote]].content, nil
}

func (c memoryContents) Spelled(side plan.Side, path tree.Path, of plan.Side) tree.Path {
	return spellingsOf(c.trees).on(side, path, of)
}

// review draws what a person may do to a plan: operations left out or taken out, and conflicts resolved.
func review(t *rapid.T, p *plan.Plan) {
	kept := p.Operations[:0]
	for _, op := range p.Operations {
		switch rapid.IntRange(0, 5).Draw(t, "decision") {
		case 0:
			op.Decision = plan.Skip
		case 1:
			continue
		}
		kept = append(kept, op)
	}
	p.Operations = kept
	resolve(t, p)
}

// What is shown as left out is what is left out, in the same words, and nothing else is.
func TestWhatIsShownAsSkippedIsSkipped(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		w := drawWorld(t, false)
		p := made(t, w)
		review(t, p)
		shown := p.Skips(nil)
		steps, err := p.Steps(memoryContents{w.trees}, plan.Sides[time.Duration]{})
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, w, lines(p))
		}
		for _, step := range steps {
			if step.Conflict == 0 && step.Skipped != shown[step.ID] {
				t.Fatalf("#%d %s on %s of %s is shown with %q, and carried out with %q:\n%s\n%s",
					step.ID, step.Action, step.Side, step.Path, shown[step.ID], step.Skipped, w, lines(p))
			}
		}
		for unit, decided := range decidedOf(p, shown) {
			if len(decided) > 1 {
				t.Fatalf("some of %s is left out, and not all:\n%s\n%s", unit, w, lines(p))
			}
		}
	})
}

// decidedOf tells, of what is taken whole, whether some is carried out and whether some is left out.
func decidedOf(p *plan.Plan, skipped map[int]plan.Why) map[tree.Path]map[bool]bool {
	units := map[tree.Path]map[bool]bool{}
	for i := range p.Operations {
		op := &p.Operations[i]
		if op.Unit() == nil {
			continue
		}
		if units[op.Unit().Path] == nil {
			units[op.Unit().Path] = map[bool]bool{}
		}
		units[op.Unit().Path][skipped[op.ID] != ""] = true
	}
	return units
}

func TestWhatIsHeldUpIsFoundAlsoWhereNobodyLeftAnythingOut(t *testing.T) {
	dir, file := &tree.State{Type: tree.Directory}, &tree.State{Type: tree.File}
	made := plan.Operation{ID: 1, Action: plan.Create, Path: "d", After: dir}
	gone := plan.Operation{ID: 1, Action: plan.Delete, Path: "d", Before: dir}
	inside := plan.Operation{ID: 2, Action: plan.Create, Path: "d/f", After: file}
	left := made
	left.Decision = plan.Skip
	for what, c := range map[string]struct {
		operations []plan.Operation
		want       map[int]plan.Why
	}{
		"a file in a new directory":     {[]plan.Operation{made, inside}, map[int]plan.Why{}},
		"a file in no directory":        {[]plan.Operation{inside}, map[int]plan.Why{2: plan.NotThere}},
		"a file in one that is removed": {[]plan.Operation{gone, inside}, map[int]plan.Why{1: plan.NotEmpty}},
		"a file in one that is left out": {[]plan.Operation{left, inside},
			map[int]plan.Why{1: plan.SaysSo, 2: plan.NotCreated}},
	} {
		p := &plan.Plan{Operations: c.operations}
		there := func(_ plan.Side, dir tree.Path) bool {
			return dir == tree.Root || c.operations[0].Action == plan.Delete
		}
		if got := p.Skips(there); !maps.Equal(got, c.want) {
			t.Errorf("%s: %v, not %v", what, got, c.want)
		}
	}
}
