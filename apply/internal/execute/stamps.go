package execute

import (
	"time"

	"treaty/apply/internal/paths"
	"treaty/plan"
	"treaty/plan/tree"
)

// stamp is the size of a file and its time, as its own volume tells them.
type stamp struct {
	size  int64
	mtime tree.Time
}

// Stamps are what is known, before the first write, of the files that a plan has to do with.
type Stamps struct {
	plan         *plan.Plan
	since, total plan.Sides[time.Duration]
	// of are those of files that the plan reads, writes or names in a conflict.
	of plan.Sides[*stamped]
	// Fits tells which trees were found to be what was planned as a whole: only then are stamps known to be those
	// that the plan was made with, and not times that the other side cannot tell from them.
	Fits plan.Sides[bool]
}

// NewStamps is without any stamp. since and total are by how much the times of the volumes are off: more than when the
// plan was made, and than on record.
func NewStamps(p *plan.Plan, since, total plan.Sides[time.Duration]) *Stamps {
	s := &Stamps{plan: p, since: since, total: total}
	for side, many := range files(p) {
		s.of[side] = &stamped{many: many}
	}
	return s
}

// stamped are files with their stamps. There may be a million, whose paths are held elsewhere too.
type stamped struct {
	// many is for how many there is to be room, once there is any.
	many  int
	files []stampedFile
	at    *paths.Index
}

type stampedFile struct {
	path tree.Path
	stamp
}

// note notes a stamp, in the place of an earlier one.
func (s *stamped) note(path tree.Path, as stamp) {
	if s.at == nil {
		s.files = make([]stampedFile, 0, s.many)
		s.at = paths.New(s.many, func(place int) tree.Path { return s.files[place].path })
	}
	s.files = append(s.files, stampedFile{path, as})
	s.at.Add(len(s.files) - 1)
}

// stamp is that of the file that has a path, false where none is known.
func (s *stamped) stamp(path tree.Path) (stamp, bool) {
	if place, found := s.at.Last(path); found {
		return s.files[place].stamp, true
	}
	return stamp{}, false
}

// files is how many files of each side operations read or write, about.
func files(p *plan.Plan) (many plan.Sides[int]) {
	for i := range p.Operations {
		op := &p.Operations[i]
		if op.Source() != nil && !op.Source().InPlan() {
			many[op.Source().Tree]++
		}
		if op.Before.Of() == tree.File {
			many[op.Side]++
		}
	}
	return many
}

// Note keeps the stamps of a name that the plan has to do with, on both sides, as their volumes tell them. paths are
// those of the name, for keeping, and copying is, of each side, the operation that copies its file to the same path of
// the other side, where nothing else is expected of it: a stamp that this one states is not kept beside it.
func (s *Stamps) Note(n *plan.Name, paths plan.Sides[tree.Path], copying plan.Sides[*plan.Operation]) {
	for _, side := range plan.BothSides {
		e := &n.Entry[side]
		if e.Type != tree.File {
			continue
		}
		as := stamp{e.Size, e.Mtime.Add(s.since[side])}
		if op := copying[side]; op == nil || !s.states(op, as) {
			s.of[side].note(paths[side], as)
		}
	}
}

// states tells whether what a plan says of a copy is true of no other stamp of its source: its volume tells times apart
// as that of the source does, and takes all of them.
func (s *Stamps) states(op *plan.Operation, as stamp) bool {
	side := op.Source().Tree
	from, to := s.plan.Snapshot(side).Filesystem, s.plan.Snapshot(op.Side).Filesystem
	alike := to.MtimeGranularity <= from.MtimeGranularity && to.AnyYear()
	return alike && s.total[side] == 0 && !Timeless(op) &&
		as.size == op.After.Size && as.mtime.Cut(from.MtimeGranularity) == op.After.Mtime
}

// unproved tells of an operation that copies a file of which the plan neither has a hash nor, since the copy's
// volume tells fewer times apart, the very time: only the stamp that the file had tells whether it is that one.
func (s *Stamps) unproved(op *plan.Operation) bool {
	if op.Source() == nil || op.Source().InPlan() || op.Source().Path.Private() || op.After.Of() != tree.File ||
		op.After.SHA256.Known() {
		return false
	}
	from, to := s.plan.Snapshot(op.Source().Tree).Filesystem, s.plan.Snapshot(op.Side).Filesystem
	return from.MtimeGranularity < to.MtimeGranularity
}

// ReadUnproved tells whether the plan copies such a file from a side.
func (s *Stamps) ReadUnproved(side plan.Side) bool {
	for i := range s.plan.Operations {
		op := &s.plan.Operations[i]
		if op.Decision != plan.Skip && op.Source() != nil && op.Source().Tree == side && s.unproved(op) {
			return true
		}
	}
	return false
}

// Times are, by the index of the step and with shifts made up for, those of the files that would otherwise be unproved
// where the run is taken up.
func (s *Stamps) Times(steps []plan.Step) map[int]tree.Time {
	times := map[int]tree.Time{}
	for i := range steps {
		if step := &steps[i]; s.unproved(step.Operation) {
			from := step.Source().Tree
			if seen, ok := s.of[from].stamp(step.Source().Path); ok {
				times[i] = seen.mtime.Add(-s.total[from])
			}
		}
	}
	return times
}

// Recall takes over what Times told of the steps.
func (s *Stamps) Recall(steps []plan.Step, times map[int]tree.Time) {
	for i := range steps {
		if mtime, ok := times[i]; ok && s.unproved(steps[i].Operation) {
			from := steps[i].Source().Tree
			s.of[from].note(steps[i].Source().Path, stamp{steps[i].After.Size, mtime.Add(s.total[from])})
		}
	}
}

