package plan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"treaty/plan/tree"
)

// Tree is one side as Compare takes it.
type Tree struct {
	Root string
	// ID is nil before the tree's first apply.
	ID     *string
	Traits tree.Traits
	Stream tree.Stream
	Reader Reader
}

// Reader reads the content of a tree's files.
type Reader interface {
	// Hash reads the wanted files and calls done for each, from any goroutine. It returns an error
	// only where going on makes no sense, such as a cancelled context.
	Hash(ctx context.Context, wanted []tree.Wanted, done func(i int, content tree.Content)) error
	// Text returns the whole of a file that is at most limit bytes.
	Text(ctx context.Context, wanted tree.Wanted, limit int64) ([]byte, error)
}

// Input is all that a plan is made from.
type Input struct {
	Trees Sides[Tree]
	// Memory is nil where there is no baseline; Baseline then is too.
	Memory   tree.Memory
	Baseline *BaselineRef
	Options  Options
	// Problems that the caller knows of already, such as a baseline that does not count.
	Problems []Problem
	// Shift is by how much all times of a side are off, nil where that is to be found out.
	Shift *Sides[time.Duration]
	// Observe, where not nil, is told every directory's digest.
	Observe func(side Side, dir tree.Path, digest tree.Hash)
}

// Compare walks both trees and the baseline in step and says what would bring the trees together. The
// plan lacks only what makes it a document of its own: id, time and author. The same input gives the
// same plan; swapped sides give the mirror image. An error means that there is no plan: a tree could
// no longer be read, ctx was cancelled, or, once in a blue moon, ErrShift.
func Compare(ctx context.Context, in Input) (*Plan, error) {
	traits := Sides[tree.Traits]{in.Trees[Local].Traits, in.Trees[Remote].Traits}
	w := &walk{
		ctx:        ctx,
		policy:     newPolicy(traits, in.Memory != nil, in.Options),
		shiftGiven: in.Shift != nil,
		streams:    Sides[tree.Stream]{in.Trees[Local].Stream, in.Trees[Remote].Stream},
		memory:     in.Memory,
		observe:    in.Observe,
		problems:   slices.Clone(in.Problems),
	}
	readers := Sides[Reader]{in.Trees[Local].Reader, in.Trees[Remote].Reader}
	w.policy.shiftBy(in.Shift)
	w.decided = func() error {
		if err := w.findShift(readers, earlyShifted); err != nil {
			return err
		}
		return w.read(readers, false)
	}
	digests, err := w.run()
	if err != nil {
		return nil, err
	}
	if err := w.findShift(readers, leastShifted); err != nil {
		return nil, err
	}
	if err := w.read(readers, true); err != nil {
		return nil, err
	}
	w.refuseXSyms()
	w.settle()
	if w.bothWays() {
		// Conflicts state the content of both files, whatever operations do.
		if err := w.read(readers, true); err != nil {
			return nil, err
		}
	}
	if err := w.keepOldNames(readers); err != nil {
		return nil, err
	}
	w.renames()
	if w.policy.wishes() {
		w.grantWishes()
		if err := w.read(readers, true); err != nil {
			return nil, err
		}
	}
	p := newPlan(in)
	for _, side := range BothSides {
		p.snapshot(side, &in.Trees[side], w.counts[side], digests[side])
	}
	w.whole(p)
	if err := w.diffs(p, readers); err != nil {
		return nil, err
	}
	for _, side := range BothSides {
		if why := p.deletesTooMuch(side); why != "" {
			w.warn(ManyDeletes, &side, nil, why)
		}
	}
	p.Summary = Summary{Agreed: w.agreed, Ignored: w.ignored}
	w.warnOfShift(&p.Summary)
	sortProblems(w.problems)
	p.Problems = append([]Problem{}, w.problems...)
	p.Summarize()
	p.News = w.news
	return p, nil
}

// newPlan is a plan with nothing in it yet.
func newPlan(in Input) *Plan {
	return &Plan{Schema: SchemaFile, Format: Format, FormatVersion: FormatVersion, Baseline: in.Baseline, Options: in.Options,
		Operations: []Operation{}, Conflicts: []Conflict{}, Problems: []Problem{}}
}

// snapshot fills in what a side's tree amounts to.
func (p *Plan) snapshot(side Side, from *Tree, c counts, digest tree.Hash) {
	*p.Snapshot(side) = Snapshot{Root: from.Root, ID: from.ID, Filesystem: from.Traits,
		Files: c.files, Directories: c.directories, Bytes: c.bytes, Digest: digest}
}

