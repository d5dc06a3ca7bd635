package settle

import (
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"slices"

	"treaty/apply/internal/journal"
	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// still tells of the names of one intent on a volume that is only looked at.
type still struct {
	v           volume.Volume
	granularity int64
	in          *journal.Intent
}

// At is what has a name; absent where the way to it does not lead through plain directories.
func (s *still) At(name string) (tree.Entry, error) {
	e, err := s.v.Entry(tree.Path(name))
	if err != nil {
		return tree.Entry{}, unlessNothing(err)
	}
	return e, nil
}

// unlessNothing is the error of looking at a name, nil of one that says that nothing is there.
func unlessNothing(err error) error {
	for _, nothing := range []error{fs.ErrNotExist, scan.ErrNotDirectory, scan.ErrSymlink, scan.ErrOtherDevice} {
		if errors.Is(err, nothing) {
			return nil
		}
	}
	return err
}

// Holds tells whether a name has what state says, modes aside: by stat, and by content where that tells too little.
func (s *still) Holds(name string, state *tree.State) (bool, error) {
	e, err := s.At(name)
	switch {
	case err != nil || e.Type != state.Type:
		return false, err
	case e.Type == tree.Symlink:
		return e.Target == state.Target(), nil
	case e.Type != tree.File:
		return true, nil
	case e.Size != state.Size:
		return false, nil
	case e.Mtime.Cut(s.granularity) == state.Mtime.Cut(s.granularity) && !s.alike():
		return true, nil
	}
	return state.SHA256.Known() && s.hash(name) == state.SHA256, nil
}

// alike tells whether a stat cannot tell the content before from that after.
func (s *still) alike() bool {
	before, after := s.in.Before, s.in.After
	return s.in.Kind == journal.Replace && before.Of() == tree.File && after.Of() == tree.File &&
		before.Size == after.Size && before.Mtime.Cut(s.granularity) == after.Mtime.Cut(s.granularity)
}

// hash is that of a file; zero of one that cannot be read.
func (s *still) hash(name string) tree.Hash {
	f, err := s.v.Open(tree.Path(name))
	if err != nil {
		return tree.Hash{}
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return tree.Hash{}
	}
	return tree.Hash(h.Sum(nil))
}

// Spelled tells whether the directory of a path lists its name in exactly this spelling.
func (s *still) Spelled(path tree.Path) (bool, error) {
	names, err := s.v.Names(path.Parent())
	return slices.Contains(names, path.Base()), unlessNothing(err)
}

// Granularity is that of the volume's times, in nanoseconds.
func (s *still) Granularity() int64 { return s.granularity }
