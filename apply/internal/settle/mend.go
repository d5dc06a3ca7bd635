package settle

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"treaty/apply/internal/journal"
	"treaty/apply/paper"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// Mended is what was found on volumes that may have lost what was renamed, before an interrupted run is
// settled or taken up, and what was done about it.
type Mended struct {
	// Undone are the steps, by number, that were done, and are so no more.
	Undone map[int]bool
	// Words are for a person.
	Words []string
	// Missing are, in words, contents that only the other tree has, which is not there.
	Missing []string
}

// Mend puts right what a power cut did to FAT-class volumes, so that of every path in the journal the
// content is the old or the new, or nothing with the old in the trash. All that the journal names is read
// and hashed, finished steps included: a stamp that looks right may stand for clusters that are not.
//
//  1. What is damaged is moved to the trash, not looked at further. What a person may have written is left.
//     Of a file that has its old name and its new one, the new one goes there.
//  2. Old content that is nowhere on its volume comes back, from its copy, to its place in the trash, where
//     rolling back and taking up look for it.
//  3. A step that was done, and whose outcome is not there, is open again.
//
// Errors are those of the disks, and of ctx.
func Mend(ctx context.Context, ends *Ends, j *journal.Journal) (*Mended, error) {
	out := &Mended{Undone: map[int]bool{}}
	for _, side := range plan.BothSides {
		if ends[side].Disk == nil || !ends[side].FAT {
			continue
		}
		m := mender{ends: ends, side: side, disk: ends[side].Disk, out: out,
			seen: map[string]sight{}, states: map[string][]*tree.State{}}
		for _, in := range slices.Concat(j.Closed, j.Open) {
			if in.Side == side && renames(in.Kind) {
				m.add(in)
			}
		}
		for _, try := range []func() error{
			m.setDamageAside,
			func() error { return m.setDoublesAside(j) },
			func() error { return m.bringBack(ctx, j.Copies) },
			func() error { return m.reopen(j) },
		} {
			if err := try(); err != nil {
				return nil, err
			}
		}
		if err := ends[side].Disk.Barrier(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// renames tells of the kinds of changes that give a file another name.
func renames(kind journal.Kind) bool {
	return kind == journal.Create || kind == journal.Replace || kind == journal.Trash || kind == journal.Move
}

// sight is what was seen at a name. The hash is known where there is a file that can be read.
type sight struct {
	entry      tree.Entry
	hash       tree.Hash
	unreadable bool
}

func (s *sight) is(state *tree.State) bool {
	switch {
	case state.Of() != s.entry.Type:
		return false
	case state.Type == tree.Symlink:
		return state.Target == s.entry.Target
	case state.Type != tree.File:
		return true
	case state.SHA256.Known() && s.hash.Known():
		return state.SHA256 == s.hash
	}
	return state.Size == s.entry.Size && !s.unreadable
}

// damaged tells whether a file is what a power cut makes of one: unreadable; or empty where it was to have
// content; or cut short under the time of what it was to be. All else that is none of the states that it may
// have is somebody's work.
func damaged(s *sight, states []*tree.State) bool {
	if s.entry.Type != tree.File || slices.ContainsFunc(states, s.is) {
		return false
	}
	return s.unreadable || slices.ContainsFunc(states, func(state *tree.State) bool {
		return state.Of() == tree.File && s.entry.Size < state.Size &&
			(s.entry.Size == 0 || s.entry.Mtime == state.Mtime)
	})
}

// mender mends one side.
type mender struct {
	ends    *Ends
	side    plan.Side
	disk    volume.Changer
	out     *Mended
	intents []journal.Intent
	// seen is what was seen by name, and states what may be there.
	seen   map[string]sight
	states map[string][]*tree.State
}

func (m *mender) add(in journal.Intent) {
	m.intents = append(m.intents, in)
	for _, name := range names(&in) {
		m.states[name] = append(m.states[name], in.Before, in.After)
	}
}

// names are the names that an intent gives and takes, those in the stage aside.
func names(in *journal.Intent) []string {
	list := []string{string(in.Path)}
	for _, name := range []string{string(in.From), in.Place} {
		if name != "" {
			list = append(list, name)
		}
	}
	return list
}

func (m *mender) see(at string) (sight, error) {
	if s, known := m.seen[at]; known {
		return s, nil
	}
	s := sight{}
	var err error
	if s.entry, err = m.disk.At(at); err != nil {
		return s, err
	}
	if s.entry.Type == tree.File {
		_, s.hash, err = m.disk.ReadBack(at)
		switch {
		case errors.Is(err, volume.ErrUnreadable):
			s.unreadable = true
		case err != nil:
			return s, err
		}
	}
	m.seen[at] = s
	return s, nil
}

func (m *mender) setDamageAside() error {
	for i := range m.intents {
		in := &m.intents[i]
		for _, name := range names(in) {
			s, err := m.see(name)
			if err != nil {
				return err
			}
			if !damaged(&s, m.states[name]) {
				continue
			}
			what := fmt.Sprintf("%s has %d bytes", tree.Path(name).Quoted(), s.entry.Size)
			if s.unreadable {
				what = fmt.Sprintf("%s cannot be read", tree.Path(name).Quoted())
			}
			place, err := m.aside(name, in.Path, &s)
			if errors.Is(err, volume.ErrDrift) {
				continue
			}
			if err != nil {
				return err
			}
			m.tell("%s: %s, as if after a power cut, and was moved to %s; check the volume (fsck, chkdsk)",
				m.side, what, tree.Path(place).Quoted())
		}
	}
	return nil
}

// setDoublesAside puts right moves that a power cut has caught between the new name and the old.
func (m *mender) setDoublesAside(j *journal.Journal) error {
	for i := range m.intents {
		in := &m.intents[i]
		if done := j.Done[in.Step]; in.Kind != journal.Move || done != nil && paper.Outcome(done.Outcome) == paper.Done {
			continue
		}
		from, err := m.see(string(in.From))
		if err != nil {
			return err
		}
		to, err := m.see(string(in.Path))
		if err != nil {
			return err
		}
		if !from.is(in.Before) || !to.is(in.Before) {
			continue
		}
		both := inspection{d: m.disk} // of two spellings of one name only one is listed
		if !both.spelled(in.From) || !both.spelled(in.Path) || both.err != nil {
			if both.err != nil {
				return both.err
			}
			continue
		}
		place, err := m.aside(string(in.Path), in.Path, &to)
		if errors.Is(err, volume.ErrDrift) {
			continue
		}
		if err != nil {
			return err
		}
		m.tell("%s: %s was on its way to %s and has both names; the second was moved to %s; check the volume (fsck, chkdsk)",
			m.side, in.From.Quoted(), in.Path.Quoted(), tree.Path(place).Quoted())
	}
	return nil
}

// aside moves a file to the trash as it is.
func (m *mender) aside(name string, path tree.Path, s *sight) (string, error) {
	place, err := m.disk.Quarantine(name, path, s.entry)
	clear(m.seen) // another spelling may have named the same file
	return place, err
}

func (m *mender) tell(format string, args ...any) {
	m.out.Words = append(m.out.Words, fmt.Sprintf(format, args...))
}

// bringBack restores old content that is nowhere on the volume.
func (m *mender) bringBack(ctx context.Context, copies map[int]journal.Copy) error {
	for _, step := range slices.Sorted(maps.Keys(copies)) {
		c := copies[step]
		place, path, there := "", c.Path, false
		for i := range m.intents {
			in := &m.intents[i]
			if in.Step != step || c.Side != m.side {
				continue
			}
			if in.Place != "" {
				place = in.Place
			}
			for _, name := range names(in) {
				s, err := m.see(name)
				if err != nil {
					return err
				}
				there = there || s.is(c.State)
			}
		}
		if there || place == "" {
			continue // nothing was to be renamed, or nothing is lost
		}
		if err := m.restore(ctx, &c, path, place); err != nil {
			return err
		}
	}
	return nil
}

// restore brings the content of one copy to its place in the trash.
func (m *mender) restore(ctx context.Context, c *journal.Copy, path tree.Path, place string) error {
	other := m.side.Other()
	if m.ends[other].Looker == nil {
		m.out.Missing = append(m.out.Missing,
			fmt.Sprintf("%s: the content of %s is lost here; the %s tree has it as %s", m.side, path.Quoted(), other, c.Name))
		return nil
	}
	staged, err := m.stage(ctx, c)
	if errors.Is(err, volume.ErrSource) || errors.Is(err, volume.ErrUnreadable) {
		m.tell("%s: the content of %s is lost here, and its copy on %s, %s, is not what it was",
			m.side, path.Quoted(), other, c.Name)
		return nil
	}
	if err != nil {
		return err
	}
	if err := m.disk.Barrier(staged); err != nil {
		return err
	}
	s, err := m.see(place)
	if err != nil {
		return err
	}
	if s.entry.Type != tree.Absent {
		if _, err := m.aside(place, path, &s); err != nil {
			return err
		}
	}
	if err := m.disk.Restore(staged, place); err != nil {
		return err
	}
	clear(m.seen)
	m.tell("%s: the content of %s was not there any more, and was brought back from %s on %s",
		m.side, path.Quoted(), c.Name, other)
	return nil
}

func (m *mender) stage(ctx context.Context, c *journal.Copy) (volume.Staged, error) {
	f, err := m.ends[m.side.Other()].Open(tree.Path(c.Name))
	if err != nil {
		return volume.Staged{}, SourceError(err)
	}
	defer f.Close()
	return m.disk.Stage(ctx, f, c.State.Size, c.State.SHA256, c.State.Mtime.Add(m.ends[m.side].Since), c.State.Mode)
}

// reopen finds the steps that were done and are so no more.
func (m *mender) reopen(j *journal.Journal) error {
	for i := range m.intents {
		in := &m.intents[i]
		if done := j.Done[in.Step]; done == nil || paper.Outcome(done.Outcome) != paper.Done || m.out.Undone[in.Step] {
			continue
		}
		var at [3]sight
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
func undone(in *journal.Intent, path, from, place *sight) bool {
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
