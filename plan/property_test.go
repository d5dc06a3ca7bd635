package plan_test

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/internal/textdiff"
	"treaty/plan/tree"
	"treaty/testdata/effort"
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
	w.options.Hash = rapid.SampledFrom([]plan.HashWhat{plan.HashOperations, plan.HashConflicts, plan.HashAll}).Draw(t,
		"hash")
	w.options.Bidirectional = rapid.SampledFrom([]plan.Bidirectional{plan.BidirectionalAuto,
		plan.BidirectionalConflict}).Draw(t, "bidirectional")
	w.options.AlignTimes = rapid.IntRange(0, 4).Draw(t, "align times") == 0
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

// A shift of a volume that is in step is nothing to do, on a first sync too.
func TestAShiftIsNothingToDo(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		w := &world{options: defaults()}
		profiles := []tree.Profile{tree.POSIX, tree.APFS, tree.FAT, tree.ExFAT, tree.NTFS}
		for _, side := range plan.BothSides {
			w.trees[side] = newTree(rapid.SampledFrom(profiles).Draw(t, side.String()+" filesystem"))
		}
		for i := range rapid.IntRange(3, 30).Draw(t, "files") {
			path := tree.Path(fmt.Sprintf("d%d/f%d", i%3, i))
			content := rapid.StringN(0, 9, 9).Draw(t, "content")
			mtime := epoch.Add(time.Duration(rapid.Int64Range(0, 1e18).Draw(t, "time")))
			for _, side := range plan.BothSides {
				n := &node{kind: tree.File, content: content, size: int64(len(content)), mtime: w.trees[side].traits.Keep(mtime)}
				if w.trees[side].traits.Modes {
					n.mode = tree.Perm(0o644)
				}
				w.trees[side].put(path, n)
			}
		}
		if rapid.Bool().Draw(t, "baseline") {
			w.base = agreement(w, nil)
		}
		side := rapid.SampledFrom(plan.BothSides[:]).Draw(t, "side")
		by := rapid.SampledFrom([]int64{-104, -96, -40, -4, -1, 1, 3, 4, 22, 104}).Draw(t, "quarters") * 900
		for _, n := range w.trees[side].nodes {
			if n.kind == tree.File {
				n.mtime = n.mtime.Add(time.Duration(by * 1e9))
			}
		}
		p := made(t, w)
		found := p.Summary.TimeShiftSeconds
		if !p.Empty() || len(p.Problems) != 1 ||
			found[plan.Local]-found[plan.Remote] != map[plan.Side]int64{plan.Local: by, plan.Remote: -by}[side] {
			t.Fatalf("%s\nshifted by %d s gives\n%v\n%v", w, by, lines(p), found)
		}
		swapped := made(t, w.mirrored())
		if got, want := canonical(t, mirror(swapped)), canonical(t, p); got != want {
			t.Fatalf("no mirror image:\n%s\n%s", want, got)
		}
	})
}

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

// made makes the world's plan and holds it to its schema and rules.
func made(t *rapid.T, w *world) *plan.Plan {
	p, err := w.compare()
	if err != nil {
		t.Fatalf("%v\n%s", err, w)
	}
	checkDocument(t, w.String(), p)
	return p
}

// String is the world in the language of the tables.
func (w *world) String() string {
	var out strings.Builder
	for _, side := range plan.BothSides {
		m := w.trees[side]
		fmt.Fprintf(&out, "%s (%s):", side, m.traits.Profile)
		for _, path := range m.paths() {
			switch n := m.nodes[path]; n.kind {
			case tree.File:
				fmt.Fprintf(&out, " %q=%s%s!%s", string(path), n.content, seconds(n.mtime), n.mode)
			case tree.Symlink:
				fmt.Fprintf(&out, " %q->%s", string(path), n.target)
			default:
				fmt.Fprintf(&out, " %q/!%s", string(path), n.mode)
			}
		}
		out.WriteString("\n")
	}
	if w.base != nil {
		out.WriteString("base:")
		for dir, list := range w.base {
			for _, a := range list {
				fmt.Fprintf(&out, " %q %s %s%s/%s", string(dir.Join(a.Name[0])), a.Type,
					a.SHA256.String()[:min(4, len(a.SHA256.String()))], seconds(a.On[0].Mtime), seconds(a.On[1].Mtime))
			}
		}
	}
	return out.String()
}

func TestSwappedSidesGiveTheMirrorImage(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		w := drawWorld(t, true)
		p, swapped := made(t, w), made(t, w.mirrored())
		if got, want := canonical(t, mirror(swapped)), canonical(t, p); got != want {
			t.Fatalf("%s\nis not the mirror image:\n%s", w, textdiff.Unified("want", "got", []byte(want), []byte(got)).Lines)
		}
	})
}

