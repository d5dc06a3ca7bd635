package apply

import (
	"fmt"

	"treaty/plan"
	"treaty/plan/tree"
)

// spare leaves a directory alone whose name a resolution gives to a file or link, if it or one below it
// holds ignored content: it would not be empty in the end, and what else is in it would lie in the trash
// for nothing. What a resolution takes away is all that was in scope; of single operations a person may
// have left some out, and the others stand.
func (e *executor) spare() {
	var kept plan.Sides[map[tree.Path]tree.Path] // what is in the way, by the directories above it
	for _, side := range plan.BothSides {
		kept[side] = map[tree.Path]tree.Path{}
	}
	for i, names := range e.held {
		step := &e.steps[i]
		for name := range names {
			path := step.Path.Join(name)
			_, taken := e.planned[step.Side][path]
			_, leaves := e.vacating[step.Side][path]
			if taken || leaves || e.litter(name) {
				continue
			}
			for dir := step.Path; dir != tree.Root; dir = dir.Parent() {
				if other, found := kept[step.Side][dir]; !found || path < other {
					kept[step.Side][dir] = path
				}
			}
		}
	}
	for i := range e.steps {
		step := &e.steps[i]
		if step.Conflict == 0 || step.Before.Of() != tree.Directory || step.After == nil || step.After.Type == tree.Directory {
			continue
		}
		what, found := kept[step.Side][step.Path]
		if !found {
			continue
		}
		for _, j := range e.order {
			if below := &e.steps[j]; below.Side == step.Side && below.Path.Within(step.Path) && !e.settled[j] {
				e.settle(j, Skipped, fmt.Sprintf("%s stays a directory: it holds %s, which is ignored", quote(step.Path), quote(what)))
			}
		}
	}
}
