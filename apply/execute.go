package apply

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"sync/atomic"

	"treaty/apply/internal/disk"
	"treaty/apply/internal/journal"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
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
// and after what they displace was copied there (preserve.go); its groups are small, and nothing else is
// pending when one is begun. The order of all is in order.go.
type executor struct {
	run     *run
	steps   []plan.Step
	results []Result
	settled []bool
	// after is what each step left behind, read back from the disk.
	after []tree.Entry
	// sources are the stamps with which the sources of steps were read.
	sources []stamp
	// order has the steps by path, what holds something before what is in it, whatever order the plan
	// has them in.
	order []int
	// moved tells where a file that a step takes as its source is now.
	moved plan.Sides[map[tree.Path]tree.Path]
	// planned are the steps by the path that they change.
	planned plan.Sides[map[tree.Path]int]
	// vacating are the moves by the path that they come from.
	vacating plan.Sides[map[tree.Path]int]
	// parked are the files of moves that wait in the trash.
	parked map[int]disk.Staged
	// What has been said of each step in the journal: that it is about to be done, and what became of it;
	// fresh are the steps settled since the last time.
	announced []bool
	fresh     []int
	// place is where in the trash each step moves what it displaces, and staged what it puts in place.
	place  []string
	staged []disk.Staged
	// aside are the moves that wait for others in a circle.
	aside map[int]bool
	// revived are the directories that were made for what a resolution brought back.
	revived []revived
	former  *former
	// held are the names that were, before anything was done, in each directory that is to go.
	held map[int]map[string]bool
	// shared are the files whose attributes are other names' too.
	shared []sharing
	bytes  atomic.Int64
	ctx    context.Context
}

// revived is a directory that no step names.
type revived struct {
	step int // that needed it
	side plan.Side
	path tree.Path
	mode tree.Mode
}

func newExecutor(r *run, steps []plan.Step) *executor {
	e := &executor{run: r, steps: steps, results: make([]Result, len(steps)), settled: make([]bool, len(steps)), after: make([]tree.Entry, len(steps)), sources: make([]stamp, len(steps)),
		announced: make([]bool, len(steps)), place: make([]string, len(steps)), staged: make([]disk.Staged, len(steps)), parked: map[int]disk.Staged{}, aside: map[int]bool{}}
	for _, side := range plan.BothSides {
		e.moved[side], e.planned[side], e.vacating[side] = map[tree.Path]tree.Path{}, map[tree.Path]int{}, map[tree.Path]int{}
	}
	for i := range steps {
		step := &steps[i]
		e.planned[step.Side][step.Path] = i
		if step.Action == plan.Move {
			e.vacating[step.Side][step.From] = i
		}
		side, action := step.Side, step.Action
		e.results[i] = Result{Conflict: step.Conflict, Side: &side, Action: &action, Path: step.Path}
		if step.Conflict == 0 {
			e.results[i].Operation = step.ID
		}
		if step.Skipped != "" {
			e.settle(i, Skipped, string(step.Skipped))
		}
		e.order = append(e.order, i)
	}
	slices.SortStableFunc(e.order, func(i, j int) int { return tree.Compare(steps[i].Path, steps[j].Path) })
	return e
}

// carryOut carries everything out. What it could not get to is failed.
func (e *executor) carryOut(ctx context.Context) {
	e.ctx = ctx
	e.look()
	e.spare()
	for _, phase := range phases(e.run.fat) {
		does[phase.work](e, phase.on)
	}
	for i := range e.steps {
		if !e.settled[i] {
			e.settle(i, Failed, e.halted().Error())
			e.unpark(i)
		}
	}
	// What is done and could not be made durable is not done.
	for _, i := range e.fresh {
		if e.results[i].Outcome == Done {
			e.settle(i, Failed, "it was carried out, and it is not known whether it will last")
		}
	}
	e.late()
	if e.run.request.Verify {
		e.verify()
	}
}

