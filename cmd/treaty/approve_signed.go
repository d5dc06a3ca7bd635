package main

import (
	"errors"

	"treaty/apply/paper"
	"treaty/apply/refusal"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
)

// tellSigned says, of each tree whose config asks for signed approvals, how many of them a plan has now, and warns
// where the signature that was just made, the last one, counts for nothing there.
func tellSigned(a *app, p *plan.Plan, approval *paper.Approval, text []byte) error {
	last := &approval.Approvals[len(approval.Approvals)-1]
	if last.Signature == nil {
		return nil
	}
	for _, side := range plan.BothSides {
		root := p.Snapshot(side).Root
		policy, err := policyAt(root)
		if err != nil {
			return err
		}
		if policy.Required == 0 {
			continue
		}
		if _, err := policy.Signer(*last.Signature, text, a.Now()); err != nil {
			warn(a, nil, "by the allowed_signers of %s this signature counts for nothing: %v", root, err)
		}
		n := policy.Required
		var short *refusal.Refusal
		if err := policy.Satisfied(approval, text, a.Now()); errors.As(err, &short) {
			n = short.Signed
		} else if err != nil {
			return err
		}
		a.Say("%d of %s, as %s asks for", n, render.Count(policy.Required, "signed approval"), root)
	}
	return nil
}
