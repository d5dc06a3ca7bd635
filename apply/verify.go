package apply

import (
	"treaty/plan"
	"treaty/plan/tree"
)

// verify reads back, from the device where the platform lets it, the files that this run has written, and
// tells of those that are not what was written: a stick that promises more than it holds, or somebody who
// wrote to them in the meantime. They are drift, and what they replaced is in the trash.
func (e *executor) verify() {
	for i := range e.steps {
		step := &e.steps[i]
		written := step.Action == plan.Create || step.Action == plan.Update
		if e.halted() != nil {
			return
		}
		if !written || e.results[i].Outcome != Done || step.After.Of() != tree.File || !e.results[i].SHA256.Known() {
			continue
		}
		_, sum, err := e.disk(i).ReadBack(string(step.Path))
		switch {
		case err != nil:
			e.settle(i, Drifted, "it cannot be read back: "+e.why(i, err))
		case sum != e.results[i].SHA256:
			e.settle(i, Drifted, "what was read back is not what was written")
		}
	}
}