// read reads what decisions and operations need, and decides again, until nothing is unsure. Unless
// it is the last time, only the decisions count.
func (w *walk) read(readers Sides[Reader], last bool) error {
	for {
		if last {
			w.wantOperations()
		}
		var wanted Sides[[]tree.Wanted]
		var of Sides[[]int]
		for i := range w.differences {
			d := &w.differences[i]
			for _, side := range BothSides {
				e := &d.entry[side]
				if e.Type != tree.File || d.blocked || d.content[side].Err != nil {
					continue
				}
				head := w.wantsHead(d, side)
				whole := (d.verdict.unsure[side] || d.wanted[side]) && !d.content[side].SHA256.Known()
				if whole || head {
					wanted[side] = append(wanted[side], tree.Wanted{Path: d.path[side], Size: e.Size, Mtime: e.Mtime, Head: head, HeadOnly: !whole})
					of[side] = append(of[side], i)
				}
			}
		}
		if len(wanted[Local]) == 0 && len(wanted[Remote]) == 0 {
			return nil
		}
		if err := w.hash(readers, wanted, of); err != nil {
			return err
		}
		w.redecide()
	}
}

// hash reads on both sides at once.
func (w *walk) hash(readers Sides[Reader], wanted Sides[[]tree.Wanted], of Sides[[]int]) error {
	var wg sync.WaitGroup
	var errs Sides[error]
	for _, side := range BothSides {
		if len(wanted[side]) == 0 {
			continue
		}
		wg.Go(func() {
			errs[side] = readers[side].Hash(w.ctx, wanted[side], func(i int, content tree.Content) {
				w.differences[of[side][i]].took(side, content)
			})
		})
	}
	wg.Wait()
	return errors.Join(errs[Local], errs[Remote])
}

// redecide decides again where the content is known now, and drops what turns out to be the same or
// cannot be read.
func (w *walk) redecide() {
	kept := w.differences[:0]
	for i := range w.differences {
		d := &w.differences[i]
		if d.verdict.agreed() && d.against == nil {
			if w.policy.asked(d) && !d.failed() {
				kept = append(kept, *d)
			} else {
				w.agree(&d.trio)
			}
			continue
		}
		if w.unread(d) {
			if d.against != nil {
				d.verdict, d.blocked = verdict{}, true
				kept = append(kept, *d)
			}
			continue
		}
		for _, side := range BothSides {
			if sum := d.content[side].SHA256; sum.Known() {
				d.hash[side] = sum
			}
		}
		if d.verdict.isUnsure() {
			w.judge(d)
			if d.verdict.modesDiffer {
				w.modesDiffer(d)
			}
			if d.verdict.agreed() && !w.policy.asked(d) {
				w.agree(&d.trio)
				continue
			}
			if w.refused(d) {
				continue
			}
		}
		kept = append(kept, *d)
	}
	clear(w.differences[len(kept):])
	w.differences = kept
}

// unread blocks a difference whose content could not be read, and tells whether it did. A file that
// still has the stat of its record needs no reading to be known.
func (w *walk) unread(d *difference) bool {
	blocked := false
	for _, side := range BothSides {
		err := d.content[side].Err
		if err == nil || d.hash[side].Known() {
			continue
		}
		code := Unreadable
		if errors.Is(err, tree.ErrChanged) {
			code = ChangedWhileReading
		}
		w.block(code, side, d.path[side], tree.Why(err, d.path[side]))
		blocked = true
	}
	return blocked
}

func (w *walk) modesDiffer(d *difference) {
	w.warn(ModeDiffers, nil, &d.path[Local], fmt.Sprintf("the modes differ (%s on local, %s on remote), and nothing tells which is right",
		d.entry[Local].Mode, d.entry[Remote].Mode))
}

// settle says of the directories that stand against a file or a link whether they come or go. Where they
// don't, nothing below them is planned. What lies below a directory stands before it.
func (w *walk) settle() {
	drop := map[int]bool{}
	for i := range w.differences {
		d := &w.differences[i]
		if d.against == nil {
			continue
		}
		where := *d.against
		first, onlyDeletes := i, !d.stays
		for first > 0 && w.differences[first-1].path[where].Within(d.path[where]) {
			first--
			changes := w.differences[first].verdict.changes
			onlyDeletes = onlyDeletes && len(changes) == 1 && changes[0].action == Delete
		}
		goes := len(d.verdict.changes) > 0 && d.verdict.changes[0].side == where
		if goes && (!onlyDeletes || w.blockedBelow(where, d.path[where])) {
			d.verdict = verdict{kind: TypeMismatch}
		}
		if d.blocked || d.verdict.kind != "" {
			for below := first; below < i; below++ {
				drop[below] = true
			}
			w.problems = slices.DeleteFunc(w.problems, func(p Problem) bool {
				return p.Code == KeptNotEmpty && *p.Side == where && p.Path.Within(d.path[where])
			})
		}
		if d.blocked {
			drop[i] = true
		}
	}
	w.drop(drop)
}

