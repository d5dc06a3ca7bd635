package papers

import (
	"fmt"
	"io"

	"treaty/apply/paper"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/plan"
)

// Papers are what is applied: a plan and its approval, each as it was read and with its exact text.
type Papers struct {
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
func Read(file *paper.PlanFile, text, approval []byte) (all Papers, err error) {
	if file != nil {
		all = Papers{Plan: file.Plan(), File: file, Ref: file.Ref()}
	} else {
		p, err := plan.Read(text)
		if err != nil {
			return Papers{}, fmt.Errorf("%w: %w", refusal.ErrInvalid, err)
		}
		all = Papers{Plan: p, Text: text, Ref: paper.RefTo(p, text)}
	}
	if all.ApprovalText = approval; approval == nil {
		return all, nil
	}
	if all.Approval, err = paper.ReadApproval(approval); err != nil {
		return Papers{}, fmt.Errorf("%w approval: %w", refusal.ErrInvalid, err)
	}
	return all, nil
}

// Whole is the text of the plan, as long as nothing was kept.
func (p *Papers) Whole() ([]byte, error) {
	if p.File != nil {
		return p.File.Text()
	}
	return p.Text, nil
}

// Content is the text of the plan, wherever it is.
func (p *Papers) Content(local *store.Store) store.Content {
	switch {
	case p.Text != nil:
		return store.Exactly(p.Text)
	case p.kept:
		return store.Same(func() (io.ReadCloser, error) { return local.OpenKept(p.Plan.ID, store.ItsPlan) }, p.Ref.SHA256)
	}
	return store.Same(p.File.Open, p.Ref.SHA256)
}

// Keep keeps exact copies beside the journal, so that an interrupted run can be settled without the files. The plan's
// text is held no longer.
func (p *Papers) Keep(local *store.Store) error {
	if err := local.Keep(p.Plan.ID, store.ItsPlan, p.Content(local)); err != nil {
		return err
	}
	if p.ApprovalText != nil {
		if err := local.Keep(p.Plan.ID, store.ItsApproval, store.Exactly(p.ApprovalText)); err != nil {
			return err
		}
	}
	p.Text, p.kept = nil, true
	return nil
}
