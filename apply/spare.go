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
	for t, names := range e.held {
		for name := range names {
			path := t.Path.Join(name)
			if e.tasks.about(t.Side, path) != nil || e.litter(name) {
				continue
			}
			for dir := t.Path; dir != tree.Root; dir = dir.Parent() {
				if other, found := kept[t.Side][dir]; !found || path < other {
					kept[t.Side][dir] = path
				}
			}
		}
	}
	for _, t := range e.tasks.all {
		what, found := kept[t.Side][t.Path]
		if !found || t.Conflict == 0 || t.After == nil || !t.takesDirectory() {
			continue
		}
		for _, below := range e.tasks.ordered {
			if below.Side == t.Side && below.Path.Within(t.Path) && !below.noted() {
				below.note(Skipped, fmt.Sprintf("%s stays a directory: it holds %s, which is ignored", quote(t.Path), quote(what)))
			}
		}
	}
}
