package apply_test

import (
	"maps"
	"slices"

	"treaty/plan"
	"treaty/plan/tree"
)

// The oracle says what every path must hold after a sync, by rules of its own, which a person can check, and
// nothing else: path by path, on whole trees in memory, moves as a delete and a create. Both sides have
// modes and exact times here.

// agreement is what two trees agreed on, by path; nil before they first did. What is per tree is in the
// order of the partners, or of LOCAL and REMOTE.
type agreement map[tree.Path][2]node

// facing is the agreement as seen with the given partner as LOCAL; it is its own inverse.
func (a agreement) facing(local int) agreement {
	if a == nil || local == 0 {
		return a
	}
	b := agreement{}
	for path, n := range a {
		b[path] = [2]node{n[1], n[0]}
	}
	return b
}

type oracle struct {
	was     plan.Sides[nodes]
	base    agreement
	ignored func(tree.Path) bool
	// former is what an undo gives back.
	former agreement

	// conflicts are the paths that a person must decide; may are those where there may be a conflict, at
	// or below, since type changes of whole directories are involved.
	conflicts, may map[tree.Path]bool
	// after is what both sides will hold, conflicts aside; doomed are directories that go if they are empty.
	after  [2]nodes
	doomed [2]map[tree.Path]bool
	// kept are directories that stay on one side, since something in them is out of scope.
	kept map[tree.Path]bool
	// updates are, by the side that changes, the updates of a first sync.
	updates [2][]tree.Path
}

// at is what both sides have, and had, under a name.
type at struct {
	now  [2]node
	base *[2]node
}

func (o *oracle) at(path tree.Path) at {
	a := at{now: [2]node{o.was[0][path], o.was[1][path]}}
	if b, known := o.base[path]; known {
		a.base = &b
	}
	return a
}

func (a *at) has(side int) bool { return a.now[side].kind != tree.Absent }

func (a *at) modified(side int) bool {
	n, b := a.now[side], a.base[side]
	return n.kind != b.kind || n.target != b.target || n.content != b.content
}

func (a *at) chmodded(side int) bool {
	return a.now[side].kind == a.base[side].kind && a.now[side].kind != tree.Symlink &&
		a.now[side].mode != a.base[side].mode
}

func (a *at) touched(side int) bool {
	return a.now[side].kind == tree.File && a.now[side].mtime != a.base[side].mtime
}

// judge is the two tables for one name that both sides have, or one deleted: what both will hold, or a
// conflict. Directories are taken for themselves here.
func (o *oracle) judge(a *at) (want [2]node, conflict, first bool) {
	l, r := a.now[0], a.now[1]
	want = a.now
	if a.base == nil {
		switch {
		case !a.has(0):
			want[0] = r
		case !a.has(1):
			want[1] = l
		case l.kind != r.kind, l.target != r.target:
			return want, true, false
		case l.kind != tree.File, l.mtime == r.mtime && len(l.content) == len(r.content):
		case l.mtime == r.mtime:
			return want, true, false
		case l.content != r.content && o.base != nil:
			return want, true, false
		default:
			newer := 0
			if l.mtime.Before(r.mtime) {
				newer = 1
			}
			want[1-newer] = a.now[newer]
			first = l.content != r.content
		}
		return want, false, first
	}
	for side := range 2 {
		if a.has(side) {
			continue
		}
		other := 1 - side
		if !a.has(other) {
			return want, false, false
		}
		if a.modified(other) || a.chmodded(other) && a.base[other].kind != tree.Directory {
			return want, true, false
		}
		want[other] = node{}
		return want, false, false
	}
	modified := [2]bool{a.modified(0), a.modified(1)}
	switch {
	case modified[0] && modified[1] && (l.kind != r.kind || l.target != r.target || l.content != r.content):
		return want, true, false
	case modified[0] != modified[1]:
		side := 0
		if modified[1] {
			side = 1
		}
		other := 1 - side
		want[other] = a.now[side]
		if l.kind != r.kind {
			return want, a.chmodded(other), false
		}
		switch {
		case a.chmodded(other) && !a.chmodded(side):
			want[side].mode, want[other].mode = a.now[other].mode, a.now[other].mode
		case a.chmodded(side) && !a.chmodded(other):
		default:
			want[other].mode = a.now[other].mode
		}
		return want, false, false
	}
	if l.kind != tree.Symlink {
		switch {
		case a.chmodded(0) && !a.chmodded(1):
			want[1].mode = l.mode
		case a.chmodded(1) && !a.chmodded(0):
			want[0].mode = r.mode
		}
	}
	if l.kind == tree.File && l.mtime != r.mtime {
		t := [2]bool{a.touched(0) || modified[0], a.touched(1) || modified[1]}
		switch {
		case t[0] && t[1]:
			newer := l.mtime
			if newer.Before(r.mtime) {
				newer = r.mtime
			}
			want[0].mtime, want[1].mtime = newer, newer
		case t[0]:
			want[1].mtime = l.mtime
		case t[1]:
			want[0].mtime = r.mtime
		}
	}
	return want, false, false
}

