package execute

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"treaty/apply/internal/settle"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// stagers is how many contents are staged at a time.
const stagers = 2

// stager copies what tasks put in place to its volume, where it waits to be swapped in.
type stager struct {
	*Ground
	tasks   *tasks
	footing *footing
	stamps  *Stamps
	// copied counts the bytes, nil where nobody asks.
	copied *atomic.Int64
}

// ahead is a group of which contents are staged while something else is done.
type ahead struct {
	tasks  []*task
	errs   []error
	staged chan struct{} // closed once all were tried
}

// wait waits until all were tried, and tells what came of each.
func (a *ahead) wait() ([]*task, []error) {
	if a == nil {
		return nil, nil
	}
	<-a.staged
	return a.tasks, a.errs
}

// begin begins to stage those of a group that nothing can change which is done meanwhile.
func (s *stager) begin(ctx context.Context, group []*task) *ahead {
	a := &ahead{staged: make(chan struct{})}
	for _, t := range group {
		if !t.noted() && !t.notes.stops(t) && !s.tasks.inMotion(t) {
			a.tasks = append(a.tasks, t)
		}
	}
	go func() {
		defer close(a.staged)
		a.errs = s.each(ctx, a.tasks)
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
	s.footing.lack(group)
	group = slices.DeleteFunc(slices.Clone(group), func(t *task) bool { return t.noted() || t.notes.stops(t) })
	late := slices.DeleteFunc(slices.Clone(group), func(t *task) bool { return t.waiting != nil })
	note(late, s.each(ctx, late))
	return s.durable(group)
}

// note notes the errors that tasks came to.
func note(tasks []*task, errs []error) {
	for n, err := range errs {
		if err != nil {
			tasks[n].noteError(err)
		}
	}
}

// each stages contents, a few at a time, and returns what came of each.
func (s *stager) each(ctx context.Context, group []*task) []error {
	errs := make([]error, len(group))
	var begun atomic.Int64
	var wg sync.WaitGroup
	for range min(stagers, len(group)) {
		wg.Go(func() {
			for n := begun.Add(1) - 1; n < int64(len(group)); n = begun.Add(1) - 1 {
				errs[n] = s.content(ctx, group[n])
			}
		})
	}
	wg.Wait()
	return errs
}

// content stages what a task puts in place; nothing for what puts nothing.
func (s *stager) content(ctx context.Context, t *task) error {
	var staged volume.Staged
	var err error
	switch t.After.Of() {
	case tree.Symlink:
		staged, err = t.disk().StageLink(t.After.Target)
	case tree.File:
		staged, err = s.file(ctx, t)
	}
	t.waiting = &staged
	return err
}

// file stages the source of a task, if it is what it was before and after it is read.
func (s *stager) file(ctx context.Context, t *task) (volume.Staged, error) {
	if t.Source.InPlan() {
		return s.merged(ctx, t)
	}
	from := t.Source.Path
	if now, moved := s.tasks.moved[t.Source.Tree][from]; moved {
		from = now
	}
	f, err := s.Ends[t.Source.Tree].Open(from)
	if err != nil {
		return volume.Staged{}, settle.SourceError(err)
	}
	defer f.Close()
	if _, err := s.asPlanned(f, t); err != nil {
		return volume.Staged{}, err
	}
	staged, err := s.copy(ctx, t, f)
	if err == nil {
		t.read, err = s.asPlanned(f, t)
	}
	return staged, err
}

// merged stages the text of a merge, which the plan has.
func (s *stager) merged(ctx context.Context, t *task) (volume.Staged, error) {
	text := plan.MergedText(s.Plan, t.Source.Conflict)
	if text == nil {
		return volume.Staged{}, fmt.Errorf("%w: the plan has no merge of conflict %d", volume.ErrSource, t.Source.Conflict)
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

// asPlanned holds an open source to the stat that the plan saw, and returns it. What lies in a trash is told
// by its hash alone.
func (s *stager) asPlanned(f volume.Content, t *task) (stamp, error) {
	if t.Source.Path.Private() {
		return stamp{}, nil
	}
	size, mtime, err := f.Stamp()
	if err != nil {
		return stamp{}, err
	}
	now := stamp{size, mtime}
	if _, moved := s.tasks.moved[t.Source.Tree][t.Source.Path]; !s.stamps.unchanged(t.Operation, now, moved) {
		return now, fmt.Errorf("%w: it was written to since", volume.ErrSource)
	}
	return now, nil
}