// halted is why the run goes no further, nil as long as it does.
func (e *executor) halted() error {
	if err := e.ctx.Err(); err != nil {
		return errors.New("not reached before the interrupt")
	}
	for _, d := range e.run.disks {
		if err := d.Stopped(); err != nil {
			return err
		}
	}
	return e.run.broken
}

func (e *executor) disk(i int) *disk.Tree { return e.run.disks[e.steps[i].Side] }

func (e *executor) settle(i int, outcome Outcome, why string) {
	e.settled[i] = true
	e.fresh = append(e.fresh, i)
	e.results[i].Outcome, e.results[i].Error = outcome, why
	if e.run.progress != nil && e.steps[i].Skipped == "" {
		e.run.progress.Done.Add(1)
	}
}

// unsettled are the steps that are to be carried out still.
func (e *executor) unsettled() []plan.Step {
	var list []plan.Step
	for i := range e.steps {
		if !e.settled[i] {
			list = append(list, e.steps[i])
		}
	}
	return list
}

// finish records what became of a step.
func (e *executor) finish(i int, result disk.Result, err error) {
	var drift *disk.Drift
	why := e.why(i, err)
	switch {
	case err == nil:
		e.settle(i, Done, "")
		e.after[i] = result.Entry
		e.results[i].Trash = result.Trash
		e.results[i].SHA256 = e.hashOf(i, result)
	case errors.As(err, &drift):
		e.settle(i, Drifted, drift.Without(e.steps[i].Path))
		e.results[i].Trash = drift.Trash
	case errors.Is(err, disk.ErrDrift), errors.Is(err, disk.ErrSource), errors.Is(err, disk.ErrUnfit), errors.Is(err, scan.ErrChanged):
		e.settle(i, Drifted, why)
	case errors.Is(err, disk.ErrNotEmpty):
		e.settle(i, e.remains(i, err), why)
	default:
		e.settle(i, Failed, why)
	}
}

// why is an error in words that stand beside the path of a step, "" for none.
func (e *executor) why(i int, err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, context.Canceled):
		return "the interrupt came before it was done"
	}
	return tree.Why(err, e.steps[i].Path)
}

// orphaned settles a step whose directory is not there, or whose name was to be free and is not: what the
// plan was to do about that failed, or a person took it out of the plan.
func (e *executor) orphaned(i int) bool {
	step := &e.steps[i]
	if j, occupied := e.vacating[step.Side][step.Path]; occupied && e.settled[j] && e.results[j].Outcome != Done {
		e.settle(i, e.results[j].Outcome, string(plan.NotVacated))
		return true
	}
	for dir := step.Path.Parent(); dir != tree.Root; dir = dir.Parent() {
		if j, ok := e.planned[step.Side][dir]; ok && e.steps[j].After.Of() == tree.Directory && e.settled[j] && e.results[j].Outcome != Done {
			e.settle(i, e.results[j].Outcome, "its directory was not made")
			return true
		}
	}
	d, err := e.run.roots[step.Side].Dir(step.Path.Parent())
	if err == nil {
		d.Release()
		return false
	}
	switch {
	case !notDirectory(err):
		return false
	case e.run.seen.Has(step.Side, step.Path.Parent()):
		e.settle(i, Drifted, "the directory that it belongs in is gone")
	case step.Conflict != 0 && errors.Is(err, fs.ErrNotExist):
		return e.revive(i)
	default:
		e.settle(i, Skipped, string(plan.NotThere))
	}
	return true
}

// notDirectory tells of errors of opening what is not there, or is no directory.
func notDirectory(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, scan.ErrNotDirectory) || errors.Is(err, scan.ErrSymlink)
}

