package apply_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"treaty/apply/internal/local"
	"treaty/apply/internal/memory"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// place is where one tree of a world lies: what a person does there, and sees.
type place interface {
	// write makes a tree of what is not there yet.
	write(t tester, m nodes)
	// read is all below top but what is below skip in it, treaty's own folder included.
	read(t tester, top, skip string) nodes
	// node is what is at a path. Errors wrap fs.ErrNotExist where there is nothing.
	node(path string) (node, error)
	// link gives what is at a path another name.
	link(t tester, path, as string)
	// remove takes away what is at a path, with all in it.
	remove(t tester, path tree.Path)
	rename(t tester, from, to tree.Path)
	// rewrite gives a file another content, now.
	rewrite(t tester, path tree.Path, content string)
	// restamp gives what is at a path the mode and, where it is a file, the time of a node.
	restamp(t tester, path tree.Path, n node)
	open() (volume.Volume, error)
}

// folder is a directory of this machine.
type folder string

func (f folder) at(path string) string { return filepath.Join(string(f), filepath.FromSlash(path)) }

func (f folder) write(t tester, m nodes) { t.Helper(); m.write(t, string(f)) }

func (f folder) read(t tester, top, skip string) nodes {
	t.Helper()
	if _, err := os.Lstat(f.at(top)); os.IsNotExist(err) {
		return nodes{}
	}
	return read(t, f.at(top), skip)
}

func (f folder) node(path string) (node, error) { return readNode(f.at(path)) }

func (f folder) link(t tester, path, as string) {
	t.Helper()
	check(t, os.Remove(f.at(as)))
	check(t, os.Link(f.at(path), f.at(as)))
}

func (f folder) remove(t tester, path tree.Path) {
	t.Helper()
	check(t, os.RemoveAll(f.at(string(path))))
}

func (f folder) rename(t tester, from, to tree.Path) {
	t.Helper()
	check(t, os.Rename(f.at(string(from)), f.at(string(to))))
}

func (f folder) rewrite(t tester, path tree.Path, content string) {
	t.Helper()
	check(t, os.WriteFile(f.at(string(path)), []byte(content), 0o600))
}

func (f folder) restamp(t tester, path tree.Path, n node) {
	t.Helper()
	at := f.at(string(path))
	check(t, os.Chmod(at, fs.FileMode(n.mode.Bits())))
	if n.kind == tree.File {
		check(t, os.Chtimes(at, n.mtime.Time(), n.mtime.Time()))
	}
}

func (f folder) open() (volume.Volume, error) { return local.Open(string(f)) }

// inMemory is a tree in memory, which stays the same however often it is opened.
type inMemory struct{ *memory.Volume }

func (in inMemory) write(t tester, m nodes) {
	t.Helper()
	for _, path := range slices.SortedFunc(maps.Keys(m), tree.Compare) {
		n := m[path]
		entry := tree.Entry{Type: n.kind, Mode: n.mode, Mtime: n.mtime, Target: n.target}
		check(t, in.Person().Save(path, entry, []byte(n.content)))
	}
}

func (in inMemory) read(_ tester, top, skip string) nodes {
	m := nodes{}
	in.Person().All(tree.Path(top), func(p tree.Path, e tree.Entry, content []byte) {
		if skip == "" || !p.Within(tree.Path(skip)) {
			m[p] = nodeOf(e, content)
		}
	})
	return m
}

// nodeOf is an entry as a node.
func nodeOf(e tree.Entry, content []byte) node {
	switch e.Type {
	case tree.File:
		return node{kind: e.Type, content: string(content), mtime: e.Mtime, mode: e.Mode}
	case tree.Directory:
		return node{kind: e.Type, mode: e.Mode}
	}
	return node{kind: e.Type, target: e.Target}
}

func (in inMemory) node(path string) (node, error) {
	parent := tree.Path(path).Parent()
	n, found := in.read(nil, string(parent), "")[tree.Path(tree.Path(path).Base())]
	if !found {
		return node{}, fs.ErrNotExist
	}
	return n, nil
}

func (in inMemory) link(t tester, path, as string) {
	t.Helper()
	if strings.HasPrefix(as, "../") {
		as = ""
	} else {
		check(t, in.Person().Remove(tree.Path(as)))
	}
	check(t, in.Person().Link(tree.Path(path), tree.Path(as)))
}

func (in inMemory) remove(t tester, path tree.Path) {
	t.Helper()
	check(t, in.Person().Remove(path))
}

func (in inMemory) rename(t tester, from, to tree.Path) {
	t.Helper()
	check(t, in.Person().Rename(from, to))
}

func (in inMemory) rewrite(t tester, path tree.Path, content string) {
	t.Helper()
	n, err := in.node(string(path))
	check(t, err)
	check(t, in.Person().Amend(path, tree.Entry{Mode: n.mode, Mtime: tree.TimeOf(time.Now())}, []byte(content)))
}

func (in inMemory) restamp(t tester, path tree.Path, n node) {
	t.Helper()
	was, err := in.node(string(path))
	check(t, err)
	check(t, in.Person().Amend(path, tree.Entry{Mode: n.mode, Mtime: n.mtime}, []byte(was.content)))
}

func (in inMemory) open() (volume.Volume, error) { return in.Volume, nil }
