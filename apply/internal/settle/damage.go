package settle

import (
	"errors"
	"fmt"
	"slices"

	"treaty/apply/internal/journal"
	"treaty/apply/paper"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// damaged tells whether a file is what a power cut makes of one: unreadable; or empty where it was to have
// content; or cut short under the time of what it was to be. All else that is none of the states that it may
// have is somebody's work.
func damaged(s *observation, states []*tree.State) bool {
	if s.entry.Type != tree.File || slices.ContainsFunc(states, s.is) {
		return false
	}
	return s.unreadable || slices.ContainsFunc(states, func(state *tree.State) bool {
		return state.Of() == tree.File && s.entry.Size < state.Size &&
			(s.entry.Size == 0 || s.entry.Mtime == state.Mtime)
	})
}

// setDamageAside moves what is damaged to the trash.
func (m *mender) setDamageAside() error {
	for i := range m.intents {
		in := &m.intents[i]
		for _, name := range namesOf(in) {
			s, err := m.see(name)
			if err == nil && damaged(&s, m.states[name]) {
				err = m.reject(name, in.Path, &s, s.complaint(name)+", as if after a power cut, and was moved to")
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// complaint is what is wrong with a damaged file.
func (s *observation) complaint(name string) string {
	if s.unreadable {
		return tree.Path(name).Quoted() + " cannot be read"
	}
	return fmt.Sprintf("%s has %d bytes", tree.Path(name).Quoted(), s.entry.Size)
}

// reject moves a file to the trash and tells why; what is not what was seen any more is left.
func (m *mender) reject(name string, path tree.Path, s *observation, why string) error {
	place, err := m.aside(name, path, s)
	switch {
	case errors.Is(err, volume.ErrDrift):
		return nil
	case err != nil:
		return err
	}
	m.tell("%s: %s %s; check the volume (fsck, chkdsk)", m.side, why, tree.Path(place).Quoted())
	return nil
}

// setDoublesAside puts right moves that a power cut has caught between the new name and the old.
func (m *mender) setDoublesAside(j *journal.Journal) error {
	for i := range m.intents {
		in := &m.intents[i]
		if done := j.Done[in.Step]; in.Kind != journal.Move || done != nil && paper.Outcome(done.Outcome) == paper.Done {
			continue
		}
		second, err := m.double(in)
		if err == nil && second != nil {
			err = m.reject(string(in.Path), in.Path, second, fmt.Sprintf(
				"%s was on its way to %s and has both names; the second was moved to", in.From.Quoted(), in.Path.Quoted()))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// double is what has the new name of a moved file that has its old one too; nil where not both have it.
func (m *mender) double(in *journal.Intent) (*observation, error) {
	from, err := m.see(string(in.From))
	if err != nil {
		return nil, err
	}
	to, err := m.see(string(in.Path))
	if err != nil || !from.is(in.Before) || !to.is(in.Before) {
		return nil, err
	}
	both := inspection{view: m.disk} // of two spellings of one name only one is listed
	if !both.spelled(in.From) || !both.spelled(in.Path) || both.err != nil {
		return nil, both.err
	}
	return &to, nil
}
