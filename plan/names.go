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
	all Sides[[]tree.Entry]
	// fits tells whether a name is short enough for both sides.
	fits  func(name string) bool
	given map[string]bool
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

// free is the number of the name for the remote version of t that is free on both sides.
func (n *directoryNames) free(t *trio) (number int) {
	for number = 1; ; number++ {
		key := tree.CollisionKey(keepBothName(t.name[Local], t.now(Remote).Type, number, n.fits))
		if n.taken(key) {
			continue
		}
		if n.given == nil {
			n.given = map[string]bool{}
		}
		n.given[key] = true
		return number
	}
}

// keepBothName is a name for the remote version of what has a name: "name (remote).ext" by number 1, then
// "name (remote 2).ext" and so on, shortened to fit.
func keepBothName(name string, remote tree.Type, number int, fits func(name string) bool) string {
	stem, extension := name, ""
	if remote != tree.Directory {
		if dot := strings.LastIndexByte(stem, '.'); dot > 0 {
			stem, extension = stem[:dot], stem[dot:]
		}
	}
	tag := " (remote)"
	if number > 1 {
		tag = fmt.Sprintf(" (remote %d)", number)
	}
	for !fits(stem + tag + extension) {
		cut := &stem
		if stem == "" {
			cut = &extension
		}
		_, size := utf8.DecodeLastRuneInString(*cut)
		*cut = (*cut)[:len(*cut)-size]
	}
	return strings.TrimRight(stem, " ") + tag + extension
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
