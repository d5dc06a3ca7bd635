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
	*Ground
	tasks   *tasks
	footing *footing
	stamps  *Stamps
	pace    pace
	// copied counts the bytes, nil where nobody asks.
	copied *atomic.Int64
}

// ahead is a group of which contents are staged while something else is done.
type ahead struct {
	tasks []*task
	errs  []error
	// found and durable are what was learned of what lies far away, once all were tried.
	found   map[ground]error
	durable sides
	staged  chan struct{} // closed once all were tried
}

// wait waits until all were tried, and tells what came of each.
func (a *ahead) wait() ([]*task, []error) {
	if a == nil {
		return nil, nil
	}
	<-a.staged
	return a.tasks, a.errs
}

// begin begins to stage those of a group that nothing can change which is done meanwhile. With grounded all directories
// are made, and what waits for a line after staging is done too.
func (s *stager) begin(ctx context.Context, group []*task, grounded bool) *ahead {
	a := &ahead{staged: make(chan struct{})}
	for _, t := range group {
		if !t.noted() && !t.notes.stops(t) && !s.tasks.inMotion(t) {
			a.tasks = append(a.tasks, t)
		}
	}
	go func() {
		defer close(a.staged)
		a.errs, a.found = s.each(ctx, a.tasks), map[ground]error{}
		if !grounded {
			return
		}
		staged := make([]*task, 0, len(a.tasks))
		for n, t := range a.tasks {
			if a.errs[n] == nil {
				staged = append(staged, t)
			}
		}
		for _, side := range plan.BothSides {
			if s.far(only(side)) {
				a.durable[side] = s.cross(ctx, side, neededBy(staged, side), a.found)
			}
		}
	}()
	return a
}

// stage stages of a group's contents, a few at a time, what was not begun before (nil for nothing), and makes all of
// them durable. It tells whether they are.
func (s *stager) stage(ctx context.Context, group []*task, begun *ahead) bool {
	early, errs := begun.wait()
	if s.halted(ctx) != nil {
		return false
	}
	note(early, errs)
	found, durable := s.ready(ctx, group, begun)
	s.footing.lack(group, found)
	group = slices.DeleteFunc(slices.Clone(group), func(t *task) bool { return t.noted() || t.notes.stops(t) })
	late := slices.DeleteFunc(slices.Clone(group), func(t *task) bool { return t.waiting != nil })
	note(late, s.each(ctx, late))
	for _, t := range late {
		durable[t.Side] = false
	}
	return s.durable(group, durable)
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
		n := neededBy(slices.DeleteFunc(on, (*task).noted), side)
		n.dirs = slices.DeleteFunc(dirs, func(dir tree.Path) bool {
			_, known := found[ground{side, dir}]
			return known
		})
		if durable[side] {
			n.staged = nil
		}
		durable[side] = s.cross(ctx, side, n, found)
	}
	return found, durable
}

// needs are what tasks need of a side that is far away before they can be announced.
type needs struct {
	dirs []tree.Path
	// displacing are those that have no place yet for what they displace.
	displacing []*task
	staged     []volume.Staged
}

// neededBy are the needs of those tasks that are on a side.
func neededBy(list []*task, side plan.Side) (n needs) {
	seen := map[tree.Path]bool{}
	for _, t := range list {
		if t.Side != side {
			continue
		}
		if dir := t.Path.Parent(); !seen[dir] {
			seen[dir], n.dirs = true, append(n.dirs, dir)
		}
		if t.replaces() && t.place == "" {
			n.displacing = append(n.displacing, t)
		}
		if t.waiting != nil {
			n.staged = append(n.staged, t.staged())
		}
	}
	return n
}

// cross has all of what is needed of a side cross together. It tells whether what is staged is durable.
func (s *stager) cross(ctx context.Context, side plan.Side, n needs, found map[ground]error) (durable bool) {
	durable = true
	barriers := min(len(n.staged), 1)
	volume.Together(ctx, s.Ends[side].Disk, len(n.dirs)+len(n.displacing)+barriers, func(i int, as volume.Changer) {
		switch {
		case i < len(n.dirs):
			_, found[ground{side, n.dirs[i]}] = as.(volume.Gathering).Directory(n.dirs[i])
		case i < len(n.dirs)+len(n.displacing):
			t := n.displacing[i-len(n.dirs)]
			t.place, _ = as.Place(t.present()) // without one it is asked again, and tells why
		default:
			durable = as.Barrier(n.staged...) == nil
		}
	})
	return durable
}

// note notes the errors that tasks came to.
func note(tasks []*task, errs []error) {
	for n, err := range errs {
		if err != nil && !tasks[n].noted() {
			tasks[n].noteError(err)
		}
	}
}

