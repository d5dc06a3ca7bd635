package apply

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"treaty/plan"
)

// SamePair refuses with ErrSafety a path that held a tree the other one was synced with, and now holds
// none, or another: a volume that is not mounted, or the wrong one.
func SamePair(stores plan.Sides[*Store]) error {
	var files plan.Sides[*TreeFile]
	for _, side := range plan.BothSides {
		file, err := stores[side].Identity()
		if err != nil {
			return err
		}
		files[side] = file
	}
	for _, side := range plan.BothSides {
		other := side.Other()
		if files[side] == nil {
			continue
		}
		for _, id := range sortedKeys(files[side].Synced) {
			if files[other] != nil && files[other].ID == id {
				return nil
			}
		}
		for _, id := range sortedKeys(files[side].Synced) {
			root, err := stores[side].partnerRoot(files[side].Synced[id])
			if err != nil {
				return err
			}
			if root != stores[other].Root() {
				continue
			}
			what := "no tree that treaty knows"
			if files[other] != nil {
				what = "another tree"
			}
			return refuse(ErrSafety, "mount the right one; or, if this is meant to be a new tree: treaty plan --new-pair",
				"%s held a tree that %s was synced with, and now holds %s", root, stores[side].Root(), what)
		}
	}
	return nil
}

// partnerRoot is where the other tree of an archived plan was; "" where the history has no such plan.
func (s *Store) partnerRoot(planID string) (string, error) {
	archived, err := s.Applied(planID)
	if err != nil || archived == nil {
		return "", err
	}
	text, err := s.File(*archived, "plan.json")
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	roots, err := peekRoots(text)
	if err != nil {
		return "", refuse(ErrInvalid, "treaty log --verify", "the archived plan %s cannot be read: %v", planID, err)
	}
	// The history lies in the tree that was local.
	return roots[plan.Remote], nil
}

// peekRoots reads the two roots of a plan, and no further: they come before the operations.
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
		var snapshot struct {
			Root string `json:"root"`
		}
		if err := dec.Decode(&snapshot); err != nil {
			return roots, err
		}
		roots[side] = snapshot.Root
		found++
	}
	return roots, nil
}
