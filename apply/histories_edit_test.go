package apply_test

import (
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"treaty/plan/tree"
)

// edit is a change that a person makes to a tree.
type edit struct {
	*history
	of *member
	// now is the tree as it is, with its paths in order, the directories among them, the root first, and the files.
	now         nodes
	paths       []tree.Path
	dirs, files []tree.Path
	path        tree.Path
	// at is a path in one of the directories, and free tells that nothing has it.
	at   tree.Path
	free bool
}

// edits are what a person does to what is there, by name.
var edits = map[string]func(*edit, node){
	"write": (*edit).write, "touch": (*edit).touch, "chmod": (*edit).chmod, "delete": (*edit).delete,
	"rename": (*edit).rename, "case": (*edit).respell, "swap": (*edit).swap, "replace": (*edit).replace,
}

// litter are names that are left out of plans, by what puts them there.
var litter = map[string]string{"ignored": "x.tmp", "litter": ".DS_Store"}

// edit changes a tree as a person would.
func (h *history) edit(m *member) {
	e := h.looksAt(m)
	what := rapid.SampledFrom([]string{"create", "create", "create", "write", "write", "touch", "chmod", "delete",
		"delete", "rename", "rename", "swap", "replace", "ignored", "litter", "case"}).Draw(h.T, "edit")
	switch {
	case what == "create":
		e.create()
	case litter[what] != "":
		e.drop(litter[what])
	case len(e.paths) > 0:
		e.path = rapid.SampledFrom(e.paths).Draw(h.T, "path")
		edits[what](e, e.now[e.path])
	}
}

// looksAt is what a person sees who is about to change a tree.
func (h *history) looksAt(m *member) *edit {
	e := &edit{history: h, of: m, now: h.tree(m), dirs: []tree.Path{tree.Root}}
	e.paths = slices.SortedFunc(maps.Keys(e.now), tree.Compare)
	for _, path := range e.paths {
		switch e.now[path].kind {
		case tree.Directory:
			e.dirs = append(e.dirs, path)
		case tree.File:
			e.files = append(e.files, path)
		}
	}
	e.at = rapid.SampledFrom(e.dirs).Draw(h.T, "in").Join(string(rapid.SampledFrom(pathNames).Draw(h.T, "name")))
	_, taken := e.now[e.at]
	e.free = !taken && e.at.Depth() <= 4
	return e
}

// create makes a file, a link or a directory with some files in it.
func (e *edit) create() {
	if !e.free {
		return
	}
	n := e.newNode(true)
	e.put(e.of, e.at, n)
	if n.kind == tree.Directory && e.at.Depth() < 4 {
		for _, name := range pathNames[:rapid.IntRange(0, 3).Draw(e.T, "children")] {
			e.put(e.of, e.at.Join(string(name)), e.newFile())
		}
	}
}

// drop makes a file that is ignored.
func (e *edit) drop(name string) {
	path := e.at.Parent().Join(name)
	if _, there := e.now[path]; !there && !e.plain {
		e.put(e.of, path, e.newFile())
	}
}

// write gives a file another content, now or at a time of its own.
func (e *edit) write(n node) {
	if n.kind != tree.File {
		return
	}
	n.content = e.fresh()
	e.of.place().rewrite(e, e.path, n.content)
	if n.mtime = e.stamp(); rapid.Bool().Draw(e.T, "at its time") {
		e.of.place().restamp(e, e.path, n)
	}
	e.note("  %s: write %s %v", e.of.name, e.path, n)
}

func (e *edit) touch(n node) {
	if n.kind == tree.File {
		n.mtime = e.stamp()
		e.of.place().restamp(e, e.path, n)
		e.note("  %s: touch %s %v", e.of.name, e.path, n)
	}
}

func (e *edit) chmod(n node) {
	if n.kind == tree.Symlink {
		return
	}
	n.mode = rapid.SampledFrom([]tree.Mode{tree.Perm(0o600), tree.Perm(0o644), tree.Perm(0o755)}).Draw(e.T, "mode")
	if n.kind == tree.Directory {
		n.mode = tree.Perm(n.mode.Bits() | 0o700)
	}
	e.of.place().restamp(e, e.path, n)
	e.note("  %s: chmod %s %v", e.of.name, e.path, n)
}

func (e *edit) delete(node) {
	e.of.place().remove(e, e.path)
	e.note("  %s: delete %s", e.of.name, e.path)
}

func (e *edit) rename(node) {
	if e.free && !e.at.Within(e.path) {
		e.moveTo(e.at)
	}
}

// respell gives a name another case.
func (e *edit) respell(node) {
	to := e.path.Parent().Join(strings.ToUpper(e.path.Base()))
	if _, there := e.now[to]; !there && to != e.path {
		e.moveTo(to)
	}
}

func (e *edit) moveTo(to tree.Path) {
	e.of.place().rename(e, e.path, to)
	e.note("  %s: rename %s to %s", e.of.name, e.path, to)
}

// swap exchanges the names of two files.
func (e *edit) swap(n node) {
	if len(e.files) < 2 {
		return
	}
	other := rapid.SampledFrom(e.files).Draw(e.T, "other")
	if n.kind != tree.File || other == e.path {
		return
	}
	in := e.of.place()
	in.rename(e, e.path, "aside")
	in.rename(e, other, e.path)
	in.rename(e, "aside", other)
	e.note("  %s: swap %s and %s", e.of.name, e.path, other)
}

// replace puts something else in the place of what is there.
func (e *edit) replace(node) {
	e.of.place().remove(e, e.path)
	n := e.newNode(true)
	e.put(e.of, e.path, n)
	if n.kind == tree.Directory {
		e.put(e.of, e.path.Join("b"), e.newFile())
	}
}
