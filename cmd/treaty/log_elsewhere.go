package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/trees"
)

// sayElsewhere says of a tree without a history where it is.
func (a *app) sayElsewhere(folder *store.Store) error {
	known, err := knownElsewhere(folder)
	if err == nil {
		a.Say("%s", known.why)
	}
	return err
}

// elsewhere is what a tree without a history knows of what was applied to it.
type elsewhere struct {
	why string
	// root is where the history is on this machine, "" where it is not.
	root string
}

// knownElsewhere is what a tree's own file says of the history that another tree has.
func knownElsewhere(folder *store.Store) (elsewhere, error) {
	identity, err := folder.Identity()
	if err != nil || identity == nil || identity.Head == nil {
		return elsewhere{why: "nothing was applied yet"}, err
	}
	const without = "number %d was the last that was applied here; this tree has no history of its own"
	known := elsewhere{why: fmt.Sprintf(without, identity.Head.Number)}
	partner, there := identity.Partners[identity.Head.History]
	if !there {
		return known, nil
	}
	if places := trees.Whereabouts(identity.Head.History, partner.Root); len(places) == 1 {
		known.root = places[0]
	}
	known.why = fmt.Sprintf("number %d was the last that was applied here; the history is in %s on %s",
		identity.Head.Number, render.Name(cmp.Or(known.root, partner.Root)), render.Escape(partner.Host))
	if known.root == "" && slices.Contains(identity.PartnersOn(folder.Host()), partner.Root) {
		known.why += ", but that tree is not there now"
	}
	return known, nil
}

// otherHistories are the roots of the trees that a tree was synced with, are here, and have a history of their own:
// what was applied with one of them as LOCAL is told there. There are none of a tree whose own file cannot be read.
func otherHistories(folder *store.Store) (roots []string) {
	identity, err := folder.Identity()
	if err != nil || identity == nil {
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(identity.Partners)) {
		places := trees.Whereabouts(id, identity.Partners[id].Root)
		if len(places) == 1 && hasHistory(places[0]) {
			roots = append(roots, places[0])
		}
	}
	return roots
}

// hasHistory tells whether the tree at a root has a history of its own.
func hasHistory(root string) bool {
	folder, err := reach.Store(root)
	if err != nil {
		return false
	}
	defer folder.Close()
	list, err := folder.History()
	return err == nil && len(list) > 0
}

// sayOthers says, in words about a root and a command, which command tells of what is in the histories of other trees.
func sayOthers(a *app, folder *store.Store, words, name string, flags ...string) {
	for _, root := range otherHistories(folder) {
		a.Say(words, render.Name(root), render.Escape(in(root, name, flags...)(a.call)))
	}
}

// lastHere refuses where the last apply that changed a tree is in another tree's history: an older one is not taken for
// it. own is the last that changed it of its own history.
func lastHere(folder *store.Store, own *store.Archived) error {
	identity, err := folder.Identity()
	if err != nil || identity == nil || identity.Head == nil || identity.Head.History == identity.ID {
		return nil // who opens the pair tells of the error
	}
	known, err := knownElsewhere(folder)
	if err != nil || known.root != "" && changedNothing(known.root, identity.Head.Plan) {
		return err
	}
	number := strconv.Itoa(own.Number)
	older := in("", "undo", number)
	if known.root == "" {
		return usage(then("to undo number "+number+", the last in the history of this tree", older), "%s", known.why)
	}
	return usage(besides("%s undoes the last in the history of this tree; or, to undo that one", older,
		in(known.root, "undo")), "%s", known.why)
}

// changedNothing tells whether the history of the tree at a root has a plan that changed nothing.
func changedNothing(root, planID string) bool {
	folder, err := reach.Store(root)
	if err != nil {
		return false
	}
	defer folder.Close()
	archived, err := folder.Applied(planID)
	if err != nil || archived == nil {
		return false
	}
	reversal, err := folder.Reversal(*archived)
	return err == nil && len(reversal) == 0
}
