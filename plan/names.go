package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"treaty/plan/tree"
)

// directoryNames are all names of one directory, ignored ones included, for finding one that is free.
type directoryNames struct {
	all       Sides[[]tree.Entry]
	maxLength func(name string) bool
	given     map[string]bool
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

// free is a name for the remote version of t that is free on both sides: "name (remote).ext", then
// "name (remote 2).ext" and so on, shortened to fit.
func (n *directoryNames) free(t *trio) string {
	stem, extension := t.name[Local], ""
	if t.now(Remote).Type != tree.Directory {
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
