package settle

import (
	"treaty/apply/internal/journal"
	"treaty/apply/paper"
	"treaty/plan/tree"
)

// reopen finds the steps that were done and are so no more.
func (m *mender) reopen(j *journal.Journal) error {
	for i := range m.intents {
		in := &m.intents[i]
		if done := j.Done[in.Step]; done == nil || paper.Outcome(done.Outcome) != paper.Done || m.out.Undone[in.Step] {
			continue
		}
		var at [3]observation
		for n, name := range []string{string(in.Path), string(in.From), in.Place} {
			if name == "" {
				continue
			}
			var err error
			if at[n], err = m.see(name); err != nil {
				return err
			}
		}
		if m.out.Undone[in.Step] = undone(in, &at[0], &at[1], &at[2]); m.out.Undone[in.Step] {
			m.tell("%s: %s was done, and is not any more", m.side, in.Path.Quoted())
		}
	}
	return nil
}

// undone tells whether a change that was made is not there any more, given what is at its names. What
// somebody has written over the outcome since does not undo it, nor does a copy of what went to the trash.
func undone(in *journal.Intent, path, from, place *observation) bool {
	absent := path.entry.Type == tree.Absent
	switch in.Kind {
	case journal.Create:
		return absent
	case journal.Replace:
		return path.is(in.Before) && !path.is(in.After) || absent && (place.is(in.Before) || from.is(in.Before))
	case journal.Trash:
		return path.is(in.Before) && !place.is(in.Before)
	case journal.Move:
		return absent && (from.is(in.Before) || place.is(in.Before))
	}
	return false
}
