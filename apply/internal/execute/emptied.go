package execute

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"treaty/apply/paper"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// emptied is the phase in which directories go when all that is to go from them is gone.
type emptied struct {
	*Site
	groups *groups
	stager *stager
	tasks  *tasks
	// held are the names that were, before anything was done, in each directory that is to go.
	held map[*task]map[string]bool
}

// do removes directories on some sides, deepest first, and puts in place what takes the name of one.
func (e *emptied) do(ctx context.Context, on sides) {
	doomed := e.tasks.choose(on, (*task).takesDirectory)
	slices.SortStableFunc(doomed, func(a, b *task) int { return tree.Compare(b.Path, a.Path) })
	if !e.far(on) {
		e.goes(ctx, on, doomed, e.groups.perform)
		return
	}
	for _, level := range slices.Backward(levels(doomed)) {
		e.goes(ctx, on, level, e.groups.performTogether)
	}
}

// goes removes directories, a group at a time, in an order in which each is empty by then.
func (e *emptied) goes(ctx context.Context, on sides, doomed []*task, perform performing) {
	for group := range slices.Chunk(doomed, e.groups.size(on)) {
		puts := slices.DeleteFunc(slices.Clone(group), func(t *task) bool { return t.After == nil })
		staged, ok := e.stager.stage(ctx, puts, nil)
		if !ok || !e.groups.announceWith(ctx, staged, group...) {
			return
		}
		perform(ctx, group, func(t *task) {
			if e.remove(t); t.After != nil {
				e.groups.installed(ctx, t)
			}
		})
	}
}

// remove removes the directory of a task, and puts in its place what is staged, if anything.
func (e *emptied) remove(t *task) {
	result, err := e.rmdir(t)
	switch {
	case err == nil && t.After != nil:
		put, err := t.disk().Create(t.Path, t.staged())
		put.Trash = result.Trash
		t.noteResult(put, err)
	case errors.Is(err, volume.ErrNotEmpty):
		t.note(e.outcomeOf(t, err), t.why(err))
	default:
		t.noteResult(result, err)
	}
}

// rmdir removes the emptied directory of a task. Litter in it goes to the trash.
func (e *emptied) rmdir(t *task) (volume.Result, error) {
	litter, err := t.disk().Rmdir(t.Path)
	if left := new(volume.NotEmpty); errors.As(err, &left) && len(left.Names) > 0 &&
		!slices.ContainsFunc(left.Names, e.somebodys) {
		litter, err = t.disk().Rmdir(t.Path, left.Names...)
	}
	var result volume.Result
	if len(litter) > 0 {
		result.Trash = string(tree.Path(litter[0]).Parent())
	}
	return result, err
}

// listHeld lists what is in the directories that are to go.
func (e *emptied) listHeld(ctx context.Context) {
	e.held = map[*task]map[string]bool{}
	for _, side := range plan.BothSides {
		for list := range slices.Chunk(e.tasks.choose(only(side), (*task).takesDirectory), groupFiles) {
			volume.LookTogether(context.WithoutCancel(ctx), e.Ends[side].Looker, len(list), func(i int, as volume.Looker) {
				held := map[string]bool{}
				names, _ := as.Names(list[i].Path) // what is wrong with it shows when it is to go
				for _, name := range names {
					held[name] = true
				}
				e.held[list[i]] = held
			})
		}
	}
}

// outcomeOf is what became of a directory that is not empty: the worst of what became of what is left in
// it. Something new is drift; the rest stays because the plan does not list it, or it is ignored.
func (e *emptied) outcomeOf(t *task, err error) paper.Outcome {
	var left *volume.NotEmpty
	if !errors.As(err, &left) || len(left.Names) == 0 {
		return paper.Drifted
	}
	outcome := paper.Skipped
	for _, name := range left.Names {
		was := paper.Outcome("")
		if in := e.tasks.about(t.Side, t.Path.Join(name)); in != nil {
			was = in.ending().outcome
		}
		switch {
		case was == paper.Failed:
			return paper.Failed
		case was == paper.Drifted, !e.held[t][name]:
			outcome = paper.Drifted
		}
	}
	return outcome
}

// somebodys tells whether a name in a directory that goes is no litter.
func (e *emptied) somebodys(name string) bool { return !e.litter(name) }

// litter tells whether a name in a directory that goes may go with it.
func (e *emptied) litter(name string) bool {
	return e.Plan.Options.Litter(name)
}

// spare leaves a directory alone whose name a resolution gives to a file or link, if it or one below it
// holds ignored content: it would not be empty in the end, and what else is in it would lie in the trash
// for nothing. What a resolution takes away is all that was in scope; of single operations a person may
// have left some out, and the others stand.
func (e *emptied) spare() {
	kept := e.kept()
	for _, t := range e.tasks.all {
		what, found := kept[t.Side][t.Path]
		if !found || t.Conflict == 0 || t.After == nil || !t.takesDirectory() {
			continue
		}
		why := fmt.Sprintf("%s stays a directory: it holds %s, which is ignored", t.Path.Quoted(), what.Quoted())
		for _, below := range e.tasks.ordered {
			if below.Side == t.Side && below.Path.Within(t.Path) && !below.noted() {
				below.note(paper.Skipped, why)
			}
		}
	}
}

// kept is what stays in the way, the first by path, by each of the directories above it that are to go.
func (e *emptied) kept() plan.Sides[map[tree.Path]tree.Path] {
	kept := plan.Sides[map[tree.Path]tree.Path]{{}, {}}
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
	return kept
}
