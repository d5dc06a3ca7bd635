package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"treaty/plan"
	"treaty/plan/tree"
)

// A reversal is what undoes an apply: kept with the history, since only the apply knew every step, what
// it left behind, and what the baseline held of its paths before.
const (
	ReversalFile = "undo.json"
	FormerFile   = "before.baseline"
)

const undoesSuffix = ".undoes"

func undoesName(id string) string { return PlansFolder + "/" + id + undoesSuffix }

// Undoes is the id of the plan that a plan undoes, "" where it undoes none. What lies beside a plan only helps to find
// that: it counts if the operations of the plan, which were approved, are of those that the history keeps for it.
func (s *history) Undoes(p *plan.Plan) (string, error) {
	data, err := s.read(undoesName(p.ID))
	if errors.Is(err, fs.ErrNotExist) || Foreign(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	archived, err := s.Applied(string(bytes.TrimSpace(data)))
	if err != nil || archived == nil {
		return "", err
	}
	reversal, err := s.Reversal(*archived)
	if err != nil || !partOf(p.Operations, reversal) {
		return "", nil // a note that nothing bears out
	}
	return archived.PlanID, nil
}

// partOf tells whether operations are some of a reversal, and none only where that has none.
func partOf(operations, reversal []plan.Operation) bool {
	type change struct {
		side       plan.Side
		action     plan.Action
		path, from tree.Path
	}
	known := map[change]bool{}
	for i := range reversal {
		op := &reversal[i]
		known[change{op.Side, op.Action, op.Path, op.From()}] = true
		if op.Action == plan.Update {
			known[change{op.Side, op.Action, op.Path, ""}] = true // a plan does not say how its file is spelled now
		}
	}
	for i := range operations {
		op := &operations[i]
		if op.Reason != plan.Undo || !known[change{op.Side, op.Action, op.Path, op.From()}] {
			return false
		}
	}
	return len(operations) > 0 || len(reversal) == 0
}

// SaveUndoes notes beside a plan which one it undoes.
func (s *Store) SaveUndoes(id, undone string) error {
	return s.files.WritePrivate(undoesName(id), []byte(undone+"\n"))
}

// Reversal is the operations that undo an archived plan. The error wraps fs.ErrNotExist where they were
// not kept.
func (s *history) Reversal(a Archived) ([]plan.Operation, error) {
	data, err := s.File(a, ReversalFile)
	if err != nil {
		return nil, err
	}
	var ops []plan.Operation
	if err := json.Unmarshal(data, &ops); err != nil {
		return nil, fmt.Errorf("%s: %w", s.Path(a.folder+"/"+ReversalFile), err)
	}
	return ops, nil
}
