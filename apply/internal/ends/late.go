package ends

import (
	"slices"

	"treaty/apply/internal/journal"
	"treaty/apply/volume"
	"treaty/plan"
)

// late is what became of steps and is not written down yet: on a line each record by itself would be waited for, and
// what is lost of them is only examined again. It goes with what is announced next, which may stand before it in
// LOCAL's journal, of other steps.
type late struct {
	texts plan.Sides[[]byte]
	steps map[int]bool
}

func (l *late) add(records []journal.Record, texts plan.Sides[[]byte]) {
	if l.steps == nil {
		l.steps = map[int]bool{}
	}
	for i := range records {
		l.steps[records[i].Done.Step] = true
	}
	for _, side := range plan.BothSides {
		l.texts[side] = append(l.texts[side], texts[side]...)
	}
}

// take is what is to be written of a side, and then a text. What is LOCAL's is taken last.
func (l *late) take(side plan.Side, text []byte) []byte {
	if side == plan.Local {
		clear(l.steps)
	}
	if waited := l.texts[side]; len(waited) > 0 {
		l.texts[side] = nil
		return append(waited, text...)
	}
	return text
}

// tells tells whether one of some records is about a step of which something is not written yet: the order counts then.
func (l *late) tells(records []journal.Record) bool {
	return slices.ContainsFunc(records, func(r journal.Record) bool {
		return r.Intent != nil && l.steps[r.Intent.Step] || r.Done != nil && l.steps[r.Done.Step]
	})
}

// waits tells whether what is done is written down later. Where a volume may lose what was renamed, nothing else is
// begun before that.
func (j *Journals) waits() bool {
	if len(j.texts[plan.Remote]) == 0 || !j.Ends.Both() || j.fat() {
		return false
	}
	_, far := j.Ends[plan.Remote].Disk.(volume.Gathering)
	return far
}

// Flush writes down what is not written yet.
func (j *Journals) Flush() error {
	if j.broken == nil {
		j.broken = j.flush()
	}
	return j.broken
}

func (j *Journals) flush() error {
	for _, side := range []plan.Side{plan.Remote, plan.Local} {
		if err := j.append(side, j.late.take(side, nil), false); err != nil {
			return err
		}
	}
	return nil
}
