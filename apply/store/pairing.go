package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"treaty/apply/baseline"
	"treaty/apply/refusal"
	"treaty/plan"
	"treaty/plan/address"
)

// SamePair refuses what OneEach refuses, and with ErrSafety a path that held a tree the other one was synced with, and
// now holds none, or another: a volume that is not mounted, or the wrong one. A tree that still has its own file is the
// one that it was, whatever else is gone from it.
func SamePair(trees plan.Sides[*Reader]) error {
	var files plan.Sides[*TreeFile]
	for _, side := range plan.BothSides {
		file, err := trees[side].Identity()
		if err != nil {
			return err
		}
		files[side] = file
	}
	if err := OneEach(files, plan.Sides[string]{trees[plan.Local].Root(), trees[plan.Remote].Root()}); err != nil {
		return err
	}
	if files[plan.Local].knows(files[plan.Remote]) || files[plan.Remote].knows(files[plan.Local]) {
		return nil
	}
	for _, side := range plan.BothSides {
		other := side.Other()
		was, err := trees[side].syncedWith(files[side], trees[other].place())
		if err != nil {
			return err
		}
		if !was {
			continue
		}
		what := "no tree that treaty knows"
		if files[other] != nil {
			what = "another tree"
		}
		return refusal.Because(refusal.CausePair, "%s held a tree that %s was synced with, and now holds %s",
			trees[other].Root(), trees[side].Root(), what).On(other, trees[other].Root())
	}
	return nil
}

// OneEach refuses with ErrInvalid two trees, at these roots, that have one id: one is a copy of the other with all that
// treaty keeps in it, or they are one tree that is reached in two ways.
func OneEach(files plan.Sides[*TreeFile], roots plan.Sides[string]) error {
	if !files[plan.Local].is(files[plan.Remote]) {
		return nil
	}
	return refusal.Because(refusal.CauseCopied, "%s has the id of %s, as a copy of it has, or the same tree reached in "+
		"another way", roots[plan.Remote], roots[plan.Local]).On(plan.Remote, roots[plan.Remote])
}

// is tells whether two trees have one id. A nil file has none.
func (t *TreeFile) is(other *TreeFile) bool { return t != nil && other != nil && t.ID == other.ID }

// DisownCopy disowns the remote tree if it is a copy of the local one.
func DisownCopy(trees plan.Sides[*Reader]) error {
	var files plan.Sides[*TreeFile]
	for side, t := range trees {
		file, err := t.Identity()
		if err != nil {
			return err
		}
		files[side] = file
	}
	if files[plan.Local].is(files[plan.Remote]) {
		trees[plan.Remote].Disown()
	}
	return nil
}

// SamePairAs refuses with ErrSafety what SamePair refuses, and, wherever it lies and whoever knows it, a remote tree
// that is not the one to which the local tree's history says that a plan was applied: what undoes that would change
// the files of another one.
func SamePairAs(archived Archived, trees plan.Sides[*Reader]) error {
	if err := SamePair(trees); err != nil {
		return err
	}
	id, err := trees[plan.Local].AppliedTo(archived)
	if err != nil || id == "" {
		return err
	}
	file, err := trees[plan.Remote].Identity()
	if err != nil || file != nil && file.ID == id {
		return err
	}
	root := trees[plan.Remote].Root()
	return refusal.Because(refusal.CauseNotUndone,
		"%s is not the remote tree that number %d was applied to", root, archived.Number).
		On(plan.Remote, root)
}

