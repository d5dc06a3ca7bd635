// Package desk is where a person makes a text, or compares two, in a program of theirs: a folder with copies of the
// versions, the command line that names them, and what is left there afterwards that nobody may lose.
package desk

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"treaty/plan/scan"
)

// What a command for merging calls the files that it is given.
const (
	Local  = "LOCAL"
	Base   = "BASE"
	Remote = "REMOTE"
	Out    = "OUT" // the text to be made
)

// Versions are the names of those that a text is made from.
var Versions = []string{Local, Base, Remote}

var names = append(Versions[:len(Versions):len(Versions)], Out)

// Desk is where a person makes a text, or compares two: a folder with copies.
type Desk struct {
	folder string
	// Out is where the text is to be.
	Out string
	// given is what was put there, by the path.
	given map[string][]byte
	// name is that of the text's file in its tree.
	name string
}

// New puts texts into an empty folder, by the names that a program is told of them, to make that from which is called
// name in its tree. The folder is the desk's from then on; where there is an error, nothing is left of it.
func New(folder, name string, given map[string][]byte) (*Desk, error) {
	d := &Desk{folder: folder, name: name, given: map[string][]byte{}}
	d.Out = d.path(Out)
	for name, text := range given {
		d.given[d.path(name)] = text
		if err := os.WriteFile(d.path(name), text, 0o600); err != nil {
			return nil, errors.Join(err, d.Clear())
		}
	}
	return d, nil
}

// path is where a file lies: the text under its own name, a version with the extension by which a merge tool knows what
// it is.
func (d *Desk) path(name string) string {
	if name == Out {
		return filepath.Join(d.folder, d.name)
	}
	return filepath.Join(d.folder, name+filepath.Ext(d.name))
}

// Command is the words of an editor with the text, or else, where editor is nil, of a tool with all files, of two
// versions alone with these: in place of the words that name them, or behind all others where none is named.
func (d *Desk) Command(editor, tool []string) []string {
	if editor != nil {
		return append(slices.Clone(editor), d.Out)
	}
	words, named := slices.Clone(tool), false
	for i, word := range words {
		if slices.Contains(names, word) {
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
func (d *Desk) names() []string {
	if _, found := d.given[d.path(Base)]; found {
		return names
	}
	return []string{Local, Remote}
}

// Kept are the files that somebody may have made something of: all but versions that are what was given. Where there
// are none, the folder is gone.
func (d *Desk) Kept() (paths []string) {
	for path, given := range d.given {
		if d.nothingMade(path, given) {
			// If it cannot be removed it is named.
			_ = os.Remove(path)
		}
	}
	entries, err := os.ReadDir(d.folder)
	if err == nil && len(entries) == 0 {
		_ = d.Clear()
	}
	for _, e := range entries {
		paths = append(paths, filepath.Join(d.folder, e.Name()))
	}
	return paths
}

// nothingMade tells whether a file is a version that is what was given, or holds nothing. A program may have left
// anything there, a pipe too: nothing is waited for.
func (d *Desk) nothingMade(path string, given []byte) bool {
	info, err := os.Lstat(path)
	switch {
	case err != nil || info.IsDir():
		return false
	case !info.Mode().IsRegular() || info.Size() == 0:
		return true
	}
	text, err := scan.ReadFile(path, int64(len(given))) // a longer one is another
	return path != d.Out && err == nil && bytes.Equal(text, given)
}

// Clear removes the folder with all that is in it.
func (d *Desk) Clear() error { return os.RemoveAll(d.folder) }
