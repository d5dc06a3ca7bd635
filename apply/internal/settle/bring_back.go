package settle

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"treaty/apply/internal/journal"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// bringBack restores old content that is nowhere on the volume.
func (m *mender) bringBack(ctx context.Context, copies map[int]journal.Copy) error {
	for _, step := range slices.Sorted(maps.Keys(copies)) {
		c := copies[step]
		if c.Side != m.side {
			continue
		}
		place, there, err := m.trace(step, c.State)
		if err == nil && !there && place != "" { // else nothing was to be renamed, or nothing is lost
			err = m.restore(ctx, &c, c.Path, place)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// trace follows the content that a step displaces: to its place in the trash, "" for none, and whether any name of the
// step has it.
func (m *mender) trace(step int, state *tree.State) (place string, there bool, err error) {
	for i := range m.intents {
		in := &m.intents[i]
		if in.Step != step {
			continue
		}
		place = cmp.Or(in.Place, place)
		for _, name := range namesOf(in) {
			s, err := m.see(name)
			if err != nil {
				return "", false, err
			}
			there = there || s.is(state)
		}
	}
	return place, there, nil
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
	m.forget()
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
