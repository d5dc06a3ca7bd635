package plan

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"runtime"
	"slices"
	"sync"

	"treaty/plan/internal/ignore"
	"treaty/plan/internal/textdiff"
	"treaty/plan/tree"
)

// addDiffs adds the diffs that the options ask for. A file that changed since it was hashed takes its
// conflict or operation out of the plan. spelled is remote's own spelling of a conflict's path, where that is another.
func addDiffs(ctx context.Context, dr *draft, p *Plan, spelled map[tree.Path]tree.Path) error {
	differ := differ{readers: dr.readers, sensitive: ignore.Sensitive(dr.policy.options.Sensitive), base: dr.base}
	jobs := p.diffJobs(dr.policy.options.Diffs, spelled)
	if err := parallel(len(jobs), func(i int) error { return differ.do(ctx, &jobs[i]) }); err != nil {
		return err
	}
	keepMerges(p)
	takeOut(dr, p, jobs)
	return ctx.Err()
}

// diffJob is a diff to be made, of the element with an id.
type diffJob struct {
	id       int
	from, to version
	// conflict is the one that it is of, nil where it is of the operation.
	conflict  *Conflict
	operation *Operation
	// problem is why there is none, nil where there is one.
	problem *Problem
}

// made puts the diff where it belongs.
func (j *diffJob) made(diff *Diff) {
	if j.conflict != nil {
		j.conflict.Diff = diff
		return
	}
	j.operation.Amend(func(r *Rare) { r.Diff = diff })
}

// diffJobs are those of a plan's conflicts and, if asked for, its updates.
func (p *Plan) diffJobs(what DiffWhat, spelled map[tree.Path]tree.Path) (jobs []diffJob) {
	if what == DiffNone {
		return nil
	}
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		if c.Local.Of() == tree.File && c.Remote.Of() == tree.File {
			there := cmp.Or(spelled[c.Path], c.PathOn(Remote))
			from, to := version{Local, c.Path, c.Local}, version{Remote, there, c.Remote}
			jobs = append(jobs, diffJob{c.ID, from, to, c, nil, nil})
		}
	}
	if what != DiffUpdates {
		return jobs
	}
	for i := range p.Operations {
		op := &p.Operations[i]
		if op.Action == Update && op.Before.Type == tree.File && op.After.Type == tree.File {
			from, to := version{op.Side, op.Path, op.Before}, version{op.Source().Tree, op.Source().Path, op.After}
			jobs = append(jobs, diffJob{op.ID, from, to, nil, op, nil})
		}
	}
	return jobs
}

// do makes one diff, or says why there is none, and the merge of a conflict where there is one. It returns the error of
// ctx.
func (d *differ) do(ctx context.Context, job *diffJob) error {
	diff := textdiff.Omit(d.omits(job.from, job.to))
	if diff.Omitted == "" {
		texts, side, err := d.texts(ctx, job.from, job.to)
		switch {
		case errors.Is(err, tree.ErrNotHere):
			diff = textdiff.Omit(textdiff.OmittedNotHere)
			job.made(&diff)
			return nil
		case err != nil:
			job.problem = &Problem{Severity: Blocked, Code: ChangedWhileReading, Side: &side,
				Path: &job.from.path, Message: tree.Why(err, job.from.path)}
			return ctx.Err()
		}
		diff = textdiff.Unified(job.from.name(), job.to.name(), texts[0], texts[1])
		if job.conflict != nil {
			job.conflict.Merge = d.merge(job.conflict, texts)
		}
	}
	job.made(&diff)
	return nil
}

// takeOut takes out of the plan what could not be read again as it was.
func takeOut(dr *draft, p *Plan, jobs []diffJob) {
	changed := map[int]bool{}
	for i := range jobs {
		if problem := jobs[i].problem; problem != nil {
			changed[jobs[i].id] = true
			dr.problems = append(dr.problems, *problem)
		}
	}
	if len(changed) == 0 {
		return
	}
	p.Operations = slices.DeleteFunc(p.Operations, func(op Operation) bool { return changed[op.ID] })
	p.Conflicts = slices.DeleteFunc(p.Conflicts, func(c Conflict) bool { return changed[c.ID] })
	p.Number()
}

// differ makes diffs and merges.
type differ struct {
	readers   Sides[Reader]
	sensitive ignore.List
	base      func(tree.Hash) []byte
}

// omits is why two versions are not even read, "" where they are.
func (d *differ) omits(from, to version) textdiff.Omitted {
	switch {
	case d.sensitive.Match(string(from.path), false) || d.sensitive.Match(string(to.path), false):
		return textdiff.OmittedSensitive
	case textdiff.TooLarge(from.state.Size) || textdiff.TooLarge(to.state.Size):
		return textdiff.OmittedTooLarge
	}
	return ""
}

// texts reads two versions. On an error it says whose content could not be had.
func (d *differ) texts(ctx context.Context, from, to version) (texts [2][]byte, side Side, err error) {
	for i, v := range []version{from, to} {
		text, err := d.readers[v.side].Text(ctx,
			tree.Wanted{Path: v.path, Size: v.state.Size, Mtime: v.state.Mtime}, textdiff.MaxBytes)
		if err == nil && v.state.SHA256.Known() && sha256.Sum256(text) != v.state.SHA256 {
			err = tree.ErrChanged
		}
		if err != nil {
			return texts, v.side, err
		}
		texts[i] = text
	}
	return texts, 0, nil
}

// parallel runs n jobs on all processors and returns the first error in their order.
func parallel(n int, job func(i int) error) error {
	errs := make([]error, n)
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for i := range next {
				errs[i] = job(i)
			}
		})
	}
	for i := range n {
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

// merge is the merge of a conflict's two texts, nil where there is none.
func (d *differ) merge(c *Conflict, texts [2][]byte) *Merge {
	if d.base == nil || !c.mergeable() {
		return nil
	}
	base := d.base(c.Base.SHA256)
	if base == nil {
		return nil
	}
	return MergeOf(c.Base.SHA256, [3][]byte{base, texts[Local], texts[Remote]})
}
