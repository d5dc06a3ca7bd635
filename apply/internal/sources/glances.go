package sources

import (
	"context"
	"iter"
	"maps"
	"slices"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// glance is what was seen at a path.
type glance struct {
	entry tree.Entry
	err   error
	// apart tells, if it is a directory, that it cannot be opened as one of the tree.
	apart bool
}

// glances are what was seen at all touched paths of a tree far away.
type glances struct {
	at map[tree.Path]*glance
	// present is volume.Volume.Present behind that.
	present error
}

// teller tells what is at a path.
type teller interface {
	Entry(p tree.Path) (tree.Entry, error)
}

// glances looks at all touched paths of a tree far away, and then whether that is there, all of which crosses together:
// a directory that nothing is known to be in takes a second trip. It is nil for a tree that is near.
func (s replay) glances(ctx context.Context) *glances {
	if s.paths == nil {
		return nil
	}
	seen := &glances{map[tree.Path]*glance{}, scan.ErrVanished} // as where the line is lost amid it
	var dirs []tree.Path
	for _, path := range s.paths {
		seen.at[path] = &glance{err: scan.ErrVanished}
		if dir := path.Parent(); dir != tree.Root {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	dirs = slices.Compact(dirs)
	last := len(s.paths) + len(dirs)
	volume.LookTogether(ctx, s.Volume, last+1, func(i int, as volume.Looker) {
		at, tells := as.(teller)
		switch {
		case i == last:
			seen.present = as.Present()
		case i >= len(s.paths):
			_, err := as.Directory(dirs[i-len(s.paths)])
			seen.at[dirs[i-len(s.paths)]].apart = err != nil
		case !tells:
			seen.at[s.paths[i]].err = errUncertain
		default:
			g := seen.at[s.paths[i]]
			g.entry, g.err = at.Entry(s.paths[i])
			if _, parent := slices.BinarySearch(dirs, s.paths[i]); parent || g.err != nil || g.entry.Type != tree.Directory {
				return
			}
			_, err := as.Directory(s.paths[i])
			g.apart = err != nil
		}
	})
	return seen
}

// withParents are paths and the directories that they lie in, in order, but for the root.
func withParents(paths iter.Seq[tree.Path]) []tree.Path {
	all := map[tree.Path]bool{}
	for path := range paths {
		for ; path != tree.Root && !all[path]; path = path.Parent() {
			all[path] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// glance looks at a path.
func (w *renewing) glance(path tree.Path) *glance {
	if w.seen != nil {
		if g := w.seen.at[path]; g != nil {
			return g
		}
	}
	g := &glance{}
	if g.entry, g.err = w.of.Volume.Entry(path); g.err == nil && g.entry.Type == tree.Directory {
		_, err := w.of.Volume.Directory(path)
		g.apart = err != nil
	}
	return g
}
