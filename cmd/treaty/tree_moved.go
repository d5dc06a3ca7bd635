package main

import (
	"path/filepath"
	"slices"

	"treaty/apply/reach"
	"treaty/cmd/treaty/internal/home"
	"treaty/cmd/treaty/internal/trees"
	"treaty/plan"
	"treaty/plan/address"
)

// absolute is a path from the root on; as it is where the current directory is not known, and where it is an address.
func absolute(path string) string {
	if address.Is(path) {
		return path
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return abs
}

// moved is the command that goes on with a tree where it is now; otherwise where it is not found, or more than once.
func moved(side plan.Side, root string, otherwise hint) hint {
	return func(i *invocation) string {
		places := trees.Whereabouts(i.expectedAt(side, root), root)
		if len(places) != 1 || places[0] == root {
			return otherwise(i)
		}
		at := places[0]
		advice := "the tree is now at " + at
		if i.name == "apply" {
			there := *i
			there.args = slices.Concat(i.args, []string{"--" + side.String(), at})
			return then(advice, again)(&there)
		}
		there := *i
		there.trees[side] = at
		return then(advice, comparing())(&there)
	}
}

// expectedAt is the id of the tree that should be at a path: that of the plan that a command is about, or that of the
// tree that the other one was last synced with there; "" where nobody knows.
func (i *invocation) expectedAt(side plan.Side, root string) string {
	if i.about != nil {
		if id := i.about.Snapshot(side).ID; id != nil {
			return *id
		}
	}
	other, err := reach.Store(home.Expand(i.trees[side.Other()]))
	if err != nil {
		return ""
	}
	defer other.Close()
	identity, err := other.Identity()
	if err != nil || identity == nil {
		return ""
	}
	return trees.PartnerAt(identity, other.Host(), root)
}