// revive makes the directories above what a resolution brings back: the other side has them.
func (e *executor) revive(i int) bool {
	step := &e.steps[i]
	var missing []tree.Path
	for dir := step.Path.Parent(); dir != tree.Root; dir = dir.Parent() {
		d, err := e.run.roots[step.Side].Dir(dir)
		if err == nil {
			d.Release()
			break
		}
		missing = append(missing, dir)
	}
	for n := len(missing) - 1; n >= 0; n-- {
		mode := tree.Mode(0)
		if d, err := e.run.roots[step.Side.Other()].Dir(missing[n]); err == nil {
			if self, err := d.Self(); err == nil && e.run.plan.Snapshot(step.Side).Filesystem.Modes {
				mode = self.Mode
			}
			d.Release()
		}
		intent := journal.Intent{Step: i, Kind: journal.Revive, Side: step.Side, Path: missing[n], After: &tree.State{Type: tree.Directory, Mode: mode}}
		err := e.run.write(true, journal.Record{Intent: &intent})
		if err == nil {
			_, err = e.disk(i).Mkdir(missing[n], disk.Workable(mode), true)
		}
		if err != nil {
			e.finish(i, disk.Result{}, err)
			return true
		}
		e.revived = append(e.revived, revived{i, step.Side, missing[n], mode})
	}
	return false
}

// metadata sets the times and modes of files.
func (e *executor) metadata(on sides) {
	e.batch(on, e.choose(on, func(s *plan.Step) bool { return s.Action == plan.Touch }), func(i int) { e.dress(i, disk.Result{}) })
	e.batch(on, e.choose(on, func(s *plan.Step) bool { return s.Action == plan.Chmod && s.After.Type != tree.Directory }), e.chmod)
}

// deletes moves files and links to the trash.
func (e *executor) deletes(on sides) {
	e.batch(on, e.choose(on, func(s *plan.Step) bool { return s.Action == plan.Delete && s.Before.Type != tree.Directory }), func(i int) {
		step := &e.steps[i]
		result, err := e.disk(i).Trash(step.Path, step.Before, e.place[i])
		e.displaced(i, result)
		e.finish(i, result, err)
	})
}

// displaced notes where what a step moved aside is: another step, for which it is the source, may be yet to
// come.
func (e *executor) displaced(i int, result disk.Result) {
	if step := &e.steps[i]; result.Trash != "" && step.Before.Of() == tree.File && (step.Action == plan.Update || step.Action == plan.Delete) {
		e.moved[step.Side][step.Path] = tree.Path(result.Trash)
	}
}

// installed notes what a step has put in place, or drops what it could not.
func (e *executor) installed(i int, staged disk.Staged) {
	if e.results[i].Outcome == Done {
		e.results[i].SHA256 = staged.Hash
		e.bytes.Add(staged.Size)
	} else if err := e.disk(i).Discard(staged); err != nil && e.halted() == nil {
		e.results[i].Error += "; what was staged stays: " + err.Error()
	}
}

// receiptResults are the results in the order of the plan, those of conflicts that were left alone
// included.
func (e *executor) receiptResults() []Result {
	results := append([]Result{}, e.results...)
	for i := range e.run.plan.Conflicts {
		if c := &e.run.plan.Conflicts[i]; c.Resolution == plan.SkipPath {
			results = append(results, Result{Conflict: c.ID, Path: c.Path, Outcome: Skipped, Error: string(plan.SaysSo)})
		}
	}
	return results
}

// hashOf is the hash of the content that a step has written or moved aside, zero where there is none.
// What a plan moves without having read it is read now; what cannot be read goes without.
func (e *executor) hashOf(i int, result disk.Result) tree.Hash {
	step, at := &e.steps[i], string(e.steps[i].Path)
	s := step.After
	if s == nil {
		s, at = step.Before, result.Trash
	}
	switch {
	case s.Of() != tree.File:
		return tree.Hash{}
	case s.SHA256.Known(), step.Action == plan.Create, step.Action == plan.Update:
		return s.SHA256
	}
	_, sum, err := e.disk(i).ReadBack(at)
	if err != nil {
		return tree.Hash{}
	}
	return sum
}
