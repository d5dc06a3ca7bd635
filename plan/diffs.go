package plan

import (
	"crypto/sha256"
	"runtime"
	"sync"

	"treaty/plan/internal/ignore"
	"treaty/plan/internal/textdiff"
	"treaty/plan/tree"
)

// diffs adds the diffs that the options ask for. A file that changed since it was hashed takes its
// conflict or operation out of the plan.
func (w *walk) diffs(p *Plan, readers Sides[Reader]) error {
	if w.policy.options.Diffs == DiffNone {
		return nil
	}
	differ := differ{w: w, readers: readers, sensitive: ignore.Sensitive(w.policy.options.Sensitive)}
	var jobs []func() error
	var changed sync.Map
	add := func(from, to version, into **Diff, key any) {
		jobs = append(jobs, func() error {
			diff, side, err := differ.diff(from, to)
			if err != nil {
				changed.Store(key, Problem{Severity: Blocked, Code: ChangedWhileReading, Side: &side,
					Path: &from.path, Message: tree.Why(err, from.path)})
				return w.ctx.Err()
			}
			*into = &diff
			return nil
		})
	}
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		if c.Local.Of() == tree.File && c.Remote.Of() == tree.File {
			there := c.PathOn(Remote)
			if path, ok := w.respelt[c.Path]; ok {
				there = path
			}
			add(version{Local, c.Path, c.Local}, version{Remote, there, c.Remote}, &c.Diff, c.ID)
		}
	}
	if w.policy.options.Diffs == DiffUpdates {
		for i := range p.Operations {
			op := &p.Operations[i]
			if op.Action == Update && op.Before.Type == tree.File && op.After.Type == tree.File {
				add(version{op.Side, op.Path, op.Before}, version{op.Source.Tree, op.Source.Path, op.After}, &op.Diff, op.ID)
			}
		}
	}
	if err := parallel(jobs); err != nil {
		return err
	}
	w.dropChanged(p, &changed)
	return w.ctx.Err()
}

// dropChanged takes out what could not be read again as it was, in a fixed order.
func (w *walk) dropChanged(p *Plan, changed *sync.Map) {
	gone := func(id int) bool {
		problem, ok := changed.Load(id)
		if ok {
			w.problems = append(w.problems, problem.(Problem))
		}
		return ok
	}
	before := len(w.problems)
	operations, conflicts := p.Operations[:0], p.Conflicts[:0]
	for _, op := range p.Operations {
		if !gone(op.ID) {
			operations = append(operations, op)
		}
	}
	for _, c := range p.Conflicts {
		if !gone(c.ID) {
			conflicts = append(conflicts, c)
		}
	}
	p.Operations, p.Conflicts = operations, conflicts
	if len(w.problems) > before {
		p.Number()
	}
}

// version is a file as one side has it.
type version struct {
	side  Side
	path  tree.Path
	state *tree.State
}

func (v version) name() string { return v.side.String() + "/" + string(v.path) }

type differ struct {
	w         *walk
	readers   Sides[Reader]
	sensitive ignore.List
}

// diff compares two versions. On an error it says whose content could not be had.
func (d *differ) diff(from, to version) (Diff, Side, error) {
	if d.sensitive.Match(string(from.path), false) || d.sensitive.Match(string(to.path), false) {
		return textdiff.Omit(textdiff.OmittedSensitive), 0, nil
	}
	if textdiff.TooLarge(from.state.Size) || textdiff.TooLarge(to.state.Size) {
		return textdiff.Omit(textdiff.OmittedTooLarge), 0, nil
	}
	var texts [2][]byte
	for i, v := range []version{from, to} {
		text, err := d.readers[v.side].Text(d.w.ctx,
			tree.Wanted{Path: v.path, Size: v.state.Size, Mtime: v.state.Mtime}, textdiff.MaxBytes)
		if err == nil && v.state.SHA256.Known() && sha256.Sum256(text) != v.state.SHA256 {
			err = tree.ErrChanged
		}
		if err != nil {
			return Diff{}, v.side, err
		}
		texts[i] = text
	}
	return textdiff.Unified(from.name(), to.name(), texts[0], texts[1]), 0, nil
}

// parallel runs jobs on all processors and returns the first error in their order.
func parallel(jobs []func() error) error {
	errs := make([]error, len(jobs))
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(jobs)) {
		wg.Go(func() {
			for i := range next {
				errs[i] = jobs[i]()
			}
		})
	}
	for i := range jobs {
		next <- i
	}
	close(next)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
