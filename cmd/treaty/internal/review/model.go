package review

import (
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
)

// Model is a review as it stands. It is a value: what makes another one of it leaves it as it is.
type Model struct {
	look Look
	size size
	// draft is the plan with what was decided here, whole the tree of all of it.
	draft draft
	whole outline
	// place is what is looked at: whole, or what of it matches filter. Where there is one, unfiltered is to go back to.
	place      place
	filter     string
	unfiltered place
	// ask is what keys mean at the moment, and said what the line for messages says.
	ask  asking
	said line
	// scroll is how far the element in focus is scrolled, and single is set while it has the whole screen.
	scroll offset
	single bool
	wants  Wish
}

// offset is how far something is scrolled: by lines, and within the lines of a diff by columns.
type offset struct{ lines, columns int }

// size is that of the screen, in columns and lines.
type size struct{ width, height int }

// Wish is what a model wants from whoever shows it.
type Wish uint8

const (
	// Nothing but the next key.
	Nothing Wish = iota
	// Write the plan, and tell it by Written; WriteAndLeave, WriteAndApprove where that went well.
	Write
	WriteAndLeave
	WriteAndApprove
	// Leave, with nothing left to be written, or what is left given up.
	Leave
	// Approve the plan as it is in its file.
	Approve
	// Stop at once, as after an interrupt.
	Stop
	// Edit the merge of the conflict in focus, and tell it by Merged or NotMerged.
	Edit
	// Compare both versions of the conflict in focus in a program of the person's, and tell it by Compared.
	Compare
)

// New is the review of a plan, which it never changes. Where it is not nil, look.There tells which directories were on
// a side when the plan was made.
func New(p *plan.Plan, look Look) Model {
	m := Model{look: look, size: size{80, 24}, draft: newDraft(p, look.Options), whole: outlineOf(p)}
	m.place = placeIn(m.whole, func(n *node) bool {
		return n.what == wholePlan || n.tally.conflicts > 0 || n.what == aSection && len(m.whole) <= fewNodes
	})
	m.draft = m.draft.counted(m.whole)
	if at, found := m.place.find(true, m.waits); found {
		m.place = m.place.to(at)
	}
	return m
}

// fewNodes is up to how large a plan has its sections open from the start.
const fewNodes = 200

// Plan is the plan with what was decided.
func (m Model) Plan() *plan.Plan { return m.draft.plan }

// Wants is what the model waits for.
func (m Model) Wants() Wish { return m.wants }

// Resize is the model on a screen of another size.
func (m Model) Resize(width, height int) Model {
	m.size = size{width, height}
	return m.inSight()
}

// Written is the model after the plan was written, or, with an error, was not. It wants to leave, or to approve the
// plan, where it did so once that was written.
func (m Model) Written(err error) Model {
	wanted := m.wants
	m.wants = Nothing
	if err != nil {
		m.said = said(removed, "not written: "+render.Escape(err.Error()))
		return m
	}
	m.draft = m.draft.written()
	m.said = said(added, "written")
	switch {
	case wanted == WriteAndLeave:
		m.wants = Leave
	case wanted == WriteAndApprove:
		m.wants = Approve
	case m.draft.plan.Unresolved() == 0 && !m.draft.plan.Empty():
		m.said = said(added, "written; a goes on to approve it, q leaves")
	}
	return m
}

// Unwritten tells whether something was decided that is not in the file.
func (m Model) Unwritten() bool { return m.draft.unwritten() }

// waits tells whether a node of what is looked at is a conflict without a resolution.
func (m *Model) waits(at int) bool { return m.draft.waits(&m.place.outline[at]) }

// inSight is the model with the cursor on the screen.
func (m Model) inSight() Model {
	m.place = m.place.seen(m.size.list().height)
	return m
}

// saying is the model with a message.
func (m Model) saying(t tone, text string) Model {
	m.said = said(t, text)
	return m
}
