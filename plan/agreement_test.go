package plan_test

import (
	"crypto/sha256"

	"treaty/plan"
	"treaty/plan/tree"
)

// pairs tells which paths of the two trees are the same, by local's spelling.
func pairs(w *world) map[tree.Path]tree.Path {
	folds := !w.trees[plan.Local].traits.CaseSensitive || !w.trees[plan.Remote].traits.CaseSensitive
	paired := map[tree.Path]tree.Path{tree.Root: tree.Root}
	used := map[tree.Path]bool{}
	for _, level := range []func(tree.Path) tree.Path{
		func(p tree.Path) tree.Path { return p },
		nfc,
		func(p tree.Path) tree.Path {
			if folds {
				return key(p)
			}
			return p
		},
	} {
		for _, l := range w.trees[plan.Local].paths() {
			dir, known := paired[l.Parent()]
			if _, done := paired[l]; done || !known {
				continue
			}
			var found []tree.Path
			for _, r := range w.trees[plan.Remote].paths() {
				if r.Parent() == dir && !used[r] && level(tree.Path(r.Base())) == level(tree.Path(l.Base())) {
					found = append(found, r)
				}
			}
			if len(found) == 1 {
				paired[l] = found[0]
				used[found[0]] = true
			}
		}
	}
	delete(paired, tree.Root)
	return paired
}

// agreement is the baseline after an apply: what both sides hold alike, and of what they don't, what was
// known before.
func agreement(w *world, before memoryBaseline) memoryBaseline {
	after := memoryBaseline{}
	paired := pairs(w)
	known := map[tree.Path]bool{}
	for l := range paired {
		known[key(l)] = true
	}
	var keep func(dir tree.Path)
	keep = func(dir tree.Path) {
		for _, a := range before[dir] {
			path := dir.Join(a.Name[plan.Local])
			if _, both := paired[path]; !both && !known[key(path)] ||
				both && w.trees[plan.Local].nodes[path].kind != w.trees[plan.Remote].nodes[paired[path]].kind {
				after[dir] = append(after[dir], a)
			}
			if a.Type == tree.Directory {
				keep(path)
			}
		}
	}
	keep(tree.Root)
	for _, l := range w.trees[plan.Local].paths() {
		r, both := paired[l]
		if !both {
			continue
		}
		x, y := w.trees[plan.Local].entry(l), w.trees[plan.Remote].entry(r)
		content := w.trees[plan.Local].nodes[l].content
		if x.Type != y.Type || content != w.trees[plan.Remote].nodes[r].content || x.Target != y.Target {
			continue
		}
		a := tree.Agreed{Name: [2]string{l.Base(), r.Base()}, Key: x.Key, Type: x.Type, Size: x.Size,
			Target: x.Target, Mtime: x.Mtime}
		if x.Type == tree.File {
			a.SHA256 = sha256.Sum256([]byte(content))
		}
		a.On = [2]tree.Kept{{Mtime: x.Mtime, Mode: x.Mode}, {Mtime: y.Mtime, Mode: y.Mode}}
		after[l.Parent()] = append(after[l.Parent()], a)
	}
	return after
}