// unchanged tells whether the source of an operation has the stat that it had when the trees were compared with the
// plan, or, where an earlier run did that, or this one moved it, the one that the plan gives to its copy: as far as the
// other side can tell.
func (s *Stamps) unchanged(op *plan.Operation, now stamp, moved bool) bool {
	from := op.Source().Tree
	granularity := s.plan.Snapshot(from).Filesystem.MtimeGranularity
	was, seen := s.of[from].stamp(op.Source().Path)
	switch {
	case moved:
	case seen && (now.size != was.size || now.mtime.Cut(granularity) != was.mtime.Cut(granularity)),
		!seen && s.unproved(op):
		return false
	}
	mtime := now.mtime.Cut(granularity).Add(-s.total[from])
	copied := s.plan.Snapshot(op.Side).Filesystem.Keep(mtime)
	return now.size == op.After.Size && (copied == op.After.Mtime || Timeless(op))
}

// Proof is of a file whose content the run has seen or written when it had that stamp. The zero value proves nothing.
type Proof struct {
	stamp
	hash tree.Hash
}

// Learned is what the executed tasks tell of the content of files. It refers to them, since it may be as much as the
// plan.
type Learned struct {
	stamps *Stamps
	tasks  *tasks
	// sources are the tasks that read a file of a side under another path than theirs.
	sources plan.Sides[map[tree.Path]*task]
}

// Learned is what is to be learned from the tasks, now that they are over.
func (e *Execution) Learned() *Learned {
	l := &Learned{e.stamps, e.tasks, plan.Sides[map[tree.Path]*task]{{}, {}}}
	for _, t := range e.tasks.all {
		if from := t.Source(); from != nil && !from.InPlan() && from.Path != t.Path && l.teaches(t) {
			l.sources[from.Tree][from.Path] = t
		}
	}
	return l
}

// Of is what is known of a file of a side, the zero value for nothing. A stamp is only ever that of the file's own
// side: the other side's copy may be of the same granule as two versions here. A source has the one with which it was
// read, and none where an earlier run read it.
func (l *Learned) Of(side plan.Side, path tree.Path) Proof {
	if t := l.tasks.at(side, path); l.teaches(t) {
		return t.proof()
	}
	if t := l.tasks.at(side.Other(), path); l.teaches(t) {
		if known, proof := l.across(t, side, path); known {
			return proof
		}
	}
	if t := l.sources[side][path]; t != nil {
		return l.source(t)
	}
	return Proof{}
}

// teaches tells whether it is known which content a task left. nil teaches nothing.
func (l *Learned) teaches(t *task) bool {
	return t != nil && t.done() && t.After.Of() == tree.File && t.sum != nil &&
		!l.tasks.equalByStat(t, l.stamps.plan)
}

// proof is of the file that a task left.
func (t *task) proof() Proof {
	if t.left == nil {
		return Proof{}
	}
	return Proof{stamp{t.left.Size, t.left.Mtime}, t.hash()}
}

// across is what a task of the other side proves of the file of the same path, and whether it tells of that.
func (l *Learned) across(t *task, side plan.Side, path tree.Path) (known bool, of Proof) {
	seen, was := l.stamps.of[side].stamp(path)
	switch {
	case t.Source() != nil:
		if *t.Source() == (plan.Source{Tree: side, Path: path}) {
			return true, l.source(t)
		}
		return false, Proof{}
	case t.Action == plan.Move:
		// Its content is that of the file of the other side that it follows.
		known = l.stamps.plan.Baseline != nil && t.Before.SHA256.Known() && l.tasks.at(side, path) == nil
	case t.Action == plan.Touch:
		// Its content is what the other side's was when the plan was made, or it would not get that time.
		known = t.Reason != plan.AlignTimes
	}
	return known && was && l.stamps.Fits[side], Proof{seen, t.hash()}
}

// source is what a task proves of the file that it has read, nothing where that was moved.
func (l *Learned) source(t *task) Proof {
	if _, moved := l.tasks.moved[t.Source().Tree][t.Source().Path]; moved {
		return Proof{}
	}
	return Proof{t.sourceRead.stamp(t.After.Size), t.hash()}
}

// equalByStat tells of a task that aligns the time of a file of which a first sync only knows that size and time
// are those of the other side's: the hash of the one is none of both.
func (ts *tasks) equalByStat(t *task, p *plan.Plan) bool {
	return t.Reason == plan.AlignTimes && p.Baseline == nil && ts.at(t.Side.Other(), t.Path) == nil
}

// Hash is the hash of a file that has the stamp with which its content was known, zero where nothing is
// known, or where the time is too near the reading to show a later change: then it tells so. since is the first such
// time.
func (k Proof) Hash(e *tree.Entry, granularity int64, since tree.Time) (sum tree.Hash, near bool) {
	if !k.hash.Known() || e.Size != k.size || e.Mtime.Cut(granularity) != k.mtime.Cut(granularity) {
		return tree.Hash{}, false
	}
	if !e.Mtime.Before(since) {
		return tree.Hash{}, true
	}
	return k.hash, false
}

// Timeless tells of operations whose source need not have the time that it gives: an undo puts a file back
// from where it was moved to, which may have given it another time. The hash then tells that it is the
// one.
func Timeless(op *plan.Operation) bool { return op.Reason == plan.Undo && op.After.SHA256.Known() }