// each stages contents, a few at a time, and returns what came of each. What goes to, or comes from, a tree that is far
// away crosses in a stream.
func (s *stager) each(ctx context.Context, group []*task) []error {
	list, bytes := make([]*staging, len(group)), int64(0)
	width, began := s.pace.width(), s.Now()
	var lanes [stagers][]*staging
	for n, t := range group {
		list[n] = s.staging(t)
		lane := s.lane(n, t, width)
		lanes[lane] = append(lanes[lane], list[n])
		bytes += perFile + t.After.Size
	}
	var wg sync.WaitGroup
	for _, lane := range lanes {
		if len(lane) > 0 {
			wg.Go(func() { s.stream(ctx, lane) })
		}
	}
	wg.Wait()
	s.pace.took(width, bytes, s.Now().Sub(began))
	errs := make([]error, len(group))
	for n := range list {
		errs[n] = list[n].err
	}
	return errs
}

// stream stages contents, one after the other: first what stays here or goes away, and then what comes.
func (s *stager) stream(ctx context.Context, list []*staging) {
	var going plan.Sides[[]*staging]
	var coming plan.Sides[[]*staging]
	for _, st := range list {
		if _, far := s.Ends[st.task.Side].Disk.(volume.Gathering); far || !st.reads() {
			going[st.task.Side] = append(going[st.task.Side], st)
		} else {
			coming[st.task.Source().Tree] = append(coming[st.task.Source().Tree], st)
		}
	}
	for _, side := range plan.BothSides {
		volume.Together(ctx, s.Ends[side].Disk, len(going[side]), func(i int, as volume.Changer) {
			through(going[side][i].task, as, func(*task) { going[side][i].carryOut(ctx) })
		})
		volume.LookTogether(ctx, s.Ends[side].Looker, len(coming[side]), func(i int, as volume.Looker) {
			coming[side][i].looker = as
			coming[side][i].carryOut(ctx)
		})
	}
}

// staging is a task whose content is being staged.
type staging struct {
	*stager
	task *task
	// looker opens the source, which is at from by now, since a task has moved it there where moved says so.
	looker volume.Looker
	from   tree.Path
	moved  bool
	err    error

	// goes tells that the content goes far away: whoever sends it reads the source then, which mu guards.
	goes   bool
	mu     sync.Mutex
	source volume.Content
	closed bool
	// failed is why the source is not what was planned, and read how it was stamped when all of it was read.
	failed error
	read   stamp
}

func (s *stager) staging(t *task) *staging {
	st := &staging{stager: s, task: t}
	if st.reads() {
		st.looker, st.from = s.Ends[t.Source().Tree], t.Source().Path
		if now, moved := s.tasks.moved[t.Source().Tree][st.from]; moved {
			st.from, st.moved = now, true
		}
	}
	return st
}

// reads tells whether it reads a file of a tree.
func (st *staging) reads() bool { return st.task.After.Of() == tree.File && !st.task.Source().InPlan() }

// carryOut stages what the task puts in place; nothing for what puts nothing.
func (st *staging) carryOut(ctx context.Context) {
	var staged volume.Staged
	switch {
	case st.task.After.Of() == tree.Symlink:
		staged, st.err = st.task.disk().StageLink(st.task.After.Target())
	case st.reads():
		staged, st.err = st.file(ctx)
	case st.task.After.Of() == tree.File:
		staged, st.err = st.merged(ctx, st.task)
	}
	st.task.waiting = &staged
}

// file stages the source of the task, if it is what it was before and after it is read. Where it goes far away it is
// opened when its turn comes to be sent, and closed then: there may be a thousand.
func (st *staging) file(ctx context.Context) (volume.Staged, error) {
	defer st.close()
	_, st.goes = st.task.disk().(volume.Gathering)
	if !st.goes {
		if err := st.open(); err != nil {
			return volume.Staged{}, err
		}
	}
	staged, err := st.copy(ctx, st.task, st)
	st.mu.Lock()
	defer st.mu.Unlock()
	if err == nil && !st.goes {
		st.read, st.failed = st.asPlanned()
	}
	st.task.read = st.read
	return staged, cmp.Or(st.failed, err)
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

// closeSource closes the source, once.
func (st *staging) closeSource() {
	if st.source != nil && !st.closed {
		st.closed = true
		_ = st.source.Close() // it was only read
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
func (s *stager) merged(ctx context.Context, t *task) (volume.Staged, error) {
	text := plan.MergedText(s.Plan, t.Source().Conflict)
	if text == nil {
		return volume.Staged{}, fmt.Errorf("%w: the plan has no merge of conflict %d", volume.ErrSource, t.Source().Conflict)
	}
	return s.copy(ctx, t, bytes.NewReader(text))
}

// copy stages what is read, and keeps it where it is a text.
func (s *stager) copy(ctx context.Context, t *task, from io.Reader) (volume.Staged, error) {
	mode := t.After.Mode
	if !mode.Known() {
		// A volume that is only declared to have no modes still gets what any new file gets.
		mode = tree.Perm(0o666 &^ s.Plan.Options.Umask.Bits())
	}
	seen := s.Texts.of(t)
	source := readCounter{Reader: seen.reader(from), copied: s.copied}
	staged, err := t.disk().Stage(ctx, &source, t.After.Size, t.After.SHA256, t.After.Mtime, mode)
	if err == nil {
		s.Texts.keep(seen, staged.Hash)
	}
	return staged, err
}
