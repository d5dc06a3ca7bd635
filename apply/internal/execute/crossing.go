package execute

import (
	"context"

	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// needs are what tasks need of a side that is far away before they can be announced.
type needs struct {
	dirs []tree.Path
	// displacing are those that have no place yet for what they displace.
	displacing []*task
	// staged is what is to be made durable.
	staged []volume.Staged
}

// neededBy are the needs of those tasks that are on a side, but for what they have staged: they may be staging it.
func neededBy(list []*task, side plan.Side) (n needs) {
	seen := map[tree.Path]bool{}
	for _, t := range list {
		if t.Side != side {
			continue
		}
		if dir := t.Path.Parent(); !seen[dir] {
			seen[dir], n.dirs = true, append(n.dirs, dir)
		}
		if t.replaces() && t.displacement.all().place == "" {
			n.displacing = append(n.displacing, t)
		}
	}
	return n
}

// stagedOn is what those tasks have staged that are on a side.
func stagedOn(list []*task, side plan.Side) (staged []volume.Staged) {
	for _, t := range list {
		if t.Side == side && t.waiting != nil {
			staged = append(staged, t.staged())
		}
	}
	return staged
}

// cross has all of what is needed of a side cross together. It tells whether what is staged is durable.
func (s *stager) cross(ctx context.Context, side plan.Side, n needs, found map[ground]error) (durable bool) {
	durable = true
	barriers := min(len(n.staged), 1)
	volume.Together(ctx, s.Ends[side].Disk, len(n.dirs)+len(n.displacing)+barriers, func(i int, as volume.Changer) {
		switch {
		case i < len(n.dirs):
			_, found[ground{side, n.dirs[i]}] = as.(volume.Gathering).Directory(n.dirs[i])
		case i < len(n.dirs)+len(n.displacing):
			t := n.displacing[i-len(n.dirs)]
			t.ownDisplacement().place, _ = as.Place(t.present()) // without one it is asked again, and tells why
		default:
			durable = as.Barrier(n.staged...) == nil
		}
	})
	return durable
}
