package execute

import (
	"context"
	"iter"
	"slices"
	"sync/atomic"

	"treaty/apply/paper"
	"treaty/plan"
	"treaty/plan/tree"
)

// Execution carries out steps, in phases over the whole plan:
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
type Execution struct {
	*Site
	tasks   *tasks
	groups  *groups
	footing *footing
	emptied *emptied
	copies  *contents
	stamps  *Stamps
	// unverified tells that an interrupt or an error came before all that was written was read back.
	unverified bool
	// does are the parts that do the work.
	does map[work]func(context.Context, sides)
}

// Before is what is known before the first write.
type Before struct {
	Stamps *Stamps
	// Had tells whether a side had a directory.
	Had func(plan.Side, tree.Path) bool
}

// Counts tell how far an execution is: how many tasks have an outcome, and how many bytes were copied. Each is nil
// where nobody asks.
type Counts struct{ Over, Copied *atomic.Int64 }

// New makes tasks of steps. What is skipped has its outcome; nothing is carried out yet.
func New(site *Site, steps []plan.Step, before Before, counts Counts) *Execution {
	tasks := newTasks(site.Plan, steps, site.Ends, counts.Over)
	groups := &groups{Site: site, notes: &tasks.notes, first: &firstLook{Site: site, tasks: tasks,
		stamps: before.Stamps, taken: map[string]bool{}}}
	footing := &footing{Site: site, tasks: tasks, had: before.Had}
	stager := &stager{Site: site, tasks: tasks, footing: footing, stamps: before.Stamps, copied: counts.Copied}
	keeper := &keeper{site, tasks, counts.Copied}
	dresser := &dresser{Site: site, groups: groups, keeper: keeper, tasks: tasks}
	modes := &directoryModes{site, groups, tasks, footing}
	emptied := &emptied{Site: site, groups: groups, stager: stager, tasks: tasks}
	copies := &contents{groups: groups, stager: stager, tasks: tasks}
	return &Execution{Site: site, tasks: tasks, groups: groups, footing: footing, emptied: emptied, copies: copies,
		stamps: before.Stamps,
		does: map[work]func(context.Context, sides){
			widening:    modes.widen,
			preserving:  keeper.do,
			making:      (&directories{groups, tasks, footing}).do,
			moving:      (&moves{tasks, footing, dresser, map[*task]bool{}}).do,
			copying:     copies.do,
			dressing:    dresser.do,
			deleting:    (&deletes{groups, tasks}).do,
			emptying:    emptied.do,
			settingMode: modes.set,
		}}
}

// CarryOut carries everything out. What it could not get to is failed: when it returns, all tasks have an outcome.
func (e *Execution) CarryOut(ctx context.Context) {
	e.emptied.listHeld(ctx)
	e.emptied.spare()
	e.copies.begin(ctx, sound(e.fat()))
	for _, phase := range phases(e.fat()) {
		e.does[phase.work](ctx, phase.on)
	}
	for _, t := range e.tasks.pending() {
		t.note(paper.Failed, e.halted(ctx).Error())
		t.unpark()
	}
	// What is done and could not be made durable is not done.
	for _, t := range e.tasks.fresh {
		if t.done() {
			t.note(paper.Failed, "it was carried out, and it is not known whether it will last")
		}
	}
	e.late(context.WithoutCancel(ctx)) // of what an interrupt left, all is told
}

// Results are those of all tasks, in the order of the plan, and of the conflicts that were left alone. They are final
// once nothing more is carried out, and need no more of the execution than its tasks.
func (e *Execution) Results() iter.Seq[paper.Result] {
	tasks, conflicts := e.tasks.all, e.Plan.Conflicts
	return func(yield func(paper.Result) bool) {
		for _, t := range tasks {
			if !yield(resultOf(t)) {
				return
			}
		}
		for i := range conflicts {
			c := &conflicts[i]
			left := paper.Result{Conflict: c.ID, Path: c.Path, Outcome: paper.Skipped, Error: string(plan.SaysSo)}
			if c.Resolution == plan.SkipPath && !yield(left) {
				return
			}
		}
	}
}

// resultOf is what the receipt has of a task.
func resultOf(t *task) paper.Result {
	ended := t.ending()
	result := paper.Result{Conflict: t.Conflict, Side: &t.Side, Action: &t.Action, Path: t.Path, Outcome: ended.outcome,
		SHA256: t.hash(), Trash: ended.trash, Error: ended.why}
	if t.Conflict == 0 {
		result.Operation = t.ID
	}
	return result
}

// Bytes are how many were put in place.
func (e *Execution) Bytes() int64 { return e.tasks.bytes }

// Halted is why a whole execution did not come to its end, nil where it did: an interrupt that comes later is none.
func (e *Execution) Halted(ctx context.Context) error {
	reached := !e.unverified && !slices.ContainsFunc(e.tasks.all, func(t *task) bool {
		return t.ending().why == paper.NotReached
	})
	if reached {
		ctx = context.WithoutCancel(ctx)
	}
	return e.halted(ctx)
}

// Affects tells whether a step changes a path of a side, or takes something from it.
func (e *Execution) Affects(side plan.Side, path tree.Path) bool {
	return e.tasks.about(side, path) != nil || e.tasks.respelled[side][path]
}

// Untouched tells, of a directory and then of names in it, that no step has anything to do with them, on either side.
func (e *Execution) Untouched() func(dir plan.Sides[tree.Path]) func(name plan.Sides[string]) bool {
	touched := map[tree.Path][]string{}
	touch := func(path tree.Path) { touched[path.Parent()] = append(touched[path.Parent()], path.Base()) }
	for _, t := range e.tasks.all {
		touch(t.Path)
		if from := t.From(); from != "" {
			touch(from)
		}
		if t.Source() != nil && !t.Source().InPlan() {
			touch(t.Source().Path)
		}
	}
	for _, respelled := range e.tasks.respelled {
		for path := range respelled {
			touch(path)
		}
	}
	for _, names := range touched {
		slices.Sort(names)
	}
	return func(dir plan.Sides[tree.Path]) func(name plan.Sides[string]) bool {
		names := plan.Sides[[]string]{touched[dir[plan.Local]], touched[dir[plan.Remote]]}
		return func(name plan.Sides[string]) bool {
			_, local := slices.BinarySearch(names[plan.Local], name[plan.Local])
			_, remote := slices.BinarySearch(names[plan.Remote], name[plan.Remote])
			return !local && !remote
		}
	}
}

// Touched are the paths of a side that steps change or take something from, but for steps that were skipped from the
// start. Directories above them may have been made, or lent a write bit, too.
func (e *Execution) Touched(side plan.Side) iter.Seq[tree.Path] {
	return func(yield func(tree.Path) bool) {
		for _, t := range e.tasks.all {
			if t.Side != side || t.Skipped != "" {
				continue
			}
			if !yield(t.Path) || t.From() != "" && !yield(t.From()) {
				return
			}
		}
	}
}

// Pending are the steps that are to be carried out still.
func (e *Execution) Pending() []*Step { return e.which(func(t *task) bool { return !t.noted() }) }

// Done are the steps that were carried out.
func (e *Execution) Done() []*Step { return e.which((*task).done) }

func (e *Execution) which(wanted func(*task) bool) []*Step {
	var steps []*Step
	for _, t := range e.tasks.all {
		if wanted(t) {
			steps = append(steps, &t.Step)
		}
	}
	return steps
}
