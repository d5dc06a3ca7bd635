package execute

import (
	"context"
	"sync"
	"sync/atomic"

	"treaty/apply/volume"
	"treaty/plan"
)

// ahead is a group of which contents are staged while something else is done.
type ahead struct {
	tasks []*task
	errs  []error
	// found and durable are what was learned of what lies far away, once all were tried.
	found   map[ground]error
	durable sides
	staged  chan struct{} // closed once all were tried
	// unsent are how many contents that go far away are still to be read, and sent is closed when none is, nil where none
	// goes there.
	unsent atomic.Int64
	sent   chan struct{}
}

// underWay tells whether it is not known yet what came of all.
func (a *ahead) underWay() bool {
	if a == nil {
		return false
	}
	select {
	case <-a.staged:
		return false
	default:
		return true
	}
}

// goesFar tells whether contents go far away.
func (a *ahead) goesFar() bool { return a != nil && a.sent != nil }

// onItsWay waits until all of it that goes far away was sent. Where nothing goes there it does not wait.
func (a *ahead) onItsWay() {
	if a.goesFar() {
		select {
		case <-a.staged:
		case <-a.sent:
		}
	}
}

// expect counts the contents that go far away.
func (a *ahead) expect() {
	for _, t := range a.tasks {
		if _, far := t.disk().(volume.Gathering); far && t.reads() {
			a.unsent.Add(1)
		}
	}
	if a.unsent.Load() > 0 {
		a.sent = make(chan struct{})
	}
}

// read tells that a content that goes far away was read, as far as it ever is.
func (a *ahead) read() {
	if a.unsent.Add(-1) == 0 {
		close(a.sent)
	}
}

// wait waits until all were tried, and tells what came of each.
func (a *ahead) wait() ([]*task, []error) {
	if a == nil {
		return nil, nil
	}
	<-a.staged
	return a.tasks, a.errs
}

// begin begins to stage those of a group that nothing can change which is done meanwhile, once those before it, nil for
// none, are on their way. With grounded all directories are made, and what waits for a line after staging is done too.
func (s *stager) begin(ctx context.Context, group []*task, grounded bool, before *ahead) *ahead {
	a := &ahead{staged: make(chan struct{})}
	for _, t := range group {
		if !t.noted() && !t.notes.stops(t) && !s.tasks.inMotion(t) {
			a.tasks = append(a.tasks, t)
		}
	}
	a.expect()
	go func() {
		defer close(a.staged)
		before.onItsWay()
		a.found = map[ground]error{}
		var beside sync.WaitGroup
		beside.Go(func() { s.beside(ctx, a, grounded) })
		a.errs = s.each(ctx, a.tasks, wherePlanned, a)
		if beside.Wait(); !grounded {
			return
		}
		staged := make([]*task, 0, len(a.tasks))
		for n, t := range a.tasks {
			if a.errs[n] == nil {
				staged = append(staged, t)
			}
		}
		for _, side := range plan.BothSides {
			if s.far(only(side)) && !s.follows(side) {
				n := neededBy(staged, side)
				n.staged = stagedOn(staged, side)
				a.durable[side] = s.cross(ctx, side, n, a.found)
			}
		}
	}()
	return a
}

// beside has what else a group needs of a side that is far away cross beside its contents, where what makes these
// durable need not be waited for: places, and with grounded directories.
func (s *stager) beside(ctx context.Context, a *ahead, grounded bool) {
	for _, side := range plan.BothSides {
		if !s.follows(side) {
			continue
		}
		n := neededBy(a.tasks, side)
		if !grounded {
			n.dirs = nil
		}
		s.cross(ctx, side, n, a.found)
	}
}
