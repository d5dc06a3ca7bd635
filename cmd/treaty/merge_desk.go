package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"treaty/plan"
	"treaty/plan/scan"
)

// What a command for merging calls the files that it is given.
const (
	deskLocal  = "LOCAL"
	deskBase   = "BASE"
	deskRemote = "REMOTE"
	deskOut    = "OUT"
)

var deskNames = []string{deskLocal, deskBase, deskRemote, deskOut}

// desk is where a person makes a text: a private folder outside of both trees.
type desk struct {
	folder, out string
	// given is what was put there, by the path.
	given map[string][]byte
	// name is that of the text's file in its tree.
	name string
}

// newDesk lays out texts, by the names that a program is told of them, to make that of a conflict from.
func newDesk(p *plan.Plan, c *plan.Conflict, given map[string][]byte) (*desk, error) {
	folder, err := privateFolder(p)
	if err != nil {
		return nil, err
	}
	d := &desk{folder: folder, name: filepath.Base(string(c.Path)), given: map[string][]byte{}}
	d.out = d.path(deskOut)
	for name, text := range given {
		d.given[d.path(name)] = text
		if err := os.WriteFile(d.path(name), text, 0o600); err != nil {
			return nil, errors.Join(err, d.cleared())
		}
	}
	return d, nil
}

// privateFolder makes a private folder for texts outside of both trees.
func privateFolder(p *plan.Plan) (string, error) {
	folder, err := temporaryFolder("treaty-merge-")
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(folder)
	for _, side := range plan.BothSides {
		root := p.Snapshot(side).Root + string(filepath.Separator)
		if err == nil && strings.HasPrefix(real, root) {
			err = usage(then("set TMPDIR to a folder outside of both trees", again), "the folder for temporary files lies in %s",
				side)
		}
	}
	if err != nil {
		return "", errors.Join(err, os.RemoveAll(folder))
	}
	return folder, nil
}

// temporaryFolder makes a folder of a name that begins so, where the system has those that don't last.
func temporaryFolder(name string) (string, error) {
	folder, err := os.MkdirTemp("", name)
	if err != nil {
		return "", &complaint{is: err, why: fmt.Sprintf("a temporary folder cannot be made: %v", err),
			hint: then("set TMPDIR to a folder that is there and can be written to", again)}
	}
	return folder, nil
}

// path is where a file lies: the text under its own name, a version with the extension by which a merge tool knows what
// it is.
func (d *desk) path(name string) string {
	if name == deskOut {
		return filepath.Join(d.folder, d.name)
	}
	return filepath.Join(d.folder, name+filepath.Ext(d.name))
}

// command is an editor with the text, or else a tool with all files, of two versions alone with these: in place of the
// words that name them, or behind all others where none is named.
func (d *desk) command(editor, tool []string) []string {
	if editor != nil {
		return append(slices.Clone(editor), d.out)
	}
	words, named := slices.Clone(tool), false
	for i, word := range words {
		if slices.Contains(deskNames, word) {
			words[i], named = d.path(word), true
		}
	}
	if !named {
		for _, name := range d.names() {
			words = append(words, d.path(name))
		}
	}
	return words
}

// names are what there is to be named: with a base there is a text to be made.
func (d *desk) names() []string {
	if _, found := d.given[d.path(deskBase)]; found {
		return deskNames
	}
	return []string{deskLocal, deskRemote}
}

// kept are the files that somebody may have made something of: all but versions that are what was given.
func (d *desk) kept() (paths []string) {
	for path, given := range d.given {
		if d.nothingMade(path, given) {
			// If it cannot be removed it is named.
			_ = os.Remove(path)
		}
	}
	entries, err := os.ReadDir(d.folder)
	if err == nil && len(entries) == 0 {
		_ = d.cleared()
	}
	for _, e := range entries {
		paths = append(paths, filepath.Join(d.folder, e.Name()))
	}
	return paths
}

// nothingMade tells whether a file is a version that is what was given, or holds nothing. A program may have left
// anything there, a pipe too: nothing is waited for.
func (d *desk) nothingMade(path string, given []byte) bool {
	info, err := os.Lstat(path)
	switch {
	case err != nil || info.IsDir():
		return false
	case !info.Mode().IsRegular() || info.Size() == 0:
		return true
	}
	text, err := scan.ReadFile(path, int64(len(given))) // a longer one is another
	return path != d.out && err == nil && bytes.Equal(text, given)
}

// cleared removes all of it.
func (d *desk) cleared() error { return os.RemoveAll(d.folder) }
