package apply

import (
	"fmt"

	"treaty/apply/paper"
	"treaty/apply/store"
	"treaty/plan"
)

// papers are what is applied: a plan and its approval, each as it was read and with its exact text.
type papers struct {
	plan *plan.Plan
	// text is nil where it need not be held, since it lies beside the journal.
	text []byte
	ref  PlanRef
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

// keep keeps exact copies beside the journal, so that an interrupted run can be settled without the files. The plan's
// text is held no longer.
func (p *papers) keep(local *store.Store) error {
	for what, text := range map[store.Beside][]byte{store.ItsPlan: p.text, store.ItsApproval: p.approvalText} {
		if text == nil {
			continue
		}
		if err := local.Keep(p.plan.ID, what, text); err != nil {
			return err
		}
	}
	p.text = nil
	return nil
}