// blockedBelow tells whether anything in a directory is blocked.
func (w *walk) blockedBelow(side Side, dir tree.Path) bool {
	return slices.ContainsFunc(w.problems, func(p Problem) bool {
		return p.Severity == Blocked && p.Side != nil && *p.Side == side && p.Path != nil && p.Path.Within(dir)
	})
}

// drop takes differences out.
func (w *walk) drop(drop map[int]bool) {
	if len(drop) == 0 {
		return
	}
	kept := w.differences[:0]
	for i := range w.differences {
		if !drop[i] {
			kept = append(kept, w.differences[i])
		}
	}
	clear(w.differences[len(kept):])
	w.differences = kept
}

// wantOperations marks what must be read so that operations and conflicts can state their content;
// what is known already is not read again.
func (w *walk) wantOperations() {
	w.renameCandidates()
	for i := range w.differences {
		d := &w.differences[i]
		if d.verdict.isUnsure() {
			continue
		}
		for _, side := range BothSides {
			if d.entry[side].Type != tree.File {
				continue
			}
			states := d.verdict.kind != "" || w.policy.options.Hash != HashConflicts || d.moves()
			if states && !d.hash[side].Known() {
				d.wanted[side] = true
			}
		}
	}
}

// infers tells whether a change of the given side waits for the executable rules.
func (d *difference) infers(side Side) bool {
	for _, c := range d.verdict.changes {
		if c.side == side && c.inferMode {
			return true
		}
	}
	return false
}

// whole does what needs all differences at once, and fills in the plan's operations and conflicts.
func (w *walk) whole(p *Plan) {
	w.keepParents()
	for i := range w.differences {
		d := &w.differences[i]
		if d.verdict.kind != "" {
			p.Conflicts = append(p.Conflicts, w.conflict(d))
			continue
		}
		for _, c := range d.verdict.changes {
			p.Operations = append(p.Operations, w.operation(d, c))
		}
	}
	w.warnings(p)
	p.Sort()
	p.Number()
}

// bothWays turns updates in both directions into conflicts where nobody has a memory to tell that this
// is fine, or where the person said that it is not. It tells whether there were any.
func (w *walk) bothWays() bool {
	if w.policy.baseline && w.policy.options.Bidirectional != BidirectionalConflict {
		return false
	}
	var to Sides[bool]
	for i := range w.differences {
		if side, updates := w.differences[i].updates(); updates {
			to[side] = true
		}
	}
	if !to[Local] || !to[Remote] {
		return false
	}
	for i := range w.differences {
		d := &w.differences[i]
		if _, updates := d.updates(); updates {
			d.verdict = verdict{kind: BidirectionalUpdate}
		}
	}
	return true
}

// updates tells which side would get other content of the same type.
func (d *difference) updates() (Side, bool) {
	for _, c := range d.verdict.changes {
		if c.action == Update && d.entry[Local].Type == d.entry[Remote].Type {
			return c.side, true
		}
	}
	return 0, false
}

// keepParents drops deletes of directories in which something is blocked, or keeps its name.
func (w *walk) keepParents() {
	stays := Sides[map[tree.Path]bool]{{}, {}}
	above := func(side Side, path tree.Path) {
		for dir := path.Parent(); dir != tree.Root && !stays[side][dir]; dir = dir.Parent() {
			stays[side][dir] = true
		}
	}
	for i := range w.problems {
		if p := &w.problems[i]; p.Severity == Blocked && p.Path != nil {
			above(Local, *p.Path)
			above(Remote, *p.Path)
		}
	}
	for _, k := range w.kept {
		above(k.side, k.path)
	}
	w.differences = slices.DeleteFunc(w.differences, func(d difference) bool {
		if len(d.verdict.changes) != 1 || d.verdict.changes[0].action != Delete {
			return false
		}
		side := d.verdict.changes[0].side
		return d.entry[side].Type == tree.Directory && stays[side][d.path[side]]
	})
}
