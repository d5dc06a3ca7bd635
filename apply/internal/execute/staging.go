package execute

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"treaty/apply/internal/settle"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// stager copies what tasks put in place to its volume, where it waits to be swapped in.
type stager struct {
	*Site
	tasks   *tasks
	footing *footing
	stamps  *Stamps
	pace    pace
	// copied counts the bytes, nil where nobody asks.
	copied *atomic.Int64
}

// stage stages of a group's contents, a few at a time, what was not begun before (nil for nothing), and makes all of
// them durable, but those that it returns: of these that is to cross with what puts them in place. It tells whether all
// else is.
func (s *stager) stage(ctx context.Context, group []*task, begun *ahead) (left plan.Sides[[]volume.Staged], ok bool) {
	early, errs := begun.wait()
	if s.halted(ctx) != nil {
		return left, false
	}
	note(early, errs)
	found, durable := s.ready(ctx, group, begun)
	s.footing.lack(group, found)
	group = slices.DeleteFunc(slices.Clone(group), func(t *task) bool { return t.noted() || t.notes.stops(t) })
	late := slices.DeleteFunc(slices.Clone(group), func(t *task) bool { return t.waiting != nil })
	note(late, s.each(ctx, late, s.tasks.moved, nil))
	for _, t := range late {
		durable[t.Side] = false
	}
	left = staged(group, durable)
	for _, side := range plan.BothSides {
		switch {
		case s.follows(side):
		case len(left[side]) > 0 && s.Ends[side].Disk.Barrier(left[side]...) != nil:
			return left, false
		default:
			left[side] = nil
		}
	}
	return left, true
}

// ready looks for the directories of a group, as footing.look does. Far away the places of what is displaced are handed
// out with that, and what was staged is made durable, which it tells of each side: all of it crosses together, as far
// as it has not when the group was begun.
func (s *stager) ready(ctx context.Context, group []*task, begun *ahead) (found map[ground]error, durable sides) {
	found = map[ground]error{}
	if begun != nil {
		maps.Copy(found, begun.found)
		durable = begun.durable
	}
	for _, side := range plan.BothSides {
		on := slices.DeleteFunc(slices.Clone(group), func(t *task) bool { return t.Side != side })
		if !s.far(only(side)) {
			maps.Copy(found, s.footing.look(ctx, on))
			continue
		}
		dirs := s.footing.grounds(on)[side]
		on = slices.DeleteFunc(on, (*task).noted)
		n := neededBy(on, side)
		n.dirs = slices.DeleteFunc(dirs, func(dir tree.Path) bool {
			_, known := found[ground{side, dir}]
			return known || s.footing.made(side, dir)
		})
		follows := s.follows(side)
		if !durable[side] && !follows {
			n.staged = stagedOn(on, side)
		}
		durable[side] = s.cross(ctx, side, n, found) && !follows
	}
	return found, durable
}

// note notes the errors that tasks came to.
func note(tasks []*task, errs []error) {
	for n, err := range errs {
		if err != nil && !tasks[n].noted() {
			tasks[n].noteError(err)
		}
	}
}

// moved tells where a file is now that is the source of a task, where that is not its path.
type moved = plan.Sides[map[tree.Path]tree.Path]

// wherePlanned is of what nothing moves meanwhile: it is not looked up where tasks note what they have moved.
var wherePlanned moved

// each stages contents, a few at a time, and returns what came of each. What goes to, or comes from, a tree that is far
// away crosses in a stream. Where they were begun ahead, that is told what is sent.
func (s *stager) each(ctx context.Context, group []*task, at moved, begun *ahead) []error {
	errs, bytes := make([]error, len(group)), int64(0)
	width, began := s.pace.width(), s.Now()
	var lanes [stagers][]int
	for n, t := range group {
		lane := s.lane(n, t, width)
		lanes[lane] = append(lanes[lane], n)
		bytes += perFile + t.After.Size
	}
	var wg sync.WaitGroup
	for _, lane := range lanes {
		if len(lane) > 0 {
			wg.Go(func() { s.stream(ctx, group, lane, at, begun, errs) })
		}
	}
	wg.Wait()
	s.pace.took(width, bytes, s.Now().Sub(began))
	return errs
}