// AppliedTo is the id of the tree that was remote when a plan was applied, "" where nobody knows. The plan has none
// of a tree that became one only then; what was kept of the baseline has both.
func (s *history) AppliedTo(archived Archived) (string, error) {
	data, err := s.File(archived, FormerFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !Foreign(err) {
		return "", err
	}
	if h, damaged := baseline.ReadHeader(bytes.NewReader(data)); damaged == nil {
		return h.IDs[plan.Remote], nil
	}
	p, err := s.Plan(archived)
	if err != nil || p.Remote.ID == nil {
		return "", err
	}
	return *p.Remote.ID, nil
}

// knows tells whether a tree was synced with another. A nil one knows nothing and is known to nobody.
func (t *TreeFile) knows(other *TreeFile) bool {
	return t != nil && other != nil && t.Synced[other.ID] != ""
}

// PartnersOn are the places on a host where the trees were that this one was synced with, sorted. A nil file has none.
func (t *TreeFile) PartnersOn(host string) []string {
	return t.partners(func(p Partner) (string, bool) { return p.Root, p.Host == host })
}

// PartnersBeyond are the places on all other hosts, each with the name of its host.
func (t *TreeFile) PartnersBeyond(host string) []string {
	return t.partners(func(p Partner) (string, bool) { return p.Host + ": " + p.Root, p.Host != host })
}

// Addresses are the places of partners on other machines that are named by an address, sorted.
func (t *TreeFile) Addresses() []string {
	var addresses []string
	for _, place := range t.partners(func(p Partner) (string, bool) { return p.Root, address.Is(p.Root) }) {
		if at, err := address.Parse(place); err == nil {
			addresses = append(addresses, at.String())
		}
	}
	return addresses
}

func (t *TreeFile) partners(choose func(Partner) (string, bool)) []string {
	if t == nil {
		return nil
	}
	chosen := map[string]bool{}
	for _, partner := range t.Partners {
		if place, ok := choose(partner); ok {
			chosen[place] = true
		}
	}
	return slices.Sorted(maps.Keys(chosen))
}

// syncedWith tells whether a tree that this one was synced with was at a place, as far as the tree's own file tells, or
// by the history of a tree that has one, which knows of roots alone.
func (s *history) syncedWith(file *TreeFile, at Partner) (bool, error) {
	if file == nil {
		return false, nil
	}
	for _, id := range slices.Sorted(maps.Keys(file.Synced)) {
		if file.Partners[id] == at {
			return true, nil
		}
		if was, err := s.partnerRoot(file.Synced[id]); err != nil || was == at.Root {
			return err == nil, err
		}
	}
	return false, nil
}

// partnerRoot is where the other tree of an archived plan was; "" where the history has no such plan, or not as it
// was written.
func (s *history) partnerRoot(planID string) (string, error) {
	archived, err := s.Applied(planID)
	if err != nil || archived == nil {
		return "", err
	}
	text, err := s.File(*archived, "plan.json")
	if errors.Is(err, fs.ErrNotExist) || Foreign(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	roots, err := peekRoots(text)
	if err != nil {
		return "", nil // what is wrong with the history is for its verification to say
	}
	// The history lies in the tree that was local.
	return roots[plan.Remote], nil
}

// peekRoots reads the two roots of a plan, and no further: they come before the operations. That of a tree which was
// planned from a snapshot is "": it may mean something else here, and need not be where the plan was applied.
func peekRoots(text []byte) (plan.Sides[string], error) {
	var roots plan.Sides[string]
	dec := json.NewDecoder(bytes.NewReader(text))
	if _, err := dec.Token(); err != nil {
		return roots, err
	}
	for found := 0; found < len(roots); {
		if !dec.More() {
			return roots, errors.New("it names no roots")
		}
		key, err := dec.Token()
		if err != nil {
			return roots, err
		}
		var side plan.Side
		name := fmt.Sprint(key)
		if side.UnmarshalText([]byte(name)) != nil {
			var skipped json.RawMessage
			if err := dec.Decode(&skipped); err != nil {
				return roots, err
			}
			continue
		}
		var tree struct {
			Root string        `json:"root"`
			From *plan.FileRef `json:"snapshot"`
		}
		if err := dec.Decode(&tree); err != nil {
			return roots, err
		}
		if tree.From == nil {
			roots[side] = tree.Root
		}
		found++
	}
	return roots, nil
}
