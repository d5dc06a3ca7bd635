package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"slices"

	"treaty/apply/baseline"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// Bases are texts that both sides once agreed on, by which what both change since is merged. Each lies deflated under
// its hash, and counts only if it has that: so none needs to be durable, and none can be out of date.

const basesFolder = "bases"

// baseRoom is what a base takes at least of the room that there is for all.
const baseRoom = 4 << 10

// mostDeflated is what the largest text takes, deflated as badly as can be.
const mostDeflated = plan.MostText + plan.MostText>>8 + 1<<10

// baseLength is that of the name of a base.
const baseLength = len(basesFolder) + len("/ab/") + 2*len(tree.Hash{})

func baseName(sum tree.Hash) string {
	var name [baseLength]byte
	to := hex.AppendEncode(append(name[:0], basesFolder+"/"...), sum[:1])
	return string(hex.AppendEncode(append(to, '/'), sum[:]))
}

// Base is the text with a hash, nil where it is not kept, or what lies there is not that.
func (s *Reader) Base(sum tree.Hash) []byte {
	text, _ := s.base(sum)
	return text
}

// base is Base; an error is that nothing could be read.
func (s *Reader) base(sum tree.Hash) ([]byte, error) {
	packed, err := s.source.ReadPrivate(baseName(sum), mostDeflated)
	if err != nil {
		return nil, err
	}
	text, err := unpack(packed)
	if err != nil || sha256.Sum256(text) != sum {
		return nil, nil
	}
	return text, nil
}

// KeptBase is what keeping a text came to: how much room it takes now of what there is for all, BaseThere or
// BaseMended.
type KeptBase int64

const (
	// BaseThere: it was kept already.
	BaseThere KeptBase = 0
	// BaseMended: what was under its name, and not that, had to go first.
	BaseMended KeptBase = -1
)

// KeepBase keeps a text. One that is kept already stays, and what is under its name and is not that goes.
func (s *Store) KeepBase(sum tree.Hash, text []byte) (KeptBase, error) {
	p := packers.Get().(*packer)
	defer packers.Put(p)
	packed, err := p.pack(text)
	if err != nil {
		return 0, err
	}
	if !atOnce(s.files) {
		packed = slices.Clone(packed)
	}
	name := baseName(sum)
	err = s.files.ClaimPrivate(name, packed)
	switch {
	case !errors.Is(err, fs.ErrExist):
		return KeptBase(RoomFor(int64(len(packed)))), err
	case s.Base(sum) != nil:
		return BaseThere, nil
	}
	if err := s.files.DropPrivate(name); err != nil {
		return BaseMended, err
	}
	return BaseMended, s.files.ClaimPrivate(name, packed)
}

// atOnce tells whether what is written through files was when a call returns, so that what it was given may be used
// anew. A line may still send it when whoever sends it has given up.
func atOnce(files volume.Private) bool {
	disk, changes := files.(volume.Changer)
	_, far := disk.(volume.Gathering)
	return changes && !far
}

// EachBase goes through the hashes of what lies where bases are kept, whatever it is. What it calls may drop that one.
func (s *Reader) EachBase(do func(sum tree.Hash)) error {
	folders, err := s.names(basesFolder)
	if err != nil {
		return err
	}
	for _, folder := range folders {
		names, err := s.names(basesFolder + "/" + folder)
		if err != nil {
			return err
		}
		for _, name := range names {
			if sum, is := sumIn(folder, name); is {
				do(sum)
			}
		}
	}
	return nil
}

// NoBases tells that no base is kept in a tree; false also where that cannot be seen.
func NoBases(s *Reader) bool {
	folders, err := s.names(basesFolder)
	return err == nil && len(folders) == 0
}

// BaseRoom is how much room a base takes of what there is for all; 0 where there is none.
func (s *Reader) BaseRoom(sum tree.Hash) int64 {
	e, err := s.source.PrivateEntry(baseName(sum))
	if err != nil {
		return 0
	}
	return RoomFor(e.Size)
}

// ErrNoRoom is why a text is not kept: it would take room that a person's own files may need.
var ErrNoRoom = errors.New("the volume is too full")

// RoomFor is how much room a base of so many bytes takes of what there is for all.
func RoomFor(bytes int64) int64 { return max(bytes, baseRoom) }

// MostRoom is how much room the base of a text takes at most, however it is deflated; of none what each takes at least.
func MostRoom(text int64) int64 { return RoomFor(text + text>>8 + stored) }

// stored is what a text that is not deflated takes more than it has.
const stored = 16

// MostBases is how many bases there can be in a room.
func MostBases(room int64) int64 { return room / baseRoom }

// DropBase removes a base, if there is one.
func (s *Store) DropBase(sum tree.Hash) error { return s.files.DropPrivate(baseName(sum)) }

// EachAgreed goes through all that the tree is on record to have agreed on with others, by the baselines that lie in
// it and count. An entry is that only until do returns. A baseline that is damaged names nothing.
func (s *Reader) EachAgreed(mine *TreeFile, do func(path tree.Path, entry *tree.Agreed)) error {
	for other, id := range mine.Synced {
		m, err := openMemory(s, plan.Local, id, plan.Sides[string]{mine.ID, other})
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, baseline.ErrDamaged) {
			continue
		}
		if err != nil {
			return err
		}
		err = eachOf(m, do)
		if closed := m.Close(); err == nil {
			err = closed
		}
		if err != nil && !errors.Is(err, baseline.ErrDamaged) {
			return err
		}
	}
	return nil
}

func eachOf(m *Memory, do func(path tree.Path, entry *tree.Agreed)) error {
	records := m.Memory.(*baseline.Reader)
	return records.Each(func(dir tree.Path, entries []tree.Agreed) error {
		for i := range entries {
			do(dir.Join(entries[i].Name[plan.Local]), &entries[i])
		}
		records.Reuse(entries)
		return nil
	})
}