func (o *oracle) decide() {
	o.conflicts, o.may, o.kept = map[tree.Path]bool{}, map[tree.Path]bool{}, map[tree.Path]bool{}
	for side := range 2 {
		o.after[side], o.doomed[side] = nodes{}, map[tree.Path]bool{}
	}
	o.directory(tree.Root)
	if len(o.updates[0]) > 0 && len(o.updates[1]) > 0 {
		for _, path := range slices.Concat(o.updates[0], o.updates[1]) {
			o.conflicts[path] = true
		}
	}
	for side := range 2 {
		for path, n := range o.was[side] {
			if o.ignored(path) {
				o.after[side][path] = n
			}
		}
	}
}

// names are the paths right below a directory, on any side.
func (o *oracle) names(dir tree.Path) []tree.Path {
	var paths []tree.Path
	for path := range union(o.was[0], o.was[1]) {
		if path.Parent() == dir && !o.ignored(path) {
			paths = append(paths, path)
		}
	}
	slices.SortFunc(paths, tree.Compare)
	return paths
}

func (o *oracle) directory(dir tree.Path) {
	for _, path := range o.names(dir) {
		a := o.at(path)
		want, conflict, first := o.judge(&a)
		switch {
		case conflict:
			o.conflicts[path] = true
			continue
		case first:
			for side := range 2 {
				if want[side] != a.now[side] {
					o.updates[side] = append(o.updates[side], path)
				}
			}
		}
		var dirs [2]bool
		for side := range 2 {
			dirs[side] = a.now[side].kind == tree.Directory
		}
		switch {
		case dirs[0] && dirs[1]:
			o.set(path, want)
			o.directory(path)
		case !dirs[0] && !dirs[1]:
			o.set(path, want)
		default:
			o.oneDirectory(path, a, want)
		}
	}
}

func (o *oracle) set(path tree.Path, want [2]node) {
	for side := range 2 {
		if want[side].kind != tree.Absent {
			o.after[side][path] = want[side]
		}
	}
}

// oneDirectory is a directory on one side only: new there, deleted on the other side, or of another type.
func (o *oracle) oneDirectory(path tree.Path, a at, want [2]node) {
	side := 0
	if a.now[1].kind == tree.Directory {
		side = 1
	}
	switch {
	case want[0].kind == tree.Directory && want[1].kind == tree.Directory:
		o.set(path, want)
		o.directory(path)
	case want[side].kind == tree.Absent:
		o.doomed[side][path] = true
		o.inDoomed(path, side)
	default:
		// A file takes the place of a directory, if all in that may go.
		o.doomed[side][path] = true
		trial := &oracle{was: o.was, base: o.base, ignored: o.ignored, conflicts: map[tree.Path]bool{},
			kept: map[tree.Path]bool{}}
		for side := range 2 {
			trial.after[side], trial.doomed[side] = nodes{}, map[tree.Path]bool{}
		}
		trial.doomed[side][path] = true
		trial.inDoomed(path, side)
		if len(trial.conflicts)+len(trial.kept) > 0 {
			o.may[path] = true
			return
		}
		delete(o.doomed[side], path)
		o.set(path, want)
	}
}

// inDoomed is what becomes of the entries of a directory that the other side deleted.
func (o *oracle) inDoomed(dir tree.Path, side int) {
	for path := range o.was[side] {
		if path.Parent() == dir && o.ignored(path) && !isLitter(path.Base()) {
			for up := dir; up != tree.Root && o.doomed[side][up]; up = up.Parent() {
				o.kept[up] = true
			}
		}
	}
	for _, path := range o.names(dir) {
		a := o.at(path)
		if a.base == nil {
			o.conflicts[path] = true
			continue
		}
		_, conflict, _ := o.judge(&a)
		switch {
		case conflict:
			o.conflicts[path] = true
		case a.now[side].kind == tree.Directory:
			o.doomed[side][path] = true
			o.inDoomed(path, side)
		}
	}
}

