package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"treaty/apply"
	"treaty/apply/paper"
	"treaty/apply/policy"
	"treaty/apply/reach"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/home"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/terminal"
	"treaty/plan"
)

type approveCommand struct {
	planArgument
	Yes  bool   `short:"y" help:"Don't ask."`
	By   string `placeholder:"NAME" help:"Who approves; the current user if not given."`
	Note string `text:"" placeholder:"TEXT" help:"What to remember about it."`
	Sign string `placeholder:"KEY" help:"Sign with this SSH key, or, for a public key, with ssh-agent's."`
}

// Run asks, and writes the approval beside the plan.
func (c *approveCommand) Run(a *app) error {
	f, err := a.find(c.Path)
	if err != nil {
		return err
	}
	if err := f.unapplied(); err != nil {
		return err
	}
	if err := approvable(f.plan); err != nil {
		return err
	}
	if c.Sign != "" {
		err = keyAt(home.Expand(c.Sign))
	} else {
		err = unsigned(f.plan)
	}
	if err != nil {
		return err
	}
	if !c.Yes && !terminal.Is(a.Stdin) {
		return usage(about("approve", "--yes"), "nobody can be asked: standard input is no terminal")
	}
	if err := a.summary(f.plan); err != nil {
		return err
	}
	if err := tellUndone(a, f.plan); err != nil {
		return err
	}
	if !c.Yes {
		if err := a.Ask("Approve this plan?", "not approved, and nothing was changed"); err != nil {
			return err
		}
	}
	return a.approve(f, apply.Signoff{By: c.By, Note: c.Note}, c.signer(a))
}

// signer signs with the key that was given, nil where none was.
func (c *approveCommand) signer(a *app) func([]byte) (string, error) {
	if c.Sign == "" {
		return nil
	}
	return func(text []byte) (string, error) { return policy.Sign(home.Expand(c.Sign), a.Passphrase, text) }
}

// keyAt refuses to begin with a key that is not there.
func keyAt(path string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return &complaint{is: err, why: "there is no key " + render.Name(path),
			hint: then("name one that is, or make it with ssh-keygen", again)}
	}
	return nil
}

// approvable refuses plans that nobody can approve as they are.
func approvable(p *plan.Plan) error {
	if n := p.Unresolved(); n > 0 {
		return &apply.Refusal{Cause: refusal.CauseConflicts,
			Why: fmt.Sprintf("%d of %s not resolved", n, render.Count(len(p.Conflicts), "conflict"))}
	}
	if mass := p.TooMuch(); mass != nil {
		return &apply.Refusal{Cause: refusal.CauseTooMuch, Why: mass.Why, Side: mass.Side}
	}
	return nil
}

// unsigned refuses to let a plan be approved by a mere word where the config of one of its trees asks for
// signatures. A tree that is not there is apply's to ask.
func unsigned(p *plan.Plan) error {
	for _, side := range plan.BothSides {
		policy, err := policyAt(p.Snapshot(side).Root)
		if err != nil {
			return err
		}
		if policy.Required > 0 {
			return &apply.Refusal{Cause: refusal.CauseSignatures,
				Why: fmt.Sprintf("the config of %s asks for %s, so an unsigned one is worth nothing",
					p.Snapshot(side).Root, render.Count(policy.Required, "signed approval"))}
		}
	}
	return nil
}

// policyAt is what the tree at root demands of approvals; nothing where there is none.
func policyAt(root string) (apply.Policy, error) {
	folder, err := reach.Store(root)
	if err != nil {
		return apply.Policy{}, noRoom(err)
	}
	defer folder.Close()
	c, err := policy.ReadConfig(folder, configured)
	return c.Policy, err
}

// noRoom is an error of opening a tree if that is there, and something else has the name of treaty's own folder; nil
// for one that is not there.
func noRoom(err error) error {
	var folder *store.NoFolder
	if errors.As(err, &folder) {
		return err
	}
	return nil
}

// approve adds a signoff to the approval of the plan in f.
func (a *app) approve(f *planFile, signoff apply.Signoff, sign func([]byte) (string, error)) error {
	var signed []byte
	if sign != nil {
		var err error
		if signed, err = f.file.Text(); err != nil {
			return err
		}
		signature, err := sign(signed)
		if err != nil {
			return err
		}
		signoff.Signature = &signature
	}
	tellMarkers(a, f.plan)
	_, current, err := f.approval()
	if err != nil {
		return err
	}
	me := author()
	if signoff.By == "" {
		signoff.By = me.User
	}
	signoff.Host, signoff.At = me.Host, a.Now().UTC()
	approval := paper.Approve(current, f.file.Ref(), signoff)
	text, err := approval.Text()
	if err != nil {
		return err
	}
	path := paper.ApprovalPath(f.path)
	if err := writeFile(path, store.Exactly(text)); err != nil {
		return err
	}
	a.Say("Approved: %s", render.Name(a.call.reached(path)))
	return tellSigned(a, f.plan, approval, signed)
}
