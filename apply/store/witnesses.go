package store

import (
	"errors"
	"slices"

	"treaty/apply/refusal"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// Witnesses are what other trees remember of a tree's history.
type Witnesses struct {
	// Heads are the last receipts that they remember, by a name for each.
	Heads map[string]*Head
	// Wrong says, in words, whose file is not what treaty wrote.
	Wrong []string
	// Absent are the roots at which a tree was and is not there, or another one is.
	Absent []string
}

// Remembered asks the other trees, which open opens, what they remember of this one's history, as far as those are
// where they were: by the tree's own file, by its last plans, applied or not, or, in also, by whoever asks. A tree may
// remember what this one has no more.
func (s *Reader) Remembered(open func(root string) (volume.Volume, error), also ...string) (Witnesses, error) {
	w := Witnesses{Heads: map[string]*Head{}}
	mine, err := s.Identity()
	if err != nil && !errors.Is(err, refusal.ErrInvalid) {
		return w, err
	}
	roots, ids, err := s.elsewhere(mine)
	if err != nil {
		return w, err
	}
	if mine != nil {
		ids = []string{mine.ID}
	}
	seen := map[string]bool{}
	for _, root := range append(roots, also...) {
		file, at, err := identityAt(open, root)
		if seen[at.Root] {
			continue
		}
		seen[at.Root] = true
		var odd *NoFolder
		switch {
		case errors.Is(err, refusal.ErrInvalid), errors.As(err, &odd):
			w.Wrong = append(w.Wrong, "remote "+err.Error())
		case err != nil:
			return w, err
		case file == nil || mine.replaced(Partner{at.Host, root}, file):
			w.Absent = append(w.Absent, at.Root)
		case file.Head == nil:
		case slices.Contains(ids, file.Head.History) || mine == nil && file.Partners[file.Head.History] == s.place():
			w.add(file.Head, at.Root)
		}
	}
	return w, nil
}

// add takes in the head that the tree at a root remembers.
func (w *Witnesses) add(head *Head, at string) {
	name := "remote " + tree.PrivateFolder + "/" + treeFileName
	if w.Heads[name] != nil {
		name += " in " + at
	}
	w.Heads[name] = head
}

// replaced tells whether a file that was found at a place is that of another tree than the partners that were there.
func (f *TreeFile) replaced(at Partner, found *TreeFile) bool {
	if f == nil || f.Partners[found.ID] == at {
		return false
	}
	for _, partner := range f.Partners {
		if partner == at {
			return true
		}
	}
	return false
}

// elsewhere are the places at which other trees were, and the ids that plans have this one by.
func (s *Reader) elsewhere(mine *TreeFile) (roots, ids []string, err error) {
	roots = mine.PartnersOn(s.Host())
	list, err := s.History()
	if err != nil {
		return nil, nil, err
	}
	var plans []*plan.Plan
	if len(list) > 0 {
		if p, err := s.Plan(list[len(list)-1]); err == nil {
			plans = append(plans, p)
		}
	}
	names, err := s.names(PlansFolder)
	if err != nil {
		return nil, nil, err
	}
	slices.Sort(names)
	for _, name := range slices.Backward(names) {
		text, err := s.read(PlansFolder + "/" + name)
		if err != nil {
			continue // there may be anything
		}
		if p, err := plan.Read(text); err == nil {
			plans = append(plans, p)
			break
		}
	}
	for _, p := range plans {
		roots = append(roots, p.Remote.Root)
		if p.Local.ID != nil {
			ids = append(ids, *p.Local.ID)
		}
	}
	return roots, ids, nil
}

// identityAt is the own file of the tree at a root, and where that is, links resolved; nil where no tree is there now.
func identityAt(open func(root string) (volume.Volume, error), root string) (*TreeFile, Partner, error) {
	nowhere := Partner{Root: root}
	v, err := open(root)
	if err != nil {
		return nil, nowhere, nil
	}
	s, err := Of(v)
	if err != nil {
		return nil, nowhere, err
	}
	defer s.Close()
	file, err := s.Identity()
	return file, s.place(), err
}
