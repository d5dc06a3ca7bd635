package apply_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/tree"
)

// anyTree draws a small tree in which names, contents and times recur.
func anyTree(r *rapid.T, label string) nodes {
	m := nodes{}
	var fill func(dir tree.Path, depth int)
	fill = func(dir tree.Path, depth int) {
		for _, name := range []string{"a", "b", "c"} {
			at := dir.Join(name)
			kind := rapid.IntRange(0, 9).Draw(r, label+" "+string(at))
			switch {
			case kind <= 2:
			case kind <= 6:
				m[at] = anyFile(r, label+" "+string(at))
			case kind == 7:
				m[at] = node{kind: tree.Symlink, target: rapid.SampledFrom([]string{"a", "../x"}).Draw(r, "target")}
			case depth > 0:
				m[at] = node{kind: tree.Directory, mode: anyMode(r, directoryModes()...)}
				fill(at, depth-1)
			}
		}
	}
	fill(tree.Root, 2)
	return m
}

func anyFile(r *rapid.T, label string) node {
	content := rapid.SampledFrom([]string{"", "1", "2", "3", "long"}).Draw(r, label)
	return node{kind: tree.File, content: content, mode: anyMode(r, 0o644, 0o755, 0o600),
		mtime: epoch.Add(time.Duration(rapid.IntRange(1, 3).Draw(r, "second")) * 10e9)}
}

// directoryModes are those of directories in which whoever runs the tests may work.
func directoryModes() []uint32 {
	if os.Geteuid() == 0 {
		return []uint32{0o755, 0o700, 0o555}
	}
	return []uint32{0o755, 0o700}
}

func anyMode(r *rapid.T, modes ...uint32) tree.Mode {
	return tree.Perm(rapid.SampledFrom(modes).Draw(r, "mode"))
}

// edited draws a tree that a person made of another one.
func edited(r *rapid.T, m nodes, label string) nodes {
	out := nodes{}
	for _, path := range sorted(m) {
		if path.Parent() != tree.Root && out[path.Parent()].kind != tree.Directory {
			continue
		}
		n := m[path]
		switch kind := rapid.IntRange(0, 9).Draw(r, label+" "+string(path)); {
		case kind <= 4:
			out[path] = n
		case kind == 5: // gone
		case kind == 6: // renamed
			to := path.Parent().Join(path.Base() + "-renamed")
			if out[path] = n; n.kind == tree.File {
				delete(out, path)
				out[to] = n
			}
		case kind == 7 && n.kind != tree.Symlink:
			n.mode = anyMode(r, 0o755, 0o700)
			out[path] = n
		case n.kind == tree.Directory && kind == 8:
			out[path] = n
			out[path.Join("new")] = anyFile(r, label+" new")
		default:
			out[path] = anyFile(r, label+" instead")
			n := out[path]
			n.mtime = n.mtime.Add(100e9)
			out[path] = n
		}
	}
	return out
}

func sorted(m nodes) []tree.Path {
	var paths []tree.Path
	for path := range m {
		paths = append(paths, path)
	}
	slices.SortFunc(paths, tree.Compare)
	return paths
}

var worlds atomic.Int64

// anyWorld draws two trees, synced once or never.
func anyWorld(r *rapid.T, dir string) *world {
	dir = filepath.Join(dir, fmt.Sprint(worlds.Add(1)))
	check(r, os.Mkdir(dir, 0o700))
	w := newWorld(r, dir)
	w.fill(r)
	return w
}

// fill draws what two trees hold, synced once or never.
func (w *world) fill(r *rapid.T) {
	if rapid.Bool().Draw(r, "synced before") {
		w.base = native(anyTree(r, "base"))
		for _, side := range plan.BothSides {
			w.place(side).write(r, native(edited(r, w.base, side.String())))
		}
	} else {
		for _, side := range plan.BothSides {
			w.place(side).write(r, native(anyTree(r, side.String())))
		}
	}
	w.options.Atomic = rapid.SampledFrom([][]string{nil, nil, {}, {"a"}, {"b/", "d"}, {"A", "a/**/d"}}).Draw(r, "atomic")
	hashes := []plan.HashWhat{plan.HashOperations, plan.HashConflicts, plan.HashAll}
	w.options.Hash = rapid.SampledFrom(hashes).Draw(r, "hash")
}

// decide draws what a reviewer might do to a plan, and tells whether all of it is to be carried out.
func decide(r *rapid.T, p *plan.Plan) (all bool) {
	all = true
	reviewed := rapid.Bool().Draw(r, "reviewed")
	kept := p.Operations[:0]
	for _, op := range p.Operations {
		what := 0
		if reviewed {
			what = rapid.IntRange(0, 9).Draw(r, "decision")
		}
		if what == 8 {
			op.Decision, all = plan.Skip, false
		}
		if what == 9 && op.Unit() != nil {
			op.Decision, all = plan.Skip, false // what is taken whole is left in the plan whole
		} else if what == 9 {
			all = false
			continue
		}
		kept = append(kept, op)
	}
	p.Operations = kept
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		var choices []plan.Resolution
		for _, choice := range c.Allowed() {
			if c.Choices.Allows(choice) && (choice != plan.SkipPath || reviewed) {
				choices = append(choices, choice)
			}
		}
		c.Resolution = rapid.SampledFrom(choices).Draw(r, "resolution of "+string(c.Path))
		all = all && c.Resolution != plan.SkipPath
	}
	return all
}
