package review

import (
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
)

// edit wants the merge of the conflict in focus to be edited, or says why that cannot be.
func edit(m Model) Model {
	n := m.place.focus()
	if n.what != aConflict {
		return m.saying(warned, "there is no conflict here whose merge could be edited")
	}
	c := InFocus(m)
	if c.Merge != nil {
		m.wants = Edit
		return m
	}
	why := "there is no merge of it"
	if none := plan.UnmergedIn(m.draft.plan).Why(c); none != "" {
		why += ": " + none
	}
	return m.saying(warned, why)
}

// InFocus is the conflict in focus, while what is wanted is about that.
func InFocus(m Model) *plan.Conflict { return &m.draft.plan.Conflicts[m.place.focus().at] }

// Merged is the model with the conflict in focus settled by a text that a person made of its merge. Errors are those of
// plan.MergeAs.
func Merged(m Model, text []byte) (Model, error) {
	at, id := m.place.focus().at, InFocus(m).ID
	if err := plan.MergeAs(m.draft.copied(true, false), id, text); err != nil {
		return m, err
	}
	waited := m.waits(m.place.cursor)
	m.wants = Nothing
	m = m.decided(m.draft.decide(conflictName(m.draft, []int{at})+": "+string(plan.TakeMerged)+", as edited",
		[]int{at}, nil, func(p *plan.Plan) error { return plan.MergeAs(p, id, text) }))
	return onward(m, waited).inSight(), nil
}

// NotMerged is the model after no text was made, and why.
func NotMerged(m Model, why string) Model {
	m.wants = Nothing
	return m.saying(removed, render.Escape(why))
}
