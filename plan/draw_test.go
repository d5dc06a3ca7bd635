package plan_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/tree"
)

// Names that meet: in case, in normalisation, in what they are ignored by, and on FAT not at all.
var names = []string{"a", "b", "A", "c.sh", "\u00e9", "e\u0301", "x:y", "z.tmp", ".DS_Store", "d"}

// drawTree draws a small tree that a filesystem of the profile can hold.
func drawTree(t *rapid.T, label string, profile tree.Profile, clash bool) *memoryTree {
	m := newTree(profile)
	m.clash = clash
	var fill func(dir tree.Path, depth int)
	fill = func(dir tree.Path, depth int) {
		for range rapid.IntRange(0, 5-depth).Draw(t, label+" entries") {
			path := dir.Join(rapid.SampledFrom(names).Draw(t, label+" name"))
			if m.taken(path) || m.traits.NameProblem(path.Base()) != "" {
				continue
			}
			n := drawNode(t, label, m.traits, depth < 2)
			m.put(path, n)
			if n.kind == tree.Directory {
				fill(path, depth+1)
			}
		}
	}
	fill(tree.Root, 0)
	return m
}

func drawNode(t *rapid.T, label string, traits tree.Traits, directories bool) *node {
	kinds := []tree.Type{tree.File, tree.File, tree.File, tree.File}
	if directories {
		kinds = append(kinds, tree.Directory, tree.Directory)
	}
	if traits.Symlinks {
		kinds = append(kinds, tree.Symlink)
	}
	n := &node{kind: rapid.SampledFrom(kinds).Draw(t, label+" type")}
	switch n.kind {
	case tree.File:
		n.content = rapid.SampledFrom([]string{"", "1", "2", "3", "longer"}).Draw(t, label+" content")
		n.size = int64(len(n.content))
		// The time tells the content, so that sides that are equal by stat are equal.
		n.mtime = traits.Keep(written(n.content).Add(time.Duration(rapid.IntRange(0, 3).Draw(t, label+" time")) * 1000e9))
		n.mode = rapid.SampledFrom([]tree.Mode{tree.Perm(0o644), tree.Perm(0o755)}).Draw(t, label+" mode")
	case tree.Directory:
		n.mode = rapid.SampledFrom([]tree.Mode{tree.Perm(0o755), tree.Perm(0o700)}).Draw(t, label+" mode")
	case tree.Symlink:
		n.target = rapid.SampledFrom([]string{"a", "b"}).Draw(t, label+" target")
	}
	if !traits.Modes {
		n.mode = 0
	}
	return n
}

// drawWorld draws two trees, and often a baseline: then the trees are edits of one that both held. Only
// where clash is set does one tree hold names that other filesystems take as equal.
func drawWorld(t *rapid.T, clash bool) *world {
	w := &world{options: defaults()}
	w.options.Ignore = []string{"*.tmp"}
	hashes := []plan.HashWhat{plan.HashOperations, plan.HashConflicts, plan.HashAll}
	w.options.Hash = rapid.SampledFrom(hashes).Draw(t, "hash")
	both := []plan.Bidirectional{plan.BidirectionalAuto, plan.BidirectionalConflict}
	w.options.Bidirectional = rapid.SampledFrom(both).Draw(t, "bidirectional")
	w.options.AlignTimes = rapid.IntRange(0, 4).Draw(t, "align times") == 0
	w.options.Atomic = rapid.SampledFrom([][]string{nil, nil, {}, {"a"}, {"d", "A"}, {"b/", "a/**/d"}}).Draw(t, "atomic")
	profiles := []tree.Profile{tree.POSIX, tree.POSIX, tree.APFS, tree.FAT, tree.FAT, tree.ExFAT, tree.NTFS}
	var profile plan.Sides[tree.Profile]
	for _, side := range plan.BothSides {
		profile[side] = rapid.SampledFrom(profiles).Draw(t, side.String()+" filesystem")
	}
	if !rapid.Bool().Draw(t, "baseline") {
		for _, side := range plan.BothSides {
			w.trees[side] = drawTree(t, side.String(), profile[side], clash)
		}
		return w
	}
	weakest := tree.POSIX
	for _, side := range plan.BothSides {
		if profile[side] != tree.POSIX && weakest.Traits().Names == tree.PosixNames {
			weakest = profile[side]
		}
	}
	common := drawTree(t, "common", weakest, clash)
	for _, side := range plan.BothSides {
		w.trees[side] = newTree(profile[side])
		w.trees[side].clash = clash
		for path, n := range common.nodes {
			twin := *n
			if w.trees[side].traits.Modes && !twin.mode.Known() && twin.kind != tree.Symlink {
				twin.mode = tree.Perm(0o755)
			} else if !w.trees[side].traits.Modes {
				twin.mode = 0
			}
			w.trees[side].put(path, &twin)
		}
	}
	w.base = agreement(w, nil)
	for _, side := range plan.BothSides {
		edit(t, side.String(), w.trees[side])
	}
	return w
}

// edit changes a tree as a person would.
func edit(t *rapid.T, label string, m *memoryTree) {
	for range rapid.IntRange(0, 4).Draw(t, label+" edits") {
		paths := m.paths()
		dirs := []tree.Path{tree.Root}
		for _, path := range paths {
			if m.nodes[path].kind == tree.Directory {
				dirs = append(dirs, path)
			}
		}
		fresh := rapid.SampledFrom(dirs).Draw(t, label+" in").Join(rapid.SampledFrom(names).Draw(t, label+" name"))
		free := !m.taken(fresh) && m.traits.NameProblem(fresh.Base()) == "" && fresh.Depth() < 5
		what := rapid.IntRange(0, 5).Draw(t, label+" edit")
		if what == 0 && free {
			m.put(fresh, drawNode(t, label, m.traits, true))
		}
		if len(paths) == 0 {
			continue
		}
		path := rapid.SampledFrom(paths).Draw(t, label+" path")
		switch n := m.nodes[path]; what {
		case 1:
			for _, p := range m.below(path) {
				delete(m.nodes, p)
			}
		case 2:
			if n.kind == tree.File {
				m.nodes[path] = drawNode(t, label, m.traits, false)
			}
		case 3:
			for _, p := range m.below(path) {
				delete(m.nodes, p)
			}
			m.put(path, drawNode(t, label, m.traits, true))
		case 4:
			if free && !fresh.Within(path) {
				for _, p := range m.below(path) {
					twin := m.nodes[p]
					delete(m.nodes, p)
					m.put(fresh+p[len(path):], twin)
				}
			}
		case 5:
			others := slices.DeleteFunc(slices.Clone(paths), func(p tree.Path) bool { return m.nodes[p].kind != tree.File })
			if n.kind == tree.File {
				other := rapid.SampledFrom(others).Draw(t, label+" swap")
				m.nodes[path], m.nodes[other] = m.nodes[other], m.nodes[path]
			}
		}
	}
}
