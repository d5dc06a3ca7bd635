package reach

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"treaty/apply/store"
	"treaty/plan/tree"
)

// FindPlans is the nearest directory at or above dir that has plans. Errors wrap store.ErrNoPlan.
func FindPlans(dir string) (string, error) {
	return nearest(dir, store.ErrNoPlan, ".treaty/plans", store.PlansFolder)
}

// FindHistory is the nearest directory at or above dir that is a tree or has plans, and so may know of what was
// applied. Errors wrap store.ErrNoTree.
func FindHistory(dir string) (string, error) {
	return nearest(dir, store.ErrNoTree, "plans or a history", append(store.Marks(), store.PlansFolder)...)
}

// FindFolder is the nearest directory at or above dir with a folder of treaty's. Errors wrap store.ErrNoTree.
func FindFolder(dir string) (string, error) { return nearest(dir, store.ErrNoTree, "a .treaty", "") }

// nearest is the nearest directory at or above dir whose folder of treaty's has one of the names, else the error none.
func nearest(dir string, none error, what string, names ...string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	found := above(abs, names...)
	if found == "" {
		return "", fmt.Errorf("%w: neither %s nor a directory above it has %s", none, abs, what)
	}
	return found, nil
}

// FindTree is the nearest directory at or above dir that is a tree, by its own file or by a config; else the nearest
// that has plans, since it is going to be one; dir itself where there is neither.
func FindTree(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return dir
	}
	return cmp.Or(above(abs, store.Marks()...), above(abs, store.PlansFolder), dir)
}

// TreeAbove is the nearest directory above dir, an absolute path, that is a tree, by its own file or by a config; ""
// where none is.
func TreeAbove(dir string) string {
	if dir == filepath.Dir(dir) {
		return ""
	}
	return above(filepath.Dir(dir), store.Marks()...)
}

// above is the nearest directory, at or above an absolute one, whose folder of treaty's has one of the names, or in
// which nobody can tell; "" where there is none. Who opens that learns why: a tree above it is never taken in its
// place.
func above(dir string, names ...string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if slices.ContainsFunc(names, func(name string) bool { return mayHave(at, name) }) {
			return at
		}
		if at == filepath.Dir(at) {
			return ""
		}
	}
}

// mayHave tells whether the folder of treaty's in a directory has a name, or whether nobody can tell, since what has
// the folder's own name is none, or takes no questions.
func mayHave(dir, name string) bool {
	folder := filepath.Join(dir, tree.PrivateFolder)
	if info, err := os.Lstat(folder); err != nil || !info.IsDir() {
		return err == nil
	}
	_, err := os.Lstat(filepath.Join(folder, name))
	return !errors.Is(err, fs.ErrNotExist)
}