// stream stages the contents of a group that have some numbers in it, one after the other: first what stays here or
// goes away, and then what comes. It fills in what came of each.
func (s *stager) stream(ctx context.Context, group []*task, lane []int, at moved, begun *ahead,
	errs []error) {
	var going, coming plan.Sides[[]int]
	for _, n := range lane {
		t := group[n]
		if _, far := s.Ends[t.Side].Disk.(volume.Gathering); far || !t.reads() {
			going[t.Side] = append(going[t.Side], n)
		} else {
			coming[t.Source().Tree] = append(coming[t.Source().Tree], n)
		}
	}
	for _, side := range plan.BothSides {
		volume.Together(ctx, s.Ends[side].Disk, len(going[side]), func(i int, as volume.Changer) {
			n := going[side][i]
			through(group[n], as, func(t *task) { errs[n] = s.one(ctx, t, s.lookerFor(t), at, begun) })
		})
		volume.LookTogether(ctx, s.Ends[side].Looker, len(coming[side]), func(i int, as volume.Looker) {
			n := coming[side][i]
			errs[n] = s.one(ctx, group[n], as, at, begun)
		})
	}
}

// one stages what a task puts in place, for which a looker opens the source, nil where there is none.
func (s *stager) one(ctx context.Context, t *task, looker volume.Looker, at moved, begun *ahead) error {
	st := stagings.Get().(*staging)
	st.stager, st.task, st.looker = s, t, looker
	_, st.goes = t.disk().(volume.Gathering)
	if looker != nil {
		st.from = t.Source().Path
		if now, elsewhere := at[t.Source().Tree][st.from]; elsewhere {
			st.from, st.moved = now, true
		}
	}
	if st.goes && t.reads() {
		st.begun = begun // until file is over
	}
	err := st.carryOut(ctx)
	if !st.goes {
		*st = staging{}
		stagings.Put(st)
	}
	return err
}

// lookerFor opens the source of a task, nil where it reads none.
func (s *stager) lookerFor(t *task) volume.Looker {
	if !t.reads() {
		return nil
	}
	return s.Ends[t.Source().Tree].Looker
}

// stagings have memory for what is staged, one after the other. What goes far away may be read still when it is there,
// and keeps its own.
var stagings = sync.Pool{New: func() any { return &staging{} }}

// staging is a task whose content is being staged.
type staging struct {
	*stager
	task *task
	// looker opens the source, which is at from by now, since a task has moved it there where moved says so.
	looker  volume.Looker
	from    tree.Path
	moved   bool
	reading reading

	// goes tells that the content goes far away: whoever sends it reads the source then, which mu guards.
	goes bool
	mu   sync.Mutex
	opened
	// failed is why the source is not what was planned, and read how it was stamped when all of it was read.
	failed error
	read   stamp
}

// opened is a source, nil before it is opened.
type opened struct {
	source volume.Content
	closed bool
	// begun is the group that it was begun with ahead, until that was told that it is read; nil for none.
	begun *ahead
}

// reads tells whether it puts a file of a tree in place.
func (s *Step) reads() bool { return s.After.Of() == tree.File && !s.Source().InPlan() }

// carryOut stages what the task puts in place; nothing for what puts nothing. Thousands may wait for an answer here,
// each with a stack of its own: what is staged is handed on by its place.
func (st *staging) carryOut(ctx context.Context) (err error) {
	staged := &volume.Staged{}
	switch {
	case st.task.After.Of() == tree.Symlink:
		err = st.link(staged)
	case st.task.reads():
		err = st.file(ctx, staged)
	case st.task.After.Of() == tree.File:
		err = st.merged(ctx, staged)
	}
	st.task.waiting = staged
	return err
}

func (st *staging) link(staged *volume.Staged) (err error) {
	*staged, err = st.task.disk().StageLink(st.task.After.Target())
	return err
}

