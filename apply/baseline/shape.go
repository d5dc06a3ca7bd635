package baseline

import (
	"fmt"
	"strings"

	"treaty/plan/tree"
)

// shape holds the directories of a baseline to being a tree: the root comes first, every directory that an
// entry names comes once, depth first, in the order of the entries, and nothing else comes. It is what both
// a writer and a reader ask for, so that what contradicts itself is neither written nor believed.
type shape struct {
	begun bool
	// waiting are the directories that entries named and that did not come yet, the next one last.
	waiting []tree.Path
}

// directory takes the next directory, or tells why it cannot be the next.
func (s *shape) directory(dir tree.Path, entries []tree.Agreed) error {
	switch n := len(s.waiting); {
	case !s.begun && dir == tree.Root:
		s.begun = true
	case n == 0 || s.waiting[n-1] != dir:
		return fmt.Errorf("%w: the directory %q comes where another one must", ErrDamaged, dir)
	default:
		s.waiting = s.waiting[:n-1]
	}
	if err := distinct(dir, entries); err != nil {
		return err
	}
	for i := len(entries) - 1; i >= 0; i-- {
		if entries[i].Type == tree.Directory {
			s.waiting = append(s.waiting, dir.Join(entries[i].Spelled))
		}
	}
	return nil
}

// end tells whether nothing is missing.
func (s *shape) end() error {
	switch n := len(s.waiting); {
	case !s.begun:
		return fmt.Errorf("%w: it has no root", ErrDamaged)
	case n > 0:
		return fmt.Errorf("%w: what is in the directory %q is missing", ErrDamaged, s.waiting[n-1])
	}
	return nil
}

// distinct holds the entries of a directory to the order of their keys, and their names to being names that
// no other one has in the same tree.
func distinct(dir tree.Path, entries []tree.Agreed) error {
	group := 0 // where the entries begin that share a key with the one looked at
	for i := range entries {
		e := &entries[i]
		for _, name := range e.Name {
			if name == "" || name == "." || name == ".." || strings.IndexByte(name, '/') >= 0 ||
				strings.IndexByte(name, 0) >= 0 {
				return fmt.Errorf("%w: an entry of %q is called %q", ErrDamaged, dir, name)
			}
		}
		if e.Key != entries[group].Key {
			if e.Key < entries[group].Key {
				return fmt.Errorf("%w: the entries of %q are out of order", ErrDamaged, dir)
			}
			group = i
		}
		for _, other := range entries[group:i] {
			if other.Name[0] == e.Name[0] || other.Name[1] == e.Name[1] {
				return fmt.Errorf("%w: %q has an entry %q twice", ErrDamaged, dir, e.Name[0])
			}
		}
	}
	return nil
}
