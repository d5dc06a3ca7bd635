package execute

import (
	"context"
	"slices"

	"treaty/apply/volume"
	"treaty/plan"
)

// together does something for tasks that do not depend on each other. What they ask of a side that is far away crosses
// together.
func (s *Site) together(ctx context.Context, list []*task, do func(*task)) {
	s.togetherBy(ctx, list, func(_ int, t *task) { do(t) })
}

// togetherBy is together where do is told each task's number in the list, too.
func (s *Site) togetherBy(ctx context.Context, list []*task, do func(n int, t *task)) {
	for _, side := range plan.BothSides {
		on := make([]int, 0, len(list))
		for n, t := range list {
			if t.Side == side {
				on = append(on, n)
			}
		}
		volume.Together(ctx, s.Ends[side].Disk, len(on), func(i int, as volume.Changer) {
			through(list[on[i]], as, func(t *task) { do(on[i], t) })
		})
	}
}

// cross is together for tasks of a side that is far away, behind what comes before all else there. With durably it
// makes durable what came of it, which crosses with it, and tells whether it is. None from the number first on is tried
// unless all before it came to no error, with 0 any.
func (g *groups) cross(ctx context.Context, side plan.Side, list []*task, first int, durably bool,
	do func(*task)) (durable bool) {
	before, over := g.before[side], 0
	g.before[side] = nil
	n := len(before) + len(list)
	if durably {
		n++
	}
	each := func(i int, as volume.Changer) {
		switch at := i - len(before); {
		case at < 0:
			before[i](as)
		case at < len(list):
			through(list[at], as, do)
			over++
		default:
			// A barrier that was asked for before the last change was does not count.
			for durable = true; durable; {
				if durable = as.Barrier() == nil; over == len(list) {
					return
				}
			}
		}
	}
	if first += len(before); first > 0 {
		g.Ends[side].Disk.(volume.Following).Follow(ctx, first, n, each)
	} else {
		volume.Together(ctx, g.Ends[side].Disk, n, each)
	}
	return durable
}

// across does something for each of a list, of a side, that does not depend on the others, a group at a time. What is
// asked of a side that is far away crosses together.
func across[T any](ctx context.Context, site *Site, list []T, side func(T) plan.Side, do func(T, volume.Changer)) {
	for _, at := range plan.BothSides {
		on := slices.DeleteFunc(slices.Clone(list), func(one T) bool { return side(one) != at })
		for group := range slices.Chunk(on, groupFiles) {
			volume.Together(ctx, site.Ends[at].Disk, len(group), func(i int, as volume.Changer) { do(group[i], as) })
		}
	}
}

// only are the sides of which there is one.
func only(side plan.Side) (on sides) {
	on[side] = true
	return on
}

// far tells whether one of some sides is far away.
func (s *Site) far(on sides) bool {
	for side, concerned := range on {
		if _, far := s.Ends[side].Disk.(volume.Gathering); far && concerned {
			return true
		}
	}
	return false
}

// follows tells whether what has to be done before changes of a side crosses together with them.
func (s *Site) follows(side plan.Side) bool {
	return s.fat() == sides{} && volume.Follows(s.Ends[side].Disk)
}

// through does something for a task, which makes its changes through as meanwhile.
func through(t *task, as volume.Changer, do func(*task)) {
	if as == t.notes.ends[t.Side].Disk {
		do(t)
		return
	}
	t.notes.through.Store(t, as)
	do(t)
	t.notes.through.Delete(t)
}

// runs divides tasks, in their order, into those that are on one side and do not depend on each other. What is taken
// whole stops where something in it drifted.
func (g *groups) runs(list []*task) (runs [][]*task) {
	for n, t := range list {
		last := len(runs) - 1
		if n == 0 || list[n-1].Side != t.Side || t.notes.unitOf(t) != "" || t.notes.unitOf(list[n-1]) != "" {
			runs, last = append(runs, nil), last+1
		}
		runs[last] = append(runs[last], t)
	}
	return runs
}
