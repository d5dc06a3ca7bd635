package apply

import (
	"errors"

	"treaty/apply/internal/disk"
	"treaty/plan"
	"treaty/plan/tree"
)

// reopen lets the owner work again in the directories to which an earlier run has given the modes that they
// are to have, though something in them was left to do: it failed, or was settled back since. They get those
// modes once more in the end (directoryModes). None of this needs writing down: whoever takes the plan up
// again finds the same directories.
func (e *executor) reopen() error {
	var waiting plan.Sides[map[tree.Path]bool]
	for _, side := range plan.BothSides {
		waiting[side] = map[tree.Path]bool{}
	}
	for i := range e.steps {
		if step := &e.steps[i]; !e.settled[i] {
			waiting[step.Side][step.Path.Parent()] = true
			waiting[step.Side][step.From.Parent()] = true
		}
	}
	for i := range e.steps {
		step := &e.steps[i]
		if !e.over(i) || step.After.Of() != tree.Directory || !waiting[step.Side][step.Path] || workable(step.After.Mode) == step.After.Mode {
			continue
		}
		if step.Action == plan.Chmod {
			e.revived = append(e.revived, revived{i, step.Side, step.Path, step.After.Mode})
		}
		exact := &tree.State{Type: tree.Directory, Mode: step.After.Mode}
		if at, err := e.disk(i).At(string(step.Path)); err != nil || at.Mode != exact.Mode {
			continue
		}
		if _, err := e.disk(i).Chmod(step.Path, exact, workable(exact.Mode)); err != nil && !errors.Is(err, disk.ErrDrift) {
			return err
		}
	}
	return nil
}
