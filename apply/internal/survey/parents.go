package survey

import (
	"errors"
	"io/fs"

	"treaty/apply/internal/ends"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// above are the directories above all that is expected on a side, as it spells them.
func (x *expectations) above(side plan.Side) map[tree.Path]bool {
	dirs := map[tree.Path]bool{}
	for _, by := range plan.BothSides {
		for dir := range x.parents[side][by] {
			dirs[x.spellings.on(side, dir, by)] = true
		}
	}
	return dirs
}

// parentless reports the directories above what is expected that were there when the plan was made and
// are not now. Without the digests of that time, nobody can tell.
func (x *expectations) parentless(before, now *store.Digests, report func(side plan.Side, path tree.Path, why string)) {
	if before == nil {
		return
	}
	for _, side := range plan.BothSides {
		for dir := range x.above(side) {
			if before.Has(side, dir) && !now.Has(side, dir) {
				report(side, dir, "it is no directory any more")
			}
		}
	}
}

// misplaced reports what the plan takes for directories, and that neither is one nor is made one by anything in it,
// done or left out: files, links, and names that the other side does not have either. Somebody edited a path. What
// waits for a directory that nobody is to make any more is left alone, since a person may take that out; so is all
// that an undo brings back, whose directories may be on no side.
func (x *expectations) misplaced(at *ends.Ends, now *store.Digests,
	report func(side plan.Side, path tree.Path, why string)) {
	made := x.made()
	for _, side := range plan.BothSides {
		for dir := range x.above(side) {
			if now.Has(side, dir) || made[side][tree.CollisionKey(string(dir))] {
				continue
			}
			_, err := at[side].Directory(dir)
			switch {
			case errors.Is(err, scan.ErrSymlink), errors.Is(err, scan.ErrNotDirectory):
				report(side, dir, "it is no directory, and the plan puts something below it")
			case errors.Is(err, fs.ErrNotExist) && !x.awaited(at, made, side, dir):
				report(side, dir, "neither side has it, and the plan puts something below it")
			}
		}
	}
}

// made are the directories that the plan makes, done or left out, by collision key.
func (x *expectations) made() (keys plan.Sides[map[string]bool]) {
	for _, side := range plan.BothSides {
		keys[side] = map[string]bool{}
	}
	for i := range x.plan.Operations {
		if op := &x.plan.Operations[i]; op.After.Of() == tree.Directory {
			keys[op.Side][tree.CollisionKey(string(op.Path))] = true
		}
	}
	return keys
}

// awaited tells whether a directory that a side lacks was to come to it, for all that can be told: the other side has
// it or gets it, or the plan undoes something in it.
func (x *expectations) awaited(at *ends.Ends, made plan.Sides[map[string]bool], side plan.Side, dir tree.Path) bool {
	other := side.Other()
	if made[other][tree.CollisionKey(string(dir))] || x.undoes(side, dir) {
		return true
	}
	_, err := at[other].Directory(x.spellings.on(other, dir, side))
	return !errors.Is(err, fs.ErrNotExist)
}

// undoes tells whether the plan undoes something below a directory of a side.
func (x *expectations) undoes(side plan.Side, dir tree.Path) bool {
	for i := range x.plan.Operations {
		if op := &x.plan.Operations[i]; op.Side == side && op.Reason == plan.Undo && op.Path.Within(dir) {
			return true
		}
	}
	return false
}
