package apply_test

import (
	"maps"

	"treaty/plan"
	"treaty/plan/tree"
)

// folded is the same for all spellings of a path.
func folded(path tree.Path) tree.Path { return tree.Path(tree.CollisionKey(string(path))) }

// fold is a tree without regard to how it spells its names.
func (m nodes) fold() nodes {
	all := nodes{}
	for path, n := range m {
		all[folded(path)] = n
	}
	return all
}

// listed are the paths of a side that a plan may change, or create above one. What conflicts name, in one
// side's spelling, is folded: in disputed, with what is above it, and in below. An update may give a new spelling.
func listed(p *plan.Plan, side plan.Side) (exactly, disputed, below map[tree.Path]bool) {
	exactly, disputed, below = map[tree.Path]bool{}, map[tree.Path]bool{}, map[tree.Path]bool{}
	add := func(to map[tree.Path]bool, path tree.Path) {
		for ; path != tree.Root && !to[path]; path = path.Parent() {
			to[path] = true
		}
	}
	for i := range p.Operations {
		if op := &p.Operations[i]; op.Side == side {
			add(exactly, op.Path)
			add(exactly, op.From())
			if op.Action == plan.Update && op.After.Of() == tree.File {
				disputed[folded(op.Path)] = true
			}
		}
	}
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		for _, path := range []tree.Path{c.Path, c.RemotePath, c.KeepBothAs} {
			if path != "" {
				add(disputed, folded(path))
				below[folded(path)] = true
			}
		}
	}
	return exactly, disputed, below
}

// touchesOnly is invariant 2: what the plan does not list is as it was, all of it, and directories above
// what it lists are as they were if they were there.
func (w *world) touchesOnly(p *plan.Plan, was plan.Sides[nodes]) {
	w.Helper()
	touchesOnly(w, p, was, w.trees())
	w.sparesCanary()
}

func touchesOnly(t tester, p *plan.Plan, was, is plan.Sides[nodes]) {
	t.Helper()
	for _, side := range plan.BothSides {
		exactly, disputed, below := listed(p, side)
		for path := range union(was[side], is[side]) {
			free := exactly[path] || disputed[folded(path)]
			for at := path; at != tree.Root && !free; at = at.Parent() {
				free = below[folded(at)]
			}
			before, there := was[side][path]
			after, stays := is[side][path]
			if (there != stays || before != after) && !free && !litterGone(path, stays, exactly, disputed) {
				t.Errorf("%s: %s is not in the plan, and changed from %v to %v", side, path, before, after)
			}
		}
	}
}

// litterGone allows litter to go with its directory.
func litterGone(path tree.Path, stays bool, exactly, disputed map[tree.Path]bool) bool {
	if stays {
		return false
	}
	for ; path != tree.Root; path = path.Parent() {
		if isLitter(path.Base()) {
			return exactly[path.Parent()] || disputed[folded(path.Parent())]
		}
	}
	return false
}

func (w *world) sparesCanary() {
	w.Helper()
	if w.dir == "" {
		return
	}
	all := read(w, w.dir, "")
	maps.DeleteFunc(all, func(path tree.Path, _ node) bool {
		return path.Within("local") || path.Within("remote")
	})
	if want := tryParse(w, canary); !all.equal(want) {
		w.Errorf("beside the trees: %v\nwant %v", all, want)
	}
}

// settled is invariant 4: both trees are equal, and the next first sync has nothing to do.
func (w *world) settled() {
	w.Helper()
	now := w.trees()
	if !now[plan.Local].fold().equal(now[plan.Remote].fold()) {
		w.Errorf("the trees differ:\nlocal:  %v\nremote: %v", now[plan.Local], now[plan.Remote])
		return
	}
	base := w.base
	w.respelled = map[tree.Path]string{}
	for path := range now[plan.Remote] {
		w.respelled[folded(path)] = path.Base()
	}
	defer func() { w.base, w.respelled = base, nil }()
	for _, m := range []nodes{nil, now[plan.Local]} {
		w.base = m
		if p, _ := w.survey(); !p.Empty() {
			w.Errorf("with a baseline: %v, the next plan is not empty:\n%s", m != nil, describe(p))
		}
	}
}

// isLitter tells what is left out by default.
func isLitter(name string) bool {
	options := plan.DefaultOptions()
	return options.Litter(name)
}
