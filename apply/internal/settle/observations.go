package settle

import (
	"errors"

	"treaty/apply/internal/journal"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// observation is what was seen at a name. The hash is known where there is a file that can be read.
type observation struct {
	entry      tree.Entry
	hash       tree.Hash
	unreadable bool
}

func (s *observation) is(state *tree.State) bool {
	switch {
	case state.Of() != s.entry.Type:
		return false
	case state.Type == tree.Symlink:
		return state.Target() == s.entry.Target
	case state.Type != tree.File:
		return true
	case state.SHA256.Known() && s.hash.Known():
		return state.SHA256 == s.hash
	}
	return state.Size == s.entry.Size && !s.unreadable
}

// observations are what was seen by name on a volume, each read once.
type observations struct {
	disk volume.Changer
	seen map[string]observation
}

// see looks at a name. Errors are the disk's, but for that of what cannot be read.
func (s *observations) see(at string) (observation, error) {
	if seen, known := s.seen[at]; known {
		return seen, nil
	}
	seen := observation{}
	var err error
	if seen.entry, err = s.disk.At(at); err != nil {
		return seen, err
	}
	if seen.entry.Type == tree.File {
		_, seen.hash, err = s.disk.ReadBack(at)
		seen.unreadable = errors.Is(err, volume.ErrUnreadable)
		if err != nil && !seen.unreadable {
			return seen, err
		}
	}
	s.seen[at] = seen
	return seen, nil
}

// forget has everything looked at anew.
func (s *observations) forget() { clear(s.seen) }

// namesOf are the names that an intent gives and takes, those in the stage aside.
func namesOf(in *journal.Intent) []string {
	list := []string{string(in.Path)}
	for _, name := range []string{string(in.From), in.Place} {
		if name != "" {
			list = append(list, name)
		}
	}
	return list
}