func TestTheSameTreesGiveTheSameBytes(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		w := drawWorld(t, true)
		first := text(t, made(t, w))
		order := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0))
		for _, side := range plan.BothSides {
			w.trees[side].shuffle = order.Shuffle
		}
		if second := text(t, made(t, w)); first != second {
			t.Fatalf("%s\ngives\n%s\nand\n%s", w, first, second)
		}
	})
}

func text(t fataler, p *plan.Plan) string {
	var out strings.Builder
	if err := p.Write(&out); err != nil {
		t.Fatalf("%v", err)
	}
	return out.String()
}

func TestNoBaselineNoDeletes(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		w := drawWorld(t, false)
		w.base = nil
		for _, op := range made(t, w).Operations {
			if op.Action == plan.Delete || op.Action == plan.Move {
				t.Fatalf("%s\ngives a %s of %s", w, op.Action, op.Path)
			}
		}
	})
}

// resolutions draws a choice for every conflict.
func resolve(t *rapid.T, p *plan.Plan) {
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		var allowed []plan.Resolution
		for _, r := range []plan.Resolution{plan.TakeLocal, plan.TakeRemote, plan.TakeNewer, plan.KeepBoth, plan.SkipPath} {
			if c.Choices.Allows(r) {
				allowed = append(allowed, r)
			}
		}
		c.Resolution = rapid.SampledFrom(allowed).Draw(t, "resolution of "+string(c.Path))
	}
}

// Carried out with any choices, a plan loses nothing, changes only what it lists, and leaves nothing to
// plan but what it skipped or could not do.
func TestApplyingAPlan(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		w := drawWorld(t, false)
		p := made(t, w)
		resolve(t, p)
		e, err := execute(p, w.trees)
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, w, lines(p))
		}
		nothingLost(t, w, p, e)
		onlyListed(t, w, p, e)
		after := &world{trees: e.trees, options: w.options}
		after.base = agreement(after, w.base)
		next := made(t, after)
		if e.skipped > 0 || blocked(p) || blocked(next) {
			return
		}
		if !next.Empty() {
			t.Fatalf("%s\ngives\n%v\nand after that\n%s\nstill\n%v", w, lines(p), after, lines(next))
		}
		equal(t, w, p, after)
	})
}

func lines(p *plan.Plan) string {
	var out strings.Builder
	for _, s := range statements(p) {
		fmt.Fprintf(&out, "  %s\n", s)
	}
	for _, c := range p.Conflicts {
		fmt.Fprintf(&out, "  %s resolved by %s\n", c.Path, c.Resolution)
	}
	return out.String()
}

func blocked(p *plan.Plan) bool {
	return slices.ContainsFunc(p.Problems, func(problem plan.Problem) bool { return problem.Severity == plan.Blocked })
}

// nothingLost holds that every content is on a side or in a trash still.
func nothingLost(t *rapid.T, w *world, p *plan.Plan, e *executor) {
	for _, side := range plan.BothSides {
		have := map[string]int{}
		for _, n := range e.trees[side].nodes {
			have[n.content]++
		}
		for _, content := range e.trash[side] {
			have[content]++
		}
		for path, n := range w.trees[side].nodes {
			if n.kind == tree.File && have[n.content] == 0 {
				t.Fatalf("%s on %s is lost:\n%s\n%s", path, side, w, lines(p))
			}
		}
	}
}

// onlyListed holds that what changed is listed, below a conflict, or a parent of what was brought.
func onlyListed(t *rapid.T, w *world, p *plan.Plan, e *executor) {
	listed := func(side plan.Side, path tree.Path) bool {
		for _, op := range p.Operations {
			if op.Side == side && (key(op.Path) == key(path) || op.From != "" && key(op.From) == key(path)) {
				return true
			}
		}
		for _, c := range p.Conflicts {
			for _, at := range []tree.Path{c.Path, c.RemotePath, c.KeepBothAs} {
				if at != "" && (key(path).Within(key(at)) || key(at).Within(key(path))) {
					return true
				}
			}
		}
		return strings.Contains(string(path), ".DS_Store")
	}
	for _, side := range plan.BothSides {
		before, after := w.trees[side], e.trees[side]
		for _, path := range slices.Concat(before.paths(), after.paths()) {
			x, y := before.nodes[path], after.nodes[path]
			if (x == nil || y == nil || *x != *y) && !listed(side, path) {
				t.Fatalf("%s on %s is not listed, and changed:\n%s\n%s", path, side, w, lines(p))
			}
		}
	}
}

