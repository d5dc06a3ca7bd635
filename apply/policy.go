package apply

import (
	"io"

	"treaty/plan/scan"
)

// Policy is what the config demands of approvals. The zero value demands one, unsigned.
type Policy struct {
	// Required is how many distinct principals must have signed, 0 for none.
	Required int
	// AllowedSigners is the text of an OpenSSH allowed-signers file.
	AllowedSigners []byte
}

// approved holds the plan to an approval of its exact bytes. A plan with nothing to do needs none.
func (r *run) approved() error {
	if r.plan.Empty() {
		return nil
	}
	switch {
	case r.approval == nil:
		return refuse(ErrNotApproved, "treaty show, then treaty approve", "the plan is not approved")
	case !r.approval.Of(r.ref):
		return refuse(ErrNotApproved, "treaty show, then treaty approve", "the approval is of another text: the plan was edited since")
	case len(r.approval.Approvals) == 0:
		return refuse(ErrNotApproved, "treaty show, then treaty approve", "the approval file holds nobody's approval")
	}
	return nil
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
