package main

import (
	"cmp"
	"fmt"
	"time"

	"treaty/apply/reach"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/cmd/treaty/internal/home"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
	"treaty/plan/address"
	"treaty/plan/tree"
)

// makingRoom is for a volume that is too full, with the tree at root on it.
func makingRoom(root string) hint {
	return func(i *invocation) string {
		from := cmp.Or(i.trees[plan.Local], root)
		if !address.Is(root) && !isCleanable(from) && !isCleanable(root) {
			return roomElsewhere(i)
		}
		return besides("make room (%s removes old trash)", in(from, "clean"), again)(i)
	}
}

// lack is what there is of room, and what is needed.
type lack = refusal.Room

// roomIn says of a volume that is too full what it has, and what is needed.
func roomIn(side plan.Side, room *lack) string {
	copies := ""
	if room.Copies > 0 {
		copies = fmt.Sprintf(" (%s of that for copies of what is replaced, moved or deleted on %s, until that is done)",
			render.Bytes(room.Copies), side.Other())
	}
	return fmt.Sprintf("%s has %s free, and the plan needs %s there%s, and %s in reserve", side,
		render.Bytes(room.Free), render.Bytes(room.Writes), copies, render.Bytes(room.Reserve))
}

// roomElsewhere is for a volume that is too full where nothing that treaty keeps can go.
var roomElsewhere = then("make room on that volume", again)

// isCleanable tells whether the tree at root, here, has something that clean may remove: it may not while an apply is
// open.
func isCleanable(root string) bool {
	of, err := reach.Store(home.Expand(root))
	if err != nil {
		return false
	}
	defer of.Close()
	return cleanable(of, time.Now())
}

// cleanable is isCleanable of a tree that is open.
func cleanable(of *store.Store, now time.Time) bool {
	old, err := of.OlderThan(now)
	return err == nil && len(old) > 0 && of.Available() == nil
}

// littleRoom is how many bytes are so few that something should go, and littleOf the part of a volume, as one of so
// many, that a small one has free at least.
const (
	littleRoom = 64 << 20
	littleOf   = 10
)

// changerOf is what changes a tree; doctor only asks it.
func changerOf(e *examination) (volume.Changer, error) {
	return e.tree.Volume().Change("doctor", volume.Options{})
}

// writable looks whether the tree can be changed: it may be mounted so that it can only be read. On Windows only an
// apply learns it.
func writable(e *examination) error {
	changer, err := changerOf(e)
	if err != nil {
		return err
	}
	mayChange(e, changer)
	return nil
}

// mayChange tells where a tree takes no change.
func mayChange(e *examination, as volume.Changer) {
	if err := as.MayChange(tree.Root); err != nil {
		e.found(fmt.Sprintf("%s cannot be written to: %v", e.root, refusal.Innermost(err)),
			then("make it writable", again))
	}
}

// space looks at what lies in the trash, and at what is free.
func (e *examination) space() error {
	old, err := e.tree.OlderThan(e.app.Now())
	if err != nil {
		return err
	}
	var trash int64
	for _, d := range old {
		trash += d.Bytes
	}
	e.fine("trash and old plans: %s, %s", render.Count(len(old), "item"), render.Bytes(trash))
	changer, err := changerOf(e)
	if err != nil {
		return err
	}
	space, err := changer.Space()
	switch {
	case err != nil:
		return err
	case space.Total == 0:
	case space.Free < min(littleRoom, space.Total/littleOf):
		room := roomElsewhere
		if cleanable(e.tree, e.app.Now()) {
			room = e.there("clean")
		}
		e.found(fmt.Sprintf("only %s are free", render.Bytes(space.Free)), room)
	default:
		e.fine("%s free of %s", render.Bytes(space.Free), render.Bytes(space.Total))
	}
	return nil
}
