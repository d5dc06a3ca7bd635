package mandate

import (
	"fmt"
	"io"

	"treaty/apply/paper"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/plan"
)

// Mandate is what is to be applied: a plan and its approval, each as it was read and with its exact text.
type Mandate struct {
	Plan *plan.Plan
	// Text is nil where it need not be held, since it can be read again, or lies beside the journal.
	Text []byte
	// File is the plan's file, nil where there is only its text. kept tells that its text lies beside the journal.
	File *paper.PlanFile
	kept bool
	Ref  paper.PlanRef
	// Approval is nil where there is none.
	Approval     *paper.Approval
	ApprovalText []byte
}

// Read reads a plan, unless it was read from its file already, and an approval of it, which is nil where there is none.
// Errors wrap ErrInvalid.
func Read(file *paper.PlanFile, text, approval []byte) (m Mandate, err error) {
	if file != nil {
		m = Mandate{Plan: file.Plan(), File: file, Ref: file.Ref()}
	} else {
		p, err := plan.Read(text)
		if err != nil {
			return Mandate{}, fmt.Errorf("%w: %w", refusal.ErrInvalid, err)
		}
		m = Mandate{Plan: p, Text: text, Ref: paper.RefTo(p, text)}
	}
	if m.ApprovalText = approval; approval == nil {
		return m, nil
	}
	if m.Approval, err = paper.ReadApproval(approval); err != nil {
		return Mandate{}, fmt.Errorf("%w approval: %w", refusal.ErrInvalid, err)
	}
	return m, nil
}

// Whole is the text of the plan, as long as nothing was kept.
func (m *Mandate) Whole() ([]byte, error) {
	if m.File != nil {
		return m.File.Text()
	}
	return m.Text, nil
}

// Content is the text of the plan, wherever it is.
func (m *Mandate) Content(local *store.Store) store.Content {
	switch {
	case m.Text != nil:
		return store.Exactly(m.Text)
	case m.kept:
		return store.Same(func() (io.ReadCloser, error) { return local.OpenKept(m.Plan.ID, store.ItsPlan) }, m.Ref.SHA256)
	}
	return store.Same(m.File.Open, m.Ref.SHA256)
}

// Keep keeps exact copies beside the journal, so that an interrupted run can be settled without the files. The plan's
// text is held no longer.
func (m *Mandate) Keep(local *store.Store) error {
	if err := local.Keep(m.Plan.ID, store.ItsPlan, m.Content(local)); err != nil {
		return err
	}
	if m.ApprovalText != nil {
		if err := local.Keep(m.Plan.ID, store.ItsApproval, store.Exactly(m.ApprovalText)); err != nil {
			return err
		}
	}
	m.Text, m.kept = nil, true
	return nil
}
