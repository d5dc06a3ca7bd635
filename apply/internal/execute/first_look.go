package execute

import (
	"treaty/apply/paper"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// firstLook holds a directory that is taken whole to what the plan saw, all of it, before anything of it is changed:
// who has saved something in it since finds it as it was, and not half of it with another history.
type firstLook struct {
	*Site
	tasks  *tasks
	stamps *Stamps
	// taken are the units that were looked at, or begun by an earlier run.
	taken map[string]bool
	// members are the tasks of each unit, nil as long as nobody asked.
	members map[string][]*task
}

// at looks at the unit of a task that is about to be carried out, unless that was begun. Of what is not as planned it
// notes that it drifted.
func (l *firstLook) at(t *task) {
	unit := t.notes.unitOf(t)
	if unit == "" || l.taken[unit] {
		return
	}
	if l.members == nil {
		l.gather()
	}
	l.taken[unit] = true
	for _, m := range l.members[unit] {
		if m.done() || parked(m) != nil {
			return // an earlier run has begun it
		}
	}
	for _, m := range l.members[unit] {
		if m.noted() {
			continue
		}
		if why := l.differs(m); why != "" {
			m.note(paper.Drifted, why)
		}
	}
}

func (l *firstLook) gather() {
	l.members = map[string][]*task{}
	for _, t := range l.tasks.all {
		if unit := t.notes.unitOf(t); unit != "" {
			l.members[unit] = append(l.members[unit], t)
		}
	}
}

// differs says in words in what that is not as planned which a task is to change or to take; "" where it is, as far as
// that can be seen without reading it. What cannot be looked at shows when it is changed. The task may be being staged
// meanwhile, together with others: it is not asked by its own calls.
func (l *firstLook) differs(t *task) string {
	now, err := l.Ends[t.Side].Disk.At(string(t.present()))
	if NotDirectory(err) {
		now, err = tree.Entry{}, nil
	}
	switch {
	case err != nil:
	case t.Before != nil && now.Type == tree.Absent:
		return "it is gone"
	case t.Before != nil:
		if why := volume.Differs(&now, t.Before, l.traits(t.Side), l.Ends[t.Side].Since); why != "" {
			return why
		}
	case now.Type != tree.Absent && l.tasks.occupies(t) == nil:
		return "its name is taken"
	}
	return l.sourceDiffers(t)
}

// sourceDiffers is differs of what a task takes.
func (l *firstLook) sourceDiffers(t *task) string {
	from := t.Source()
	if t.Action == plan.Move || from == nil || from.InPlan() || from.Path.Private() || t.After.Of() != tree.File {
		return ""
	}
	now, err := l.Ends[from.Tree].Disk.At(string(from.Path))
	_, moved := l.tasks.moved[from.Tree][from.Path]
	switch {
	case moved || err != nil && !NotDirectory(err):
		return ""
	case err != nil || now.Type != tree.File || !l.stamps.unchanged(t.Operation, stamp{now.Size, now.Mtime}, false):
		return "what it is copied from was changed since"
	}
	return ""
}
