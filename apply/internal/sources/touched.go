package sources

import (
	"errors"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"treaty/plan/scan"
	"treaty/plan/tree"
)

// touched are names that may not be any more what a pass has seen: what is right in a directory, by the collision key
// of the directory's path and the name's own, with its spelling, "" for several. A name is looked at in all spellings
// that there are of it: a volume may hold another one than it was told.
type touched map[string]map[string]string

// Few names are looked at one by one: this many, whatever there is, and of large trees one in so many. A look at a name
// takes some four times what it takes in a listing, and over a line more than twenty times the bytes.
const (
	fewNames = 64
	oneIn    = 8
	oneInFar = 32
)

// touched are some paths, with the directories that they lie in, which may have been made or made workable for them.
// It is false where only a listing of the whole tree tells what is there: of many paths, of rules, by which other names
// come into scope, of files of which it is not known whether they have numbers that last, and, of a tree far away,
// where the names in directories would have to be asked for.
func (p *Pass) touched(paths iter.Seq[tree.Path], far, literal bool) (touched, bool) {
	in := oneIn
	if far {
		in = oneInFar
	}
	names, left := touched{}, max(fewNames, p.entries/in)
	for path := range paths {
		left--
		if left < 0 || !p.files || tree.CollisionKey(path.Base()) == scan.IgnoreFile ||
			far && (!literal || strings.ContainsFunc(string(path), notASCII)) {
			return nil, false
		}
		names.add(path)
	}
	return names, true
}

// add adds a path and the directories that it lies in.
func (t touched) add(path tree.Path) {
	for ; path != tree.Root; path = path.Parent() {
		name := path.Base()
		dir, key := tree.CollisionKey(string(path.Parent())), tree.CollisionKey(name)
		spelled, found := t[dir][key]
		switch {
		case found && spelled == name:
			return // and those above it
		case found:
			name = ""
		case t[dir] == nil:
			t[dir] = map[string]string{}
		}
		t[dir][key] = name
	}
}

// renewing brings touched names of listings up to date.
type renewing struct {
	of      replay
	options scan.Options
	// seen is what was seen of a tree far away, nil for one that is asked name by name.
	seen *glances
}

// renewed is a listing that was brought up to date.
type renewed struct {
	tree.Listing
	// known is false where the directory has to be listed.
	known bool
	// made are the names in it that were no directories before, and are now.
	made []string
}

// renew brings the touched names of a listing up to date.
func (w *renewing) renew(l tree.Listing) renewed {
	keys := w.of.touched[tree.CollisionKey(string(l.Dir))]
	if len(keys) == 0 {
		return renewed{Listing: l, known: true}
	}
	before := map[string]tree.Type{}
	l.Entries = slices.DeleteFunc(l.Entries, func(e tree.Entry) bool {
		_, found := keys[e.Key]
		if found {
			before[e.Name] = e.Type
		}
		return found
	})
	names, listed, err := w.names(l.Dir, keys, before)
	r := renewed{Listing: l}
	if err != nil || l.Obstacle != "" {
		return r
	}
	for _, name := range names {
		e, err := w.look(&l, name)
		if !listed && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return r
		}
		if e.Type == tree.Directory && e.Ruling == tree.InScope && before[name] != tree.Directory {
			r.made = append(r.made, name)
		}
		r.Entries = append(r.Entries, e)
	}
	r.Sort()
	r.known = true
	return r
}

// names are those that a directory has of some keys; before are those that it had. A volume that takes names as they
// are is not asked for its own, where no two are alike: then these are the only ones that it can have, and not listed.
func (w *renewing) names(dir tree.Path, keys map[string]string,
	before map[string]tree.Type) (names []string, listed bool, err error) {
	names = slices.Collect(maps.Values(keys))
	plain := func(name string) bool { return name != "" && !strings.ContainsFunc(name, notASCII) }
	known := func(name string) bool { return keys[tree.CollisionKey(name)] == name }
	if w.of.literal && all(slices.Values(names), plain) && all(maps.Keys(before), known) {
		return names, false, nil
	}
	if w.seen != nil {
		return nil, false, errUncertain
	}
	names, err = w.of.Volume.Names(dir)
	return slices.DeleteFunc(names, func(name string) bool {
		_, found := keys[tree.CollisionKey(name)]
		return !found || tree.Reserved(name)
	}), true, err
}

func notASCII(r rune) bool { return r >= utf8.RuneSelf }

func all(names iter.Seq[string], are func(string) bool) bool {
	for name := range names {
		if !are(name) {
			return false
		}
	}
	return true
}

// errUncertain tells of what a look at a name alone does not tell.
var errUncertain = errors.New("only a listing tells what it is")

// look is the entry that a listing would have of a name. Errors wrap fs.ErrNotExist where nothing has it; any other
// tells that the directory has to be listed.
func (w *renewing) look(l *tree.Listing, name string) (tree.Entry, error) {
	path := l.Dir.Join(name)
	g := w.glance(path)
	e := g.entry
	if g.err != nil {
		return e, g.err
	}
	if !utf8.ValidString(name) || !utf8.ValidString(e.Target) || e.Type == tree.Directory && g.apart {
		return e, errUncertain // a directory may be another volume's
	}
	e.Name, e.Key, e.Ruling = name, tree.CollisionKey(name), tree.InScope
	if l.Scope != nil {
		e.Ruling = l.Scope.Judge(path, e.Type == tree.Directory)
	}
	if !w.options.Modes {
		e.Mode = 0
	}
	if !w.of.pass.numbered {
		e.Inode = 0
	}
	return e, nil
}
