package settle

import (
	"context"
	"fmt"
	"slices"

	"treaty/apply/internal/journal"
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
		m := mender{ends: ends, side: side, out: out, states: map[string][]*tree.State{},
			observations: observations{disk: ends[side].Disk, seen: map[string]observation{}}}
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

// mender mends one side.
type mender struct {
	ends *Ends
	side plan.Side
	out  *Mended
	observations
	intents []journal.Intent
	// states are what may be at a name.
	states map[string][]*tree.State
}

func (m *mender) add(in journal.Intent) {
	m.intents = append(m.intents, in)
	for _, name := range namesOf(&in) {
		m.states[name] = append(m.states[name], in.Before, in.After)
	}
}

// aside moves a file to the trash as it is.
func (m *mender) aside(name string, path tree.Path, s *observation) (place string, err error) {
	place, err = m.disk.Quarantine(name, path, s.entry)
	m.forget() // another spelling may have named the same file
	return place, err
}

func (m *mender) tell(format string, args ...any) {
	m.out.Words = append(m.out.Words, fmt.Sprintf(format, args...))
}
