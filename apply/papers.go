package apply

import (
	"fmt"
	"io"

	"treaty/apply/paper"
	"treaty/apply/store"
	"treaty/plan"
)

// papers are what is applied: a plan and its approval, each as it was read and with its exact text.
type papers struct {
	plan *plan.Plan
	// text is nil where it need not be held, since it can be read again, or lies beside the journal.
	text []byte
	// again opens the plan's file, nil where that cannot be done. kept tells that its text lies beside the journal.
	again func() (io.ReadCloser, error)
	kept  bool
	ref   PlanRef
	// approval is nil where there is none.
	approval     *Approval
	approvalText []byte
}

// readPapers reads a plan and an approval of it, which is nil where there is none. Errors wrap ErrInvalid.
func readPapers(text, approval []byte) (papers, error) {
	p, err := plan.Read(text)
	if err != nil {
		return papers{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	all := papers{plan: p, text: text, ref: paper.RefTo(p, text), approvalText: approval}
	if approval == nil {
		return all, nil
	}
	if all.approval, err = paper.ReadApproval(approval); err != nil {
		return papers{}, fmt.Errorf("%w approval: %w", ErrInvalid, err)
	}
	return all, nil
}

// let lets go of the text, if it can be read again.
func (p *papers) let() {
	if p.again != nil {
		p.text = nil
	}
}

// content is the text of the plan, wherever it is.
func (p *papers) content(local *store.Store) store.Content {
	switch {
	case p.text != nil:
		return store.Exactly(p.text)
	case p.kept:
		return store.Same(func() (io.ReadCloser, error) { return local.OpenKept(p.plan.ID, store.ItsPlan) }, p.ref.SHA256)
	}
	return store.Same(p.again, p.ref.SHA256)
}

// keep keeps exact copies beside the journal, so that an interrupted run can be settled without the files. The plan's
// text is held no longer.
func (p *papers) keep(local *store.Store) error {
	if err := local.Keep(p.plan.ID, store.ItsPlan, p.content(local)); err != nil {
		return err
	}
	if p.approvalText != nil {
		if err := local.Keep(p.plan.ID, store.ItsApproval, store.Exactly(p.approvalText)); err != nil {
			return err
		}
	}
	p.text, p.kept = nil, true
	return nil
}
