package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"treaty/plan/tree"
)

// maxPath is the length of the longest path that the systems treaty runs on take, in bytes, with some
// room left for the root.
const maxPath = 4096 - 512

func (w *walk) problem(severity Severity, code Code, side *Side, path *tree.Path, message string) {
	if path != nil {
		// What path points into may be moved and cleared later.
		kept := *path
		path = &kept
		if kept == tree.Root {
			path = nil
		}
	}
	w.problems = append(w.problems, Problem{Severity: severity, Code: code, Side: side, Path: path, Message: message})
}

func (w *walk) block(code Code, side Side, path tree.Path, why string) {
	if !utf8.ValidString(string(path)) {
		parent := path.Parent()
		for !utf8.ValidString(string(parent)) {
			parent = parent.Parent()
		}
		w.problem(Blocked, code, &side, &parent, fmt.Sprintf("%q: %s", string(path), why))
		return
	}
	w.problem(Blocked, code, &side, &path, why)
}

func (w *walk) warn(code Code, side *Side, path *tree.Path, message string) {
	w.problem(Warning, code, side, path, message)
}

// staysWithIgnored warns that a doomed directory stays.
func (w *walk) staysWithIgnored(p *place) {
	for _, side := range BothSides {
		if p.on[side] {
			path := p.path[side]
			w.warn(KeptNotEmpty, &side, &path, "deleted on "+side.Other().String()+", but kept here: it holds ignored files")
		}
	}
}

// obstacles reports why a name cannot be read or carried, and tells whether there was anything.
func (w *walk) obstacles(t *trio, path Sides[tree.Path]) bool {
	blocked := false
	for _, side := range BothSides {
		if e := &t.entry[side]; e.Obstacle != "" {
			w.block(Code(e.Obstacle), side, path[side], e.Why)
			blocked = true
		}
	}
	return blocked
}

// cannotHold says why the side that c changes cannot hold what it should, and "" where it can.
func (w *walk) cannotHold(d *difference, c change) (Code, string) {
	if c.action != Create && c.action != Update {
		return "", ""
	}
	traits, name := &w.policy.traits[c.side], d.name[c.side]
	e := &d.entry[c.side.Other()]
	where := c.side.String()
	switch {
	case e.Type == tree.Symlink && !traits.Symlinks:
		return SymlinkNotSupported, "the filesystem of " + where + " has no symlinks; put the link in .treatyignore, or copy what it points to"
	case e.Type == tree.File && traits.MaxFileSize != nil && e.Size > *traits.MaxFileSize:
		return TooLarge, fmt.Sprintf("the file has %d bytes, and %s takes %d at most; split it, or put it in .treatyignore", e.Size, where, *traits.MaxFileSize)
	case c.action == Update:
		return "", ""
	case traits.NameLength(name) > tree.MaxName:
		return PathTooLong, fmt.Sprintf("the name is %d long, and %s takes %d at most; give it a shorter one", traits.NameLength(name), where, tree.MaxName)
	case len(d.path[c.side]) > maxPath, d.path[c.side].Depth() > tree.MaxDepth:
		return PathTooLong, fmt.Sprintf("the path is %d bytes long and %d folders deep; %d and %d are the most; move it further up",
			len(d.path[c.side]), d.path[c.side].Depth(), maxPath, tree.MaxDepth)
	case d.collides[c.side]:
		return NameCollision, where + " cannot hold it beside another name that differs only in case or accents; rename one of them, or put one in .treatyignore"
	case d.alias[c.side] != "":
		return NameCollision, fmt.Sprintf("on %s it may be the short name of %q; rename it, or put it in .treatyignore", where, d.alias[c.side])
	}
	if why := traits.NameProblem(name); why != "" {
		return NameNotAllowed, "on " + where + ": " + why + "; rename it, or put it in .treatyignore"
	}
	return "", ""
}

// refused blocks a difference whose change a side cannot hold, and tells whether it did.
func (w *walk) refused(d *difference) bool {
	for _, c := range d.verdict.changes {
		if code, why := w.cannotHold(d, c); code != "" {
			w.block(code, c.side, d.path[c.side.Other()], why)
			return true
		}
	}
	return false
}

// sortProblems puts problems in the order in which plans list them.
func sortProblems(problems []Problem) {
	path := func(p *Problem) tree.Path {
		if p.Path == nil {
			return tree.Root
		}
		return *p.Path
	}
	side := func(p *Problem) int {
		if p.Side == nil {
			return -1
		}
		return int(*p.Side)
	}
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), tree.Compare(path(&a), path(&b)),
			cmp.Compare(side(&a), side(&b)), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
}

// aliases tells under which name of the directory each side may hold the file already that t would make.
func (n *directoryNames) aliases(t *trio, traits Sides[tree.Traits]) (alias Sides[string]) {
	for _, side := range BothSides {
		profile := traits[side].Profile
		shortens := profile == tree.FAT || profile == tree.NTFS || profile == tree.Unknown
		if t.has(side) || !shortens || !strings.Contains(t.name[side], "~") {
			continue
		}
		for _, entries := range n.all {
			for i := range entries {
				if long := entries[i].Name; tree.MayAlias(t.name[side], long) && (alias[side] == "" || long < alias[side]) {
					alias[side] = long
				}
			}
		}
	}
	return alias
}

// directoryNames are all names of one directory, ignored ones included, for finding one that is free.
type directoryNames struct {
	all       Sides[[]tree.Entry]
	maxLength func(name string) bool
	given     map[string]bool
}

// maxName tells whether both sides can hold a name of that length.
func (w *walk) maxName(name string) bool {
	for _, side := range BothSides {
		if w.policy.traits[side].NameLength(name) > tree.MaxName {
			return false
		}
	}
	return true
}

// free is a name for the remote version of t that is free on both sides: "name (remote).ext", then
// "name (remote 2).ext" and so on, shortened to fit.
func (n *directoryNames) free(t *trio) string {
	stem, extension := t.name[Local], ""
	if t.entry[Remote].Type != tree.Directory {
		if dot := strings.LastIndexByte(stem, '.'); dot > 0 {
			stem, extension = stem[:dot], stem[dot:]
		}
	}
	for number := 1; ; number++ {
		tag := " (remote)"
		if number > 1 {
			tag = fmt.Sprintf(" (remote %d)", number)
		}
		short, end := stem, extension
		for !n.maxLength(short + tag + end) {
			cut := &short
			if short == "" {
				cut = &end
			}
			_, size := utf8.DecodeLastRuneInString(*cut)
			*cut = (*cut)[:len(*cut)-size]
		}
		name := strings.TrimRight(short, " ") + tag + end
		key := tree.CollisionKey(name)
		if n.taken(key) {
			continue
		}
		if n.given == nil {
			n.given = map[string]bool{}
		}
		n.given[key] = true
		return name
	}
}

func (n *directoryNames) taken(key string) bool {
	for _, entries := range n.all {
		if _, found := slices.BinarySearchFunc(entries, key, func(e tree.Entry, key string) int {
			return cmp.Compare(e.Key, key)
		}); found {
			return true
		}
	}
	return n.given[key]
}
