package survey

import (
	"treaty/apply/internal/journal"
	"treaty/plan"
	"treaty/plan/tree"
)

// Recording is what the journal keeps of steps. times are those of their sources that the plan does not have, by the
// number of the step.
func Recording(steps []plan.Step, times map[int]tree.Time) *journal.Steps {
	out := &journal.Steps{Resolving: []journal.Resolving{}, Skipped: map[int]string{}, Sources: times,
		Spelled: map[int]tree.Path{}}
	for i := range steps {
		if steps[i].Action == plan.Update && steps[i].From() != "" {
			out.Spelled[i] = steps[i].From()
		}
		if steps[i].Skipped != "" {
			out.Skipped[i] = string(steps[i].Skipped)
		}
		if steps[i].Conflict != 0 {
			settling := journal.Resolving{Conflict: steps[i].Conflict, Operation: steps[i].Operation}
			out.Resolving = append(out.Resolving, settling)
		}
	}
	return out
}

// Recorded are the steps as the journal has them.
func Recorded(p *plan.Plan, from *journal.Steps) []plan.Step {
	var steps []plan.Step
	for i := range p.Operations {
		steps = append(steps, plan.Step{Operation: &p.Operations[i]})
	}
	for _, s := range from.Resolving {
		steps = append(steps, plan.Step{Operation: s.Operation, Conflict: s.Conflict})
	}
	for i := range steps {
		steps[i].Skipped = plan.Why(from.Skipped[i])
		if present, respelled := from.Spelled[i]; respelled {
			respell(&steps[i], present)
		}
	}
	return steps
}
