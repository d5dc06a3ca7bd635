package scan

import (
	"os"
	"path/filepath"
	"strings"
)

// Relation is how two trees lie to each other.
type Relation uint8

const (
	Apart  Relation = iota
	Same            // they are one directory
	Inside          // the first lies in the second
	Around          // the second lies in the first
)

// Reversed is how the second tree lies to the first.
func (r Relation) Reversed() Relation {
	switch r {
	case Inside:
		return Around
	case Around:
		return Inside
	}
	return r
}

// Relate tells whether a and b are the same tree or nested, whatever paths they were opened by: links,
// another case, and on Linux bind mounts are seen through. With an error the answer means nothing.
func Relate(a, b *Root) (Relation, error) {
	if os.SameFile(a.found, b.found) {
		return Same, nil
	}
	if inside, err := below(a.path, b); err != nil || inside {
		return Inside, err
	}
	if around, err := below(b.path, a); err != nil || around {
		return Around, err
	}
	return overlap(a.place(), b.place()), nil
}

// below tells whether an ancestor of the directory dir is outer's root. Inodes are compared, and paths too, for
// filesystems whose inodes mean nothing.
func below(dir string, outer *Root) (bool, error) {
	for {
		parent := filepath.Dir(dir)
		if parent == dir {
			return false, nil
		}
		at, err := os.Stat(parent)
		if err != nil {
			return false, plain(parent, err)
		}
		if parent == outer.path || os.SameFile(at, outer.found) {
			return true, nil
		}
		dir = parent
	}
}

// RelatePaths tells how two trees lie to each other whose roots are known by their paths alone, links resolved, on one
// machine.
func RelatePaths(a, b string) Relation {
	a, b = filepath.ToSlash(filepath.Clean(a)), filepath.ToSlash(filepath.Clean(b))
	switch {
	case a == b:
		return Same
	case inPath(a, b):
		return Inside
	case inPath(b, a):
		return Around
	}
	return Apart
}

// place is where a directory lies in its volume, however that is mounted. The zero value is unknown.
type place struct{ device, path string }

func overlap(a, b place) Relation {
	switch {
	case a == place{} || a.device != b.device:
		return Apart
	case a.path == b.path:
		return Same
	case inPath(a.path, b.path):
		return Inside
	case inPath(b.path, a.path):
		return Around
	}
	return Apart
}

// inPath tells whether the absolute path inner is outer or lies below it.
func inPath(inner, outer string) bool {
	return inner == outer || strings.HasPrefix(inner, strings.TrimSuffix(outer, "/")+"/")
}

// Holds tells whether path, which need not exist, is or would be in the tree, links in it resolved.
func (r *Root) Holds(path string) (bool, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return false, err
	}
	// Of what doesn't exist, only its nearest ancestor that does can tell.
	for dir := absolute; ; dir = filepath.Dir(dir) {
		resolved, err := filepath.EvalSymlinks(dir)
		if err != nil {
			if dir == filepath.Dir(dir) {
				return false, plain(path, err)
			}
			continue
		}
		at, err := os.Stat(resolved)
		if err != nil {
			return false, plain(path, err)
		}
		if os.SameFile(at, r.found) {
			return true, nil
		}
		return below(resolved, r)
	}
}