// file stages the source of the task, if it is what it was before and after it is read. Where it goes far away it is
// opened when its turn comes to be sent, and closed then: there may be a thousand.
func (st *staging) file(ctx context.Context, staged *volume.Staged) error {
	defer st.close()
	if !st.goes {
		if err := st.open(); err != nil {
			return err
		}
	}
	err := st.copy(ctx, st, staged)
	st.mu.Lock()
	defer st.mu.Unlock()
	if err == nil && !st.goes {
		st.read, st.failed = st.asPlanned()
	}
	st.task.sourceRead = sourceRead{st.read.mtime, st.read != stamp{}}
	return cmp.Or(st.failed, err)
}

// open opens the source, and holds it to what was planned, unless that was done.
func (st *staging) open() error {
	if st.source != nil || st.failed != nil {
		return st.failed
	}
	f, err := st.looker.Open(st.from)
	if err != nil {
		st.failed = settle.SourceError(err)
		return st.failed
	}
	st.source = f
	_, st.failed = st.asPlanned()
	return st.failed
}

// Read reads the source.
func (st *staging) Read(p []byte) (int, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if err := st.open(); err != nil {
		return 0, err
	}
	if st.closed {
		return 0, io.EOF
	}
	n, err := st.source.Read(p)
	if err == io.EOF && st.goes {
		if st.read, st.failed = st.asPlanned(); st.failed != nil {
			return n, st.failed
		}
		st.closeSource()
	}
	return n, err
}

// Descriptor is that of the source, where that is a file of this machine.
func (st *staging) Descriptor() (uintptr, bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.goes || st.open() != nil {
		return 0, false
	}
	return descriptor(st.source)
}

// Taken tells that the source was taken over.
func (st *staging) Taken(size int64) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.source.(volume.Sharing).Taken(size)
}

func (st *staging) close() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.closeSource()
}

// closeSource closes the source, once, and tells that it is read no more.
func (st *staging) closeSource() {
	if st.source != nil && !st.closed {
		st.closed = true
		_ = st.source.Close() // it was only read
	}
	if st.begun != nil {
		st.begun.read()
		st.begun = nil
	}
}

// asPlanned holds the open source to the stat that the plan saw, and returns it. What lies in a trash is told by its
// hash alone.
func (st *staging) asPlanned() (stamp, error) {
	if st.task.Source().Path.Private() {
		return stamp{}, nil
	}
	size, mtime, err := st.source.Stamp()
	if err != nil {
		return stamp{}, err
	}
	now := stamp{size, mtime}
	if !st.stamps.unchanged(st.task.Operation, now, st.moved) {
		return now, fmt.Errorf("%w: it was written to since", volume.ErrSource)
	}
	return now, nil
}

// merged stages the text of a merge, which the plan has.
func (st *staging) merged(ctx context.Context, staged *volume.Staged) error {
	text := plan.MergedText(st.Plan, st.task.Source().Conflict)
	if text == nil {
		return fmt.Errorf("%w: the plan has no merge of conflict %d", volume.ErrSource,
			st.task.Source().Conflict)
	}
	return st.copy(ctx, bytes.NewReader(text), staged)
}

// copy stages what is read, and keeps it where it is a text.
func (st *staging) copy(ctx context.Context, from io.Reader, staged *volume.Staged) (err error) {
	t, mode := st.task, st.task.After.Mode
	if !mode.Known() {
		// A volume that is only declared to have no modes still gets what any new file gets.
		mode = tree.Perm(0o666 &^ st.Plan.Options.Umask.Bits())
	}
	seen := st.Texts.of(t, &st.reading.text, st.goes)
	st.reading.counted = readCounter{Reader: seen.reader(from), copied: st.copied}
	*staged, err = t.disk().Stage(ctx, &st.reading.counted, t.After.Size, t.After.SHA256, t.After.Mtime, mode)
	if err == nil {
		seen.end(staged.Hash)
	} else {
		seen.drop()
	}
	return err
}