// holds compares the plan's conflicts with those that there must be, and may be.
func (o *oracle) holds(w *world, p *plan.Plan) {
	w.Helper()
	have := map[tree.Path]bool{}
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		have[c.Path] = true
		if c.Kind == plan.RenamedDifferently {
			l, r := o.was[0][c.PathOn(plan.Local)], o.was[1][c.PathOn(plan.Remote)]
			if l.content != r.content || l.mtime != r.mtime || l.content == "" {
				w.Errorf("%s and %s are not the same file", c.PathOn(plan.Local), c.PathOn(plan.Remote))
			}
			continue
		}
		allowed := o.conflicts[c.Path]
		for path := range o.may {
			allowed = allowed || c.Path.Within(path) || c.Path == path
		}
		if !allowed && !o.unhashed(c) {
			w.Errorf("nobody need decide about %s (%s)", c.Path, c.Kind)
		}
	}
	for path := range o.conflicts {
		if !have[path] {
			w.Errorf("there must be a conflict at %s", path)
		}
	}
	for i := range p.Operations {
		if op := &p.Operations[i]; o.base == nil && op.Action == plan.Delete {
			w.Errorf("a first sync deletes %s", op.Path)
		}
	}
	for i := range p.Problems {
		if p.Problems[i].Severity == plan.Blocked {
			w.Errorf("blocked: %s", p.Problems[i].Message)
		}
	}
}

// came holds what came of a plan to what had to.
func (o *oracle) came(w *world, p *plan.Plan, now plan.Sides[nodes], whole bool) {
	w.Helper()
	var held []tree.Path
	want := [2]nodes{maps.Clone(o.after[0]), maps.Clone(o.after[1])}
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		for _, side := range plan.BothSides {
			held = append(held, c.PathOn(side))
			o.resolve(c, side, want[side])
		}
	}
	for path := range o.may {
		held = append(held, path)
	}
	for side := range 2 {
		for path := range o.doomed[side] {
			held = append(held, path)
		}
	}
	inHeld := func(path tree.Path) bool {
		return slices.ContainsFunc(held, func(h tree.Path) bool { return path == h || path.Within(h) })
	}
	for side := range 2 {
		skipped := map[tree.Path]bool{}
		for i := range p.Operations {
			if op := &p.Operations[i]; op.Decision == plan.Skip && int(op.Side) == side {
				skipped[op.Path], skipped[op.From()] = true, true
			}
		}
		for path := range union(o.was[side], want[side], now[side]) {
			got, there := now[side][path]
			must, wanted := want[side][path]
			before, was := o.was[side][path]
			stays := there == was && got == before
			moved := o.moved(p, side, path)
			switch {
			case there == wanted && (got == must || moved && sameButMetadata(got, must)) && !skipped[path]:
			case stays && (!whole || skipped[path] || o.spared(p, side, path)):
			case !there && o.movedAway(p, side, path):
			case got.kind == tree.Directory && there && o.revived(path, now[side]):
			case !there && o.doomed[side][path]:
			case inHeld(path) && o.resolved(p, side, path, got, there):
			case !there && isLitter(path.Base()) && now[side][path.Parent()].kind != tree.Directory:
			default:
				w.Errorf("%s: %s is %v (%v), and had to be %v (%v); it was %v (%v)", plan.Side(side), path, got, there,
					must, wanted, before, was)
			}
		}
	}
}

// moved tells whether a path was moved to: its mode and time may then be those that the file had there.
func (o *oracle) moved(p *plan.Plan, side int, path tree.Path) bool {
	return slices.ContainsFunc(p.Operations, func(op plan.Operation) bool {
		return op.Action == plan.Move && int(op.Side) == side && op.Path == path
	})
}

// movedAway tells whether a file left a path where what was to follow it was skipped.
func (o *oracle) movedAway(p *plan.Plan, side int, path tree.Path) bool {
	return slices.ContainsFunc(p.Operations, func(op plan.Operation) bool {
		return op.Action == plan.Move && op.Decision == plan.Apply && int(op.Side) == side && op.From() == path
	})
}

func sameButMetadata(a, b node) bool { return a.kind == b.kind && a.content == b.content }

// revived tells whether something below a directory needs it.
func (o *oracle) revived(dir tree.Path, now nodes) bool {
	for path := range now {
		if path != dir && path.Within(dir) {
			return true
		}
	}
	return o.doomed[0][dir] || o.doomed[1][dir]
}

