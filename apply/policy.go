package apply

import (
	"fmt"
	"io"
	"time"

	"treaty/apply/internal/signature"
	"treaty/plan/scan"
)

// Policy is what the config demands of approvals. The zero value demands one, unsigned.
type Policy struct {
	// Required is how many distinct principals must have signed, 0 for none.
	Required int
	// AllowedSigners is the text of an OpenSSH allowed-signers file.
	AllowedSigners []byte
}

// approved holds the plan to an approval of its exact bytes, and to the policy. A plan with nothing to
// do needs none.
func (r *run) approved() error {
	if r.plan.Empty() {
		return nil
	}
	switch {
	case r.approval == nil:
		return refuse(CauseUnapproved, "the plan is not approved")
	case !r.approval.Of(r.ref):
		return refuse(CauseUnapproved, "the approval is of another text: the plan was edited since")
	case len(r.approval.Approvals) == 0:
		return refuse(CauseUnapproved, "the approval file holds nobody's approval")
	}
	return r.request.Policy.satisfied(r.approval, r.request.Plan, r.request.Now())
}

// satisfied holds an approval to the policy. Signatures are judged as of now: the time in an approval is
// not signed.
func (p Policy) satisfied(a *Approval, planText []byte, now time.Time) error {
	if p.Required == 0 {
		return nil
	}
	allowed, err := signature.ParseAllowedSigners(p.AllowedSigners)
	if err != nil {
		return refuse(CauseSigners, "the allowed signers cannot be used: %v", err)
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
		return &Refusal{Cause: CauseSignatures, Details: wrong,
			Why: fmt.Sprintf("the config asks for valid signatures of %d persons, and there are %d", p.Required, n)}
	}
	return nil
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

func storeFiles(root *scan.Root) privateReader {
	s, err := storeOf(root)
	if err != nil {
		return brokenReader{err}
	}
	return s.files
}

type brokenReader struct{ err error }

func (b brokenReader) ReadPrivate(string) ([]byte, error) { return nil, b.err }

func readHead(f io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(f, scan.HeadLimit)) }
