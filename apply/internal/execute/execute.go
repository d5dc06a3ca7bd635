package apply

import (
	"context"
	"sync/atomic"

	"treaty/plan"
)

// executor carries out steps, in phases over the whole plan:
//
//  1. directories, parents first, also where a file or link makes way for one, which, if it is to move,
//     waits in the trash
//  2. moves, in an order in which every name is free when it is needed; cycles through the trash
//  3. files and links created or updated, in groups: stage all, one barrier, swap all, one barrier
//  4. modes and times of files
//  5. deletes of files and links
//  6. emptied directories, deepest first, also where one makes way for a file or link
//  7. modes of directories, deepest first: one that is to lose its write bit loses it when all in it is
//     done, and one that is to gain it has it from the start
//
// Creations come before deletions, so that a run that stops half-way has too much rather than too
// little. A step that fails fails only what depends on it.
//
// On a volume that may lose what is renamed (FAT-class), phases 1 to 3 come after those of the other side,
// and after what they displace was copied there (keeper); its groups are small, and nothing else is
// pending when one is begun. The order of all is in order.go.
type executor struct {
	*ground
	tasks   *tasks
	groups  *groups
	footing *footing
	emptied *emptied
	// does are the parts that do the work.
	does   map[work]func(context.Context, sides)
	former *former
}

func newExecutor(r *run, steps []plan.Step) *executor {
	ground, tasks := r.ground(), newTasks(steps, &r.ends, r.progress)
	groups := &groups{ground, &tasks.notes}
	footing := &footing{ground: ground, tasks: tasks, had: r.seen.Has}
	var copied *atomic.Int64
	if r.progress != nil {
		copied = &r.progress.Copied
	}
	stager := &stager{ground, tasks, footing, r.stamps, copied}
	keeper := &keeper{ground, tasks}
	dresser := &dresser{ground: ground, groups: groups, keeper: keeper, tasks: tasks}
	modes := &directoryModes{ground, groups, tasks, footing}
	emptied := &emptied{ground: ground, groups: groups, stager: stager, tasks: tasks}
	return &executor{ground: ground, tasks: tasks, groups: groups, footing: footing, emptied: emptied,
		does: map[work]func(context.Context, sides){
			widening:    modes.widen,
			preserving:  keeper.do,
			making:      (&directories{groups, tasks, footing}).do,
			moving:      (&moves{tasks, footing, dresser, map[*task]bool{}}).do,
			copying:     (&contents{groups, stager, tasks}).do,
			dressing:    dresser.do,
			deleting:    (&deletes{groups, tasks}).do,
			emptying:    emptied.do,
			settingMode: modes.set,
		}}
}

// carryOut carries everything out. What it could not get to is failed.
func (e *executor) carryOut(ctx context.Context) {
	e.emptied.listHeld()
	e.emptied.spare()
	for _, phase := range phases(e.ends.fat()) {
		e.does[phase.work](ctx, phase.on)
	}
	for _, t := range e.tasks.pending() {
		t.note(Failed, e.halted(ctx).Error())
		t.unpark()
	}
	// What is done and could not be made durable is not done.
	for _, t := range e.tasks.fresh {
		if t.done() {
			t.note(Failed, "it was carried out, and it is not known whether it will last")
		}
	}
	e.late(ctx)
}

// results are those of all tasks, in the order of the plan, and of the conflicts that were left alone.
func (e *executor) results() []Result {
	results := e.tasks.results()
	for i := range e.plan.Conflicts {
		if c := &e.plan.Conflicts[i]; c.Resolution == plan.SkipPath {
			left := Result{Conflict: c.ID, Path: c.Path, Outcome: Skipped, Error: string(plan.SaysSo)}
			results = append(results, left)
		}
	}
	return results
}