// resolve puts into want what a resolution leaves on a side.
func (o *oracle) resolve(c *plan.Conflict, side plan.Side, want nodes) {
	from := side
	switch c.Resolution {
	case plan.TakeLocal:
		from = plan.Local
	case plan.TakeRemote:
		from = plan.Remote
	case plan.TakeNewer:
		if newer, ok := c.Newer(); ok {
			from = newer
		}
	case plan.KeepBoth:
		from = plan.Local
		if c.Kind == plan.RenamedDifferently {
			o.copy(plan.Remote, c.PathOn(plan.Remote), c.PathOn(plan.Remote), want)
		} else {
			o.copy(plan.Remote, c.PathOn(plan.Remote), c.KeepBothAs, want)
		}
	}
	if c.Kind == plan.RenamedDifferently && c.Resolution != plan.SkipPath && c.Resolution != plan.KeepBoth {
		delete(want, c.PathOn(from.Other()))
	}
	if c.Kind == plan.RenamedDifferently && c.Resolution == plan.SkipPath {
		delete(want, c.PathOn(side.Other()))
	}
	for path := range want {
		if at := c.PathOn(from); (path == at || path.Within(at)) && !o.ignored(path) {
			delete(want, path)
		}
	}
	o.copy(from, c.PathOn(from), c.PathOn(from), want)
}

// copy puts a subtree of a side into want, under another name.
func (o *oracle) copy(from plan.Side, path, to tree.Path, want nodes) {
	for p, n := range o.was[from] {
		if (p == path || p.Within(path)) && !o.ignored(p) {
			want[to+p[len(path):]] = n
		}
	}
}

// unhashed tells of a file that was deleted on one side and got another time on the other: what both agreed on
// by its stat alone, nobody has read, so that it may have changed.
func (o *oracle) unhashed(c *plan.Conflict) bool {
	a := o.at(c.Path)
	for side := range 2 {
		if c.Kind == plan.ChangedAndDeleted && a.base != nil && a.has(side) && !a.has(1-side) {
			return !a.modified(side) && a.touched(side)
		}
	}
	return false
}

// spared tells whether a path is in a directory that a resolution was to give up, and that stays whole for
// what is ignored in it.
func (o *oracle) spared(p *plan.Plan, side int, path tree.Path) bool {
	for i := range p.Conflicts {
		at := p.Conflicts[i].PathOn(plan.Side(side))
		if !path.Within(at) || o.was[side][at].kind != tree.Directory {
			continue
		}
		for other := range o.was[side] {
			if other != at && other.Within(at) && o.ignored(other) && !isLitter(other.Base()) {
				return true
			}
		}
	}
	return false
}

// resolved tells whether what is in a conflict is at least something that was there, on any side.
func (o *oracle) resolved(p *plan.Plan, side int, path tree.Path, got node, there bool) bool {
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		at := c.PathOn(plan.Local)
		if path == at && got.kind == tree.File && there {
			// Mode and time follow the rules of updates.
			for _, n := range []node{o.was[0][c.PathOn(plan.Local)], o.was[1][c.PathOn(plan.Remote)]} {
				if sameButMetadata(got, n) {
					return true
				}
			}
		}
	}
	for m := range o.may {
		if path == m || path.Within(m) {
			return !there || got == o.was[0][path] || got == o.was[1][path] || got.kind == tree.Directory
		}
	}
	before, was := o.was[side][path]
	return there == was && got == before && (o.doomed[0][path] || o.doomed[1][path])
}

// agree is the new agreement: what both sides hold alike now, otherwise what they last did, unless an undo
// restores it.
func (o *oracle) agree(now [2]nodes, restored func(tree.Path) bool) agreement {
	next := agreement{}
	all := union(now[0], now[1])
	for _, known := range []agreement{o.base, o.former} {
		for path := range known {
			all[path] = true
		}
	}
	for _, path := range slices.SortedFunc(maps.Keys(all), tree.Compare) {
		if o.ignored(path) {
			continue
		}
		if parent := path.Parent(); parent != tree.Root && next[parent][0].kind != tree.Directory {
			continue
		}
		if restored != nil && restored(path) {
			if record, known := o.former[path]; known {
				next[path] = record
			}
			continue
		}
		a := at{now: [2]node{now[0][path], now[1][path]}}
		old, known := o.base[path]
		if known {
			a.base = &old
		}
		want, conflict, _ := o.judge(&a)
		switch {
		case !a.has(0) && !a.has(1):
		case !conflict && a.has(0) && a.has(1) && want == a.now:
			next[path] = a.now
		case known:
			next[path] = old
		}
	}
	return next
}
