package store

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"

	"treaty/plan/tree"
)

// Tally is what an apply knew of the bases as it closed, so that the next one need look only at those that it has to do
// with. It lies beside the plan from then until the next apply begins, and holds as long as the machine runs: what a
// power cut leaves nobody has counted.
type Tally struct {
	// Which tells by what the texts are chosen that are kept.
	Which tree.Hash
	// Records is how many files with a hash the baseline has that names them.
	Records int
	// Room is how much room they take; what they take at most, unless it is Counted.
	Room    int64
	Counted bool
	// Last is the one that goes first where there is no room, or one that would go before that; zero for none.
	Last DatedText
	// Carried is how many applies have gone by it since all were looked at.
	Carried int
}

// DatedText is a text that is kept, with its time on record.
type DatedText struct {
	Sum   tree.Hash
	Mtime tree.Time
}

const tallySuffix = ".bases"

func tallyName(planID string) string { return PlansFolder + "/" + planID + tallySuffix }

// encode is a tally of this boot, as it is written: a line, and a line with the SHA-256 of that.
func (t *Tally) encode(boot string) []byte {
	mtime := t.Last.Mtime.Time()
	line := fmt.Sprintf("treaty bases 1 %q %x %d %d %t %x %d %d %d\n", boot, t.Which[:], t.Records, t.Room, t.Counted,
		t.Last.Sum[:], mtime.Unix(), mtime.Nanosecond(), t.Carried)
	return fmt.Appendf(nil, "%s%x\n", line, sha256.Sum256([]byte(line)))
}

// decodeTally is nil for what is no tally of this boot.
func decodeTally(data []byte, boot string) *Tally {
	t := &Tally{}
	var of, which, last string
	var seconds, nanoseconds int64
	_, err := fmt.Sscanf(string(data), "treaty bases 1 %q %s %d %d %t %s %d %d %d\n", &of, &which, &t.Records, &t.Room,
		&t.Counted, &last, &seconds, &nanoseconds, &t.Carried)
	if err != nil || t.Which.UnmarshalText([]byte(which)) != nil || t.Last.Sum.UnmarshalText([]byte(last)) != nil {
		return nil
	}
	if t.Records < 0 || t.Room < 0 || t.Carried < 0 {
		return nil // somebody else wrote it
	}
	if t.Last.Mtime = tree.UnixTime(seconds, nanoseconds); string(t.encode(boot)) != string(data) {
		return nil
	}
	return t
}

// KeepTally keeps, in the tree that has the baseline of a plan, a tally of what that names, not durably. Where there is
// no folder for plans, where nothing tells one boot from another, or on a volume that may lose what was dropped or
// renamed, none is kept.
func KeepTally(s *Store, planID string, t *Tally) error {
	boot := bootOf(s)
	if at, err := s.kind(PlansFolder); err != nil || at != tree.Directory || boot == "" || s.files.LosesRenames() {
		return err
	}
	name := tallyName(planID)
	if err := s.files.ClaimPrivate(name, t.encode(boot)); !errors.Is(err, fs.ErrExist) {
		return err
	}
	// A run that was interrupted at its end has left one.
	return cmp.Or(s.files.DropPrivate(name), s.files.ClaimPrivate(name, t.encode(boot)))
}

func bootOf(s *Store) string { return s.source.Host().Self().Boot }

// TakeTally takes away the tallies of all baselines of a tree whose own file is mine, before bases are changed. It
// returns the one of the only baseline; nil where there are several, or what lies there is no tally of this boot.
func TakeTally(s *Store, mine *TreeFile) (*Tally, error) {
	var only *Tally
	for _, id := range mine.Synced {
		data, err := s.read(tallyName(id))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			only = decodeTally(data, bootOf(s))
		}
		if err := s.files.DropPrivate(tallyName(id)); err != nil {
			return nil, err
		}
	}
	if len(mine.Synced) > 1 {
		return nil, nil
	}
	return only, nil
}
