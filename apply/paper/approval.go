package paper

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"treaty/plan"
	"treaty/plan/tree"
	"treaty/schema"
)

// Approval is a person's word, or several persons', on the exact bytes of one plan file.
type Approval struct {
	Format        string    `json:"format"`
	FormatVersion string    `json:"format_version"`
	Plan          PlanRef   `json:"plan"`
	Approvals     []Signoff `json:"approvals"`
}

// PlanRef names a plan file by its id and the hash of its exact bytes; sha256sum prints the same.
type PlanRef struct {
	ID     string    `json:"id"`
	SHA256 tree.Hash `json:"sha256"`
}

// Signoff is one person's approval.
type Signoff struct {
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Host string    `json:"host"`
	Note string    `json:"note"`
	// Signature is an SSHSIG over the plan's bytes, nil for a mere word.
	Signature *string `json:"signature"`
}

// RefTo is the reference to a plan file.
func RefTo(p *plan.Plan, data []byte) PlanRef {
	return PlanRef{ID: p.ID, SHA256: sha256.Sum256(data)}
}

// ApprovalPath is where the approval of the plan file at path lies: beside it.
func ApprovalPath(path string) string {
	stem, found := strings.CutSuffix(path, ".plan.json")
	if !found {
		stem = strings.TrimSuffix(path, ".json")
	}
	return stem + ".approval.json"
}

// ReadApproval reads an approval file. The error is of type schema.Errors where it is none.
func ReadApproval(data []byte) (*Approval, error) {
	if err := schema.Validate(schema.Approval, data); err != nil {
		return nil, err
	}
	a := &Approval{}
	if err := json.Unmarshal(schema.InDigits(data), a); err != nil {
		return nil, fmt.Errorf("approval: %w", err)
	}
	return a, nil
}

// Of tells whether the approval is of exactly this plan file.
func (a *Approval) Of(ref PlanRef) bool { return a != nil && a.Plan == ref }

// Approve adds a signoff to the approval of a plan, and replaces an approval of anything else. The
// current one may be nil.
func Approve(current *Approval, ref PlanRef, signoff Signoff) *Approval {
	if !current.Of(ref) {
		current = &Approval{Format: "treaty.approval", FormatVersion: plan.FormatVersion, Plan: ref}
	}
	current.Approvals = append(current.Approvals, signoff)
	return current
}

// Document is the text of one of treaty's own files, valid by its schema.
func Document(kind schema.Kind, v any) ([]byte, error) {
	text, err := plan.Indented(v)
	if err != nil {
		return nil, err
	}
	return valid(kind, text)
}

// valid is the text of a document of that kind, or what is wrong with it.
func valid(kind schema.Kind, text []byte) ([]byte, error) {
	if err := schema.Validate(kind, text); err != nil {
		return nil, fmt.Errorf("treaty would write a wrong %s: %w", kind, err)
	}
	return text, nil
}

// Text is the approval as its file holds it.
func (a *Approval) Text() ([]byte, error) { return Document(schema.Approval, a) }