// equal holds the trees equal up to their traits, to modes warned of, and to what is ignored.
func equal(t *rapid.T, w *world, p *plan.Plan, after *world) {
	paired := pairs(after)
	back := map[tree.Path]bool{}
	for _, r := range paired {
		back[r] = true
	}
	ignored := func(m *memoryTree, path tree.Path) bool {
		for at := path; at != tree.Root; at = at.Parent() {
			if (memoryScope{m.scope(at.Parent())}).Judge(at, m.nodes[at].kind == tree.Directory) != tree.InScope {
				return true
			}
		}
		return slices.ContainsFunc(m.below(path), func(below tree.Path) bool {
			return strings.HasSuffix(string(below), ".tmp")
		})
	}
	for l, r := range paired {
		if ignored(after.trees[plan.Local], l) || ignored(after.trees[plan.Remote], r) {
			continue
		}
		x, y := after.trees[plan.Local].nodes[l], after.trees[plan.Remote].nodes[r]
		if x.kind != y.kind || x.content != y.content || x.target != y.target {
			t.Fatalf("%s differs after\n%s\n%sbecame\n%s", l, w, lines(p), after)
		}
	}
	for _, side := range plan.BothSides {
		for _, path := range after.trees[side].paths() {
			_, both := paired[path]
			if side == plan.Remote {
				both = back[path]
			}
			if !both && !ignored(after.trees[side], path) {
				t.Fatalf("%s is only on %s after\n%s\n%sbecame\n%s", path, side, w, lines(p), after)
			}
		}
	}
}

// deletes are the files and links that a plan deletes; where moves count too, also those it moves away.
// Directories don't count: a delete that waited for what was ignored in it is listed until it is empty.
func deletes(p *plan.Plan, moves bool) map[string]bool {
	gone := map[string]bool{}
	for _, op := range p.Operations {
		switch {
		case op.Action == plan.Delete && op.Before.Type != tree.Directory:
			gone[op.Side.String()+"/"+string(op.Path)] = true
		case op.Action == plan.Move && moves:
			gone[op.Side.String()+"/"+string(op.From)] = true
		}
	}
	return gone
}

func TestIgnoringNeverDeletes(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		w := drawWorld(t, true)
		w.options.Ignore = []string{}
		without := deletes(made(t, w), true)
		w.options.Ignore = rapid.SliceOfN(rapid.SampledFrom([]string{"a", "A", "d/", "*.sh", "/b", "a/b", "*"}), 1, 3).Draw(t,
			"ignore")
		for path := range deletes(made(t, w), false) {
			if !without[path] {
				t.Fatalf("ignoring %q deletes %s:\n%s", w.options.Ignore, path, w)
			}
		}
	})
}

func TestNoLongerIgnoringNeverDeletes(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		w := drawWorld(t, false)
		w.options.Ignore = rapid.SliceOfN(rapid.SampledFrom([]string{"a", "A", "d/", "*.sh", "/b", "a/b"}), 1, 3).Draw(t,
			"ignore")
		p := made(t, w)
		for i := range p.Conflicts {
			p.Conflicts[i].Resolution = plan.SkipPath
		}
		e, err := execute(p, w.trees)
		if err != nil {
			t.Fatalf("%v\n%s", err, w)
		}
		after := &world{trees: e.trees, options: w.options}
		after.base = agreement(after, w.base)
		for dir, list := range after.base {
			after.base[dir] = slices.DeleteFunc(list, func(a tree.Agreed) bool {
				path := dir.Join(a.Name[plan.Local])
				for at := path; at != tree.Root; at = at.Parent() {
					if (memoryScope{e.trees[plan.Local].scope(tree.Root)}).Judge(at, a.Type == tree.Directory ||
						at != path) != tree.InScope {
						return true
					}
				}
				return false
			})
		}
		still := deletes(made(t, after), true)
		after.options.Ignore = []string{}
		for path := range deletes(made(t, after), false) {
			if !still[path] {
				t.Fatalf("no longer ignoring %q deletes %s:\n%s", w.options.Ignore, path, after)
			}
		}
	})
}

func TestWhatCannotBeReadIsNotDeleted(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		w := drawWorld(t, false)
		side := rapid.SampledFrom(plan.BothSides[:]).Draw(t, "side")
		m := w.trees[side]
		dirs := slices.DeleteFunc(m.paths(), func(p tree.Path) bool { return m.nodes[p].kind != tree.Directory })
		dir := rapid.SampledFrom(append(dirs, tree.Root)).Draw(t, "unreadable")
		if dir == tree.Root {
			m.nodes[tree.Root] = &node{kind: tree.Directory}
		}
		m.nodes[dir].trouble = rapid.SampledFrom([]string{"unreadable", "partial"}).Draw(t, "trouble")
		p := made(t, w)
		same := nfc
		if !w.trees[plan.Local].traits.CaseSensitive || !w.trees[plan.Remote].traits.CaseSensitive {
			same = key
		}
		for _, op := range p.Operations {
			for _, path := range []tree.Path{op.Path, op.From} {
				if path != "" && same(path).Within(same(dir)) && (op.Side != side || path != dir) {
					t.Fatalf("%s %s of %s, which is in what %s cannot read of %s:\n%s", op.Action, op.Side, path, side, dir, w)
				}
			}
		}
	})
}
