package apply

import (
	"fmt"

	"treaty/plan/tree"
)

// late looks for what somebody wrote, through a descriptor that was open by then, to what this run has
// moved to the trash. It is a second version, and gets a visible name; the step is drifted.
func (e *executor) late() {
	for i := range e.steps {
		result := &e.results[i]
		if e.halted() != nil {
			return
		}
		if e.steps[i].Before.Of() != tree.File || result.Outcome != Done || result.Trash == "" {
			continue
		}
		before := hashed(e.steps[i].Before, e.run.copies[i].State)
		changed, err := e.disk(i).Changed(result.Trash, before)
		switch {
		case err != nil:
			e.settle(i, Drifted, "what was moved to the trash could not be looked at again: "+e.why(i, err))
		case changed:
			const what = "another program wrote to the old version when it was in the trash already"
			as, err := e.disk(i).Surface(result.Trash, e.steps[i].Path)
			if err != nil {
				e.settle(i, Drifted, fmt.Sprintf("%s, where it still is: %v", what, err))
				continue
			}
			e.settle(i, Drifted, fmt.Sprintf("%s; what it wrote is kept as %q", what, string(as)))
		}
	}
}
