package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"treaty/apply/volume"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// entries looks through all of the tree.
func (e *examination) entries() error {
	c, err := readConfig(e.tree)
	if err != nil {
		return nil // it is told of already
	}
	options := shaped(c, &planFlags{})
	walk := e.tree.Source().Walk(e.app.Ctx, scan.Options{DefaultIgnores: options.DefaultIgnores, Granularity: 1})
	defer walk.Close()
	through := entryExamination{examination: e, walk: walk, unmatched: map[string]*scan.Rules{}}
	for _, pattern := range c.Ignore {
		if !strings.HasPrefix(pattern, "!") {
			through.unmatched[pattern] = (&scan.Options{Patterns: []string{pattern}}).Rules()
		}
	}
	if err := through.of(tree.Root); err != nil {
		return err
	}
	through.patterns()
	through.unreadable()
	return through.idle()
}

// entryExamination is of what a walk through a tree lists.
type entryExamination struct {
	*examination
	walk volume.Walk
	// unmatched are the patterns of the config that nothing was left out by yet.
	unmatched map[string]*scan.Rules
	// unread are what could not be read.
	unread []unread
}

// unread is a directory that cannot be read, or of which that is true of all in it, or, where it is part, an entry that
// cannot be looked at.
type unread struct {
	path tree.Path
	why  string
	part bool
}

// unreadIn are what cannot be read of a listing. Where that is all in it, the directory is told of: it may be listed by
// all, and entered by nobody.
func unreadIn(l *tree.Listing) (found []unread) {
	if l.Obstacle == tree.Unreadable {
		return []unread{{l.Dir, l.Why, false}}
	}
	for i := range l.Entries {
		if e := &l.Entries[i]; e.Obstacle == tree.Unreadable && e.Ruling == tree.InScope {
			found = append(found, unread{l.Dir.Join(e.Name), e.Why, true})
		}
	}
	if l.Dir != tree.Root && len(found) > 0 && len(found) == len(l.Entries) {
		return []unread{{l.Dir, found[0].why, false}}
	}
	return found
}

// of looks at all entries below a directory, but what is in directories that are out of scope.
func (e *entryExamination) of(dir tree.Path) error {
	listing, err := e.walk.List(dir)
	if err != nil {
		return err
	}
	e.unread = append(e.unread, unreadIn(&listing)...)
	for i := range listing.Entries {
		entry := &listing.Entries[i]
		path, directory := dir.Join(entry.Name), entry.Type == tree.Directory
		maps.DeleteFunc(e.unmatched, func(_ string, rules *scan.Rules) bool {
			return rules.Judge(path, directory) == tree.Ignored
		})
		if directory && entry.Ruling == tree.InScope && entry.Obstacle == "" {
			if err := e.of(path); err != nil {
				return err
			}
		}
	}
	return nil
}

// patterns tells of patterns of the config that leave nothing out now: they may be of the other tree, or for later.
func (e *entryExamination) patterns() {
	for _, pattern := range slices.Sorted(maps.Keys(e.unmatched)) {
		e.fine("%s: nothing in this tree matches %s of ignore now", render.Name(e.tree.Path("config.json")),
			render.Escape(strconv.Quote(pattern)))
	}
}

// unreadable tells of what cannot be read: of the first of it by name.
func (e *entryExamination) unreadable() {
	for i, u := range e.unread {
		if left := len(e.unread) - i; i == fewNames && left > 1 {
			e.found(fmt.Sprintf("%d more cannot be read", left), nil)
			return
		}
		what := "cannot be read, and all in it is blocked"
		if u.part {
			what = "cannot be looked at, and is blocked"
		}
		e.found(fmt.Sprintf("%s %s: %s", e.tree.Source().Where(u.path), what, u.why), then("see that it can be read", again))
	}
}

// idle tells of lines of rule files that nothing can match.
func (e *entryExamination) idle() error {
	if err := e.walk.Finish(); err != nil {
		return err
	}
	for _, idle := range e.walk.IdlePatterns() {
		file := e.tree.Source().Where(idle.File)
		e.found(fmt.Sprintf("%s, line %d: no name matches this pattern: %s", file, idle.Line, idle.Why),
			then("mend the line", again))
	}
	return nil
}
