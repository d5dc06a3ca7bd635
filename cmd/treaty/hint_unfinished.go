package main

import (
	"slices"

	"treaty/apply"
	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/home"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
	"treaty/plan/address"
)

// onOrBack are the two ways out of an apply that is not finished, of the tree at root: which is taken is the person's
// choice, and the command is the one that carries out no more of the plan. Where the plan can't be gone on with, there
// is only the one.
func onOrBack(on hint, root string) hint {
	back := exactly("treaty recover " + argument(root))
	return func(i *invocation) string {
		if on(i) == "" {
			return back(i)
		}
		return besides("%s; or, to settle it back", on, back)(i)
	}
}

// goingOn is the command that goes on with an apply that is not finished.
func goingOn(i *invocation) string { return applyIt(i) + " goes on with it" }

// goOn tells how to go on with an apply that was interrupted; "" where no tree at hand has its plan.
func goOn(r *apply.Refusal) hint {
	return func(i *invocation) string {
		open := openedBy(r, i)
		switch {
		case open == nil:
			return ""
		case open.away != "":
			return open.on(i) + " goes on with it, " + open.once()
		}
		return open.on(i) + " goes on with it"
	}
}

// outOf are the two ways out of an apply that was interrupted, a command a line. here are trees that are known to be.
func outOf(r *apply.Refusal, i *invocation, here ...string) []string {
	back := "treaty recover " + argument(r.Root)
	open := openedBy(r, i)
	switch {
	case open == nil:
		return []string{back}
	case open.away != "" && !slices.Contains(here, open.away):
		return []string{open.on(i) + "   (goes on with it, " + open.once() + ")",
			back + "   (or settles it back)"}
	}
	return []string{open.on(i) + "   (goes on with it)", back + "   (or settles it back)"}
}

// opened is an apply that was interrupted and can be gone on with.
type opened struct {
	// on applies its plan.
	on hint
	// away is where the plan's other tree was, "" where that is here.
	away string
}

// once tells what has to be before it can be gone on with, the other tree being away.
func (o *opened) once() string {
	if address.Is(o.away) {
		return "once " + render.Name(o.away) + " can be reached"
	}
	return "once " + render.Name(o.away) + " is mounted again"
}

// openedBy finds the plan of an apply that was interrupted in whichever tree at hand has it and has not closed it; nil
// where none has.
func openedBy(r *apply.Refusal, i *invocation) *opened {
	for _, root := range append([]string{r.Root, i.trees[plan.Local], i.trees[plan.Remote]}, partnersHere(r.Root)...) {
		if root == "" {
			continue
		}
		folder, err := reach.Store(home.Expand(root))
		if err != nil {
			continue
		}
		open := openIn(folder, root, r.Plan)
		folder.Close()
		if open != nil {
			return open
		}
	}
	return nil
}

// openIn is the plan with an id in the tree at root; nil where there is none that can be applied.
func openIn(folder *store.Store, root, id string) *opened {
	path, err := folder.PlanPath(id)
	if err != nil || folder.Unapplied(id) != nil {
		return nil
	}
	open := &opened{on: exactly("treaty apply " + argument(path))}
	if last, err := folder.Newest(); err == nil && last == path {
		open.on = in(root, "apply")
	}
	if other := folder.OtherRoot(); other != "" && !isThere(other) {
		open.away = other
	}
	return open
}

// partnersHere are where the trees that the one at root was synced with were on this machine.
func partnersHere(root string) []string {
	store, err := reach.Store(root)
	if err != nil {
		return nil
	}
	defer store.Close()
	identity, err := store.Identity()
	if err != nil {
		return nil
	}
	return identity.PartnersOn(store.Host())
}
