package policy

import (
	"errors"
	"fmt"
	"time"

	"treaty/apply/internal/signature"
	"treaty/apply/paper"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Policy is what the config demands of approvals. The zero value demands one, unsigned.
type Policy struct {
	// Required is how many distinct principals must have signed, 0 for none.
	Required int
	// AllowedSigners is the text of an OpenSSH allowed-signers file.
	AllowedSigners []byte
}

// Config is what the config of a tree says about plans.
type Config struct {
	Policy Policy
	// Options are those of a plan of which a person said nothing else, nil where the tree has no config.
	Options *plan.Options
}

// ConfigsOf are what the configs of the trees say that are there. A tree counts whichever side the plan calls it: the
// plan is not to be trusted with that.
func ConfigsOf(stores plan.Sides[*store.Store], ask func(*store.Store) (Config, error)) (plan.Sides[Config], error) {
	var all plan.Sides[Config]
	for _, side := range plan.BothSides {
		if stores[side] == nil || ask == nil {
			continue
		}
		var err error
		if all[side], err = ReadConfig(stores[side], ask); err != nil {
			return all, err
		}
	}
	return all, nil
}

// ReadConfig asks what a tree's config says. What cannot be read wraps ErrNotApproved: it may demand anything. Errors
// wrap scan.ErrVanished where the tree itself is gone.
func ReadConfig(s *store.Store, ask func(*store.Store) (Config, error)) (Config, error) {
	c, err := ask(s)
	if err == nil || errors.Is(err, refusal.ErrInvalid) || errors.Is(err, scan.ErrVanished) {
		return c, err
	}
	return c, refusal.Because(refusal.CausePolicy, "it cannot be told what approvals %s asks for: %v",
		s.Root(), err).At(s.Root())
}

// NeedsApproval tells whether a plan has to be approved, as its two trees and their configs are. Errors wrap
// ErrNotApproved or ErrInvalid where a config cannot be read.
func NeedsApproval(p *plan.Plan, stores plan.Sides[*store.Store],
	ask func(*store.Store) (Config, error)) (bool, error) {
	configs, err := ConfigsOf(stores, ask)
	if err != nil {
		return true, err
	}
	return Wanted(p, stores, configs)
}

// Wanted: a plan with nothing to do needs none if its options are those that the config gives, or this version
// where nothing does. Then it says nothing of the trees that treaty would not say itself; with others it might
// declare what differs to be in step.
func Wanted(p *plan.Plan, stores plan.Sides[*store.Store], configs plan.Sides[Config]) (bool, error) {
	if !p.Empty() {
		return true, nil
	}
	defaults := plan.DefaultOptions()
	given := plan.Sides[*plan.Options]{configs[plan.Local].Options, configs[plan.Remote].Options.Swapped()}
	if given == (plan.Sides[*plan.Options]{}) {
		given[plan.Local] = &defaults
	}
	var recorded plan.Sides[*tree.Profile]
	for _, side := range plan.BothSides {
		if stores[side] == nil {
			continue
		}
		file, err := stores[side].Identity()
		if errors.Is(err, refusal.ErrInvalid) && p.Snapshot(side).ID == nil {
			continue // it was planned as a new tree all the same
		}
		if err != nil {
			return true, err
		}
		if file != nil {
			recorded[side] = file.Declared
		}
	}
	for _, options := range given {
		if options != nil && !p.Options.Gives(options, recorded) {
			return true, nil
		}
	}
	return false, nil
}

// Signer is the principal who signed, by the allowed signers as of now. Its error says why the signature does not hold,
// or that the allowed signers cannot be used.
func (p Policy) Signer(signed string, planText []byte, now time.Time) (string, error) {
	allowed, err := signature.ParseAllowedSigners(p.AllowedSigners)
	if err != nil {
		return "", fmt.Errorf("the allowed signers cannot be used: %w", err)
	}
	signer, err := signature.Identify(signed, planText, allowed, now)
	return signer.Principal, err
}

// Satisfied holds an approval to the policy. Signatures are judged as of now: the time in an approval is
// not signed.
func (p Policy) Satisfied(a *paper.Approval, planText []byte, now time.Time) error {
	if p.Required == 0 {
		return nil
	}
	allowed, err := signature.ParseAllowedSigners(p.AllowedSigners)
	if err != nil {
		return refusal.Because(refusal.CauseSigners, "the allowed signers cannot be used: %v", err)
	}
	var signers []signature.Signer
	var wrong []string
	for i := range a.Approvals {
		signoff := &a.Approvals[i]
		if signoff.Signature == nil {
			wrong = append(wrong, signoff.By+": not signed")
			continue
		}
		signer, err := signature.Identify(*signoff.Signature, planText, allowed, now)
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %v", signoff.By, err))
			continue
		}
		signers = append(signers, signer)
	}
	if n := len(signature.Principals(signers...)); n < p.Required {
		return &refusal.Refusal{Cause: refusal.CauseSignatures, Details: wrong, Signed: n,
			Why: fmt.Sprintf("the config asks for valid signatures of %s, and has %d", persons(p.Required), n)}
	}
	return nil
}

func persons(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d persons", n)
}

// Sign signs a plan's exact text with an SSH key: a private key's file, or a public one that ssh-agent
// holds the private half of. passphrase is asked for an encrypted key's.
func Sign(key string, passphrase func(path string) ([]byte, error), text []byte) (string, error) {
	armored, err := signature.Sign(signature.KeySource{Path: key, Passphrase: passphrase}, text)
	if err != nil {
		return "", fmt.Errorf("signing with %s: %w", key, err)
	}
	return armored, nil
}
