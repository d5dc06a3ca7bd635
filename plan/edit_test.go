package plan_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"treaty/plan"
	"treaty/plan/tree"
	"treaty/schema"
)

// edited is a plan with two operations, a conflict that allows all but take-newer, and one that allows all.
func edited() *plan.Plan {
	file := func(second int64) *tree.State {
		return &tree.State{Type: tree.File, Size: 1, Mtime: epoch.Add(time.Duration(second) * 1e9)}
	}
	all := plan.Choices{}
	for _, r := range plan.Resolutions {
		all[r] = "what it does"
	}
	return &plan.Plan{
		Operations: []plan.Operation{
			{ID: 1, Action: plan.Create, Path: "a", After: file(1), Decision: plan.Apply},
			{ID: 2, Action: plan.Delete, Path: "b", Before: file(1), Decision: plan.Apply},
		},
		Conflicts: []plan.Conflict{
			{ID: 3, Path: "same", Local: file(1), Remote: file(1), Choices: all},
			{ID: 4, Path: "other", Local: file(1), Remote: file(2), Choices: all},
		},
	}
}

func TestResolvingLeavesWhatDoesNotAllowIt(t *testing.T) {
	p := edited()
	refused, err := p.Resolve(plan.TakeNewer, 3, 4)
	if err != nil || len(refused) != 1 || refused[0].ID != 3 || p.Conflicts[0].Resolution != plan.Unresolved ||
		p.Conflicts[1].Resolution != plan.TakeNewer {
		t.Errorf("%v, %v, %+v", refused, err, p.Conflicts)
	}
	if p.Summary.Conflicts != (plan.ConflictCount{Total: 2, Unresolved: 1}) {
		t.Errorf("the summary says %+v", p.Summary.Conflicts)
	}
	if refused, err = p.Resolve(plan.Unresolved, 4); err != nil || refused != nil || p.Unresolved() != 2 {
		t.Errorf("opened again: %v, %v, %d", refused, err, p.Unresolved())
	}
}

func TestEditingWhatIsNotThereChangesNothing(t *testing.T) {
	for name, edit := range map[string]func(*plan.Plan) error{
		"resolve": func(p *plan.Plan) error { _, err := p.Resolve(plan.TakeLocal, 4, 1); return err },
		"decide":  func(p *plan.Plan) error { return p.Decide(plan.Skip, 1, 3) },
		"note":    func(p *plan.Plan) error { return p.Note(5, "why") },
	} {
		p := edited()
		if err := edit(p); !errors.Is(err, plan.ErrNoSuch) || !reflect.DeepEqual(p, edited()) {
			t.Errorf("%s: %v, %+v", name, err, p)
		}
	}
}

func TestDecisionsAndNotesAreSetById(t *testing.T) {
	p := edited()
	if err := p.Decide(plan.Skip, 2); err != nil || p.Operations[0].Decision != plan.Apply ||
		p.Operations[1].Decision != plan.Skip {
		t.Errorf("%v, %+v", err, p.Operations)
	}
	if err := errors.Join(p.Note(2, "mine"), p.Note(3, "yours")); err != nil || p.Operations[1].Note() != "mine" ||
		p.Conflicts[0].Note != "yours" {
		t.Errorf("%v, %+v", err, p)
	}
}

// The order of the resolutions is the schema's, in choices too.
func TestResolutionsAreThoseOfTheSchema(t *testing.T) {
	text := schema.Text(schema.Plan)
	quoted := make([]string, 0, len(plan.Resolutions))
	for _, r := range plan.Resolutions {
		quoted = append(quoted, fmt.Sprintf("%q", r))
	}
	if want := strings.Join(quoted, ",") +
		",null"; !strings.Contains(strings.Join(strings.Fields(string(text)), ""), `"enum":[`+want+"]") {
		t.Errorf("the schema has no enum of %s", want)
	}
	choices, err := json.Marshal(edited().Conflicts[0].Choices)
	if want := strings.Join(quoted, `:"whatitdoes",`); err != nil ||
		strings.Join(strings.Fields(string(choices)), "") != "{"+want+`:"whatitdoes"}` {
		t.Errorf("%s, %v", choices, err)
	}
	for _, r := range plan.Resolutions {
		for _, name := range []string{string(r), r.Short()} {
			if parsed, ok := plan.ParseResolution(name); parsed != r || !ok {
				t.Errorf("%q is parsed as %q, %v", name, parsed, ok)
			}
		}
	}
	if parsed, ok := plan.ParseResolution(""); ok || parsed != plan.Unresolved {
		t.Errorf("nothing is parsed as %q", parsed)
	}
}

// Whatever of a directory that is taken whole is taken in again, all of it is.
func TestADirectoryIsTakenInAgainWhole(t *testing.T) {
	unit := &plan.Unit{Path: "u", Operations: 2}
	p := edited()
	for i, path := range []tree.Path{"u/a", "u/b"} {
		p.Operations = append(p.Operations, plan.Operation{ID: 10 + i, Action: plan.Create, Path: path,
			After: &tree.State{Type: tree.File}, Decision: plan.Apply, Rare: &plan.Rare{Rarer: &plan.Rarer{Unit: unit}}})
	}
	decisions := func() (list []plan.Decision) {
		for i := range p.Operations {
			list = append(list, p.Operations[i].Decision)
		}
		return list
	}
	for _, step := range []struct {
		decision plan.Decision
		id       int
		want     []plan.Decision
	}{
		{plan.Skip, 2, []plan.Decision{plan.Apply, plan.Skip, plan.Apply, plan.Apply}},
		{plan.Skip, 10, []plan.Decision{plan.Apply, plan.Skip, plan.Skip, plan.Apply}},
		{plan.Apply, 11, []plan.Decision{plan.Apply, plan.Skip, plan.Apply, plan.Apply}},
	} {
		if err := p.Decide(step.decision, step.id); err != nil || !reflect.DeepEqual(decisions(), step.want) {
			t.Errorf("%s %d: %v, %v, want %v", step.decision, step.id, err, decisions(), step.want)
		}
	}
}
