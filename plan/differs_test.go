package plan

import (
	"maps"
	"slices"
	"testing"

	"treaty/plan/tree"
)

// twoPlans are two plans alike, of which one is to be changed. Ids of the second are others.
func twoPlans() (earlier, later *Plan) {
	make := func(first int) *Plan {
		state := func(size int64) *tree.State { return &tree.State{Type: tree.File, Size: size} }
		side, path := Local, tree.Path("p")
		return &Plan{
			Operations: []Operation{
				{ID: first, Side: Remote, Action: Create, Path: "d", After: &tree.State{Type: tree.Directory}, Decision: Apply},
				{ID: first + 1, Side: Remote, Action: Create, Path: "d/a", After: state(1), Decision: Apply},
				{ID: first + 2, Side: Remote, Action: Create, Path: "d/b", After: state(2), Decision: Apply}},
			Conflicts: []Conflict{{ID: first + 3, Kind: BothCreated, Path: "c", Local: state(3), Remote: state(4)}},
			Problems: []Problem{{Severity: Blocked, Code: NameNotAllowed, Side: &side, Path: &path},
				{Severity: Warning, Code: MetadataLost}},
		}
	}
	return make(1), make(11)
}

func noted(r *Rare) { r.Note = "why" }

func TestWhatDiffersFromAnEarlierPlanIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		change      func(later *Plan)
		ids, places []int
	}{
		"nothing":                     {func(*Plan) {}, nil, nil},
		"another size":                {func(p *Plan) { p.Operations[1].After.Size = 9 }, []int{12}, nil},
		"another reason":              {func(p *Plan) { p.Operations[2].Reason = Undo }, []int{13}, nil},
		"a note":                      {func(p *Plan) { p.Operations[2].Amend(noted) }, []int{13}, nil},
		"skipped, with what is below": {func(p *Plan) { p.Operations[0].Decision = Skip }, []int{11, 12, 13}, nil},
		"one more, alike": {func(p *Plan) {
			p.Conflicts = append(p.Conflicts, p.Conflicts[0])
			p.Conflicts[1].ID = 15
		}, []int{15}, nil},
		"one less":        {func(p *Plan) { p.Operations = p.Operations[:2] }, nil, nil},
		"a resolution":    {func(p *Plan) { p.Conflicts[0].Resolution = TakeLocal }, []int{14}, nil},
		"another problem": {func(p *Plan) { p.Problems[1].Message = "other" }, nil, []int{1}},
	} {
		earlier, later := twoPlans()
		c.change(later)
		news := Differing(later, earlier)
		if ids := slices.Sorted(maps.Keys(news.IDs)); !slices.Equal(ids, c.ids) {
			t.Errorf("%s: %v are news, not %v", name, ids, c.ids)
		}
		if places := slices.Sorted(maps.Keys(news.Problems)); !slices.Equal(places, c.places) {
			t.Errorf("%s: problems %v are news, not %v", name, places, c.places)
		}
		if news.Size() != len(c.ids)+len(c.places) {
			t.Errorf("%s: %d news", name, news.Size())
		}
	}
}
