package main

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"treaty/apply/store"
	"treaty/cmd/treaty/internal/home"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/trees"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/schema"
)

// archive is what a history knows of what was displaced, and what is named of it.
type archive struct {
	folder *store.Store
	// from is the only apply that counts, nil for all; plan is its plan.
	from  *store.Archived
	plan  *plan.Plan
	words []string
	// view is from where paths in either of the trees are named.
	view vantage
}

// archive opens the history that knows, which may be the other tree's.
func (c *restoreCommand) archive(a *app) (*archive, error) {
	folder, err := historyHere(a)
	if err != nil {
		return nil, err
	}
	r := &archive{folder: folder, words: c.Words}
	if err := r.narrow(c); err != nil {
		folder.Close()
		return nil, err
	}
	return r, nil
}

// historyHere is the history of the tree that the current directory is in; of one that was REMOTE that of LOCAL, if it
// is here.
func historyHere(a *app) (*store.Store, error) {
	folder, err := a.history()
	if err != nil {
		return nil, err
	}
	list, err := folder.History()
	if err != nil || len(list) > 0 {
		return folder, err
	}
	known, err := knownElsewhere(folder)
	if err != nil {
		folder.Close()
		return nil, err
	}
	folder.Close()
	if known.root == "" {
		return nil, usage(in("", "log"), "%s, so there is nothing to restore", known.why)
	}
	return openStore(known.root)
}

// narrow finds the apply that is asked for, if one is, and tells PLAN from the first path.
func (r *archive) narrow(c *restoreCommand) (err error) {
	from := c.From
	switch id, isPlan := planNamed(c.First); {
	case isPlan && from != "":
		return usage(helped, "--from and a plan are one too many")
	case isPlan:
		from = id
	case c.First != "":
		r.words = slices.Concat([]string{c.First}, c.Words)
	}
	if from != "" {
		if r.from, err = appliedAs(r.folder, from); err != nil {
			return err
		}
		if r.plan, err = r.folder.Plan(*r.from); err != nil {
			return err
		}
	}
	r.view = r.viewed()
	return nil
}

// planNamed is the id of the plan in a file that an argument names; false where it names none.
func planNamed(word string) (id string, isPlan bool) {
	if !strings.HasSuffix(word, ".json") {
		return "", false
	}
	if text, err := readFile(home.Expand(word), schema.Plan); err != nil || !planFormat().Match(text) {
		return "", false
	}
	f, err := readPlan(home.Expand(word))
	if err != nil {
		return "", false
	}
	return f.plan.ID, true
}

// viewed is from where paths in the trees of the last apply are named.
func (r *archive) viewed() vantage {
	list, err := r.folder.History()
	if err != nil || len(list) == 0 {
		return standsIn(r.folder.Root())
	}
	last, err := r.folder.Plan(list[len(list)-1])
	if err != nil {
		return standsIn(r.folder.Root())
	}
	last.Local.Root = r.folder.Root()
	return viewOf(last)
}

// chosen are the versions that are named, or all where nothing is.
func (r *archive) chosen() ([]store.Version, error) {
	all, err := r.folder.Versions()
	if err != nil {
		return nil, err
	}
	if r.from != nil {
		all = slices.DeleteFunc(all, func(v store.Version) bool { return v.Number != r.from.Number })
	}
	if len(r.words) == 0 {
		return all, nil
	}
	return r.named(all)
}

// named are the versions that the words name. A word that names none is a usage error.
func (r *archive) named(all []store.Version) ([]store.Version, error) {
	wanted := map[int]bool{}
	for _, word := range r.words {
		found := r.matching(all, word)
		if len(found) == 0 {
			return nil, r.unknown(word)
		}
		for _, i := range found {
			wanted[i] = true
		}
	}
	var named []store.Version
	for i := range all {
		if wanted[i] {
			named = append(named, all[i])
		}
	}
	return named, nil
}

// unknown is the error about a word that names no version. Another tree's history may have some.
func (r *archive) unknown(word string) error {
	if others := otherHistories(r.folder); r.from == nil && len(others) > 0 {
		return usage(then("to see those of "+others[0], in(others[0], "restore", "--list")),
			"no apply in the history of %s replaced or deleted %q", r.folder.Root(), word)
	}
	return usage(in(r.folder.Root(), "restore", "--list"), "no apply%s replaced or deleted %q", r.of(), word)
}

// of says which apply is meant, where one is.
func (r *archive) of() string {
	if r.from == nil {
		return ""
	}
	return " of number " + strconv.Itoa(r.from.Number)
}

// matching are the versions that a word names: as in resolve, but that ids are those of the plan that is named.
func (r *archive) matching(all []store.Version, word string) []int {
	versions := func(yield func(element) bool) {
		for i := range all {
			if !yield(element{id: -1 - i, paths: [2]tree.Path{all[i].Path}}) {
				return
			}
		}
	}
	if found := matching(versions, r.view, word); len(found) > 0 || r.plan == nil {
		return indexes(found)
	}
	of := allOf(operationElements(r.plan), conflictElements(r.plan))
	ids := matching(of, vantage{}, "#"+strings.TrimPrefix(word, "#"))
	return indexes(having(versions, func(path tree.Path) bool { return r.isOf(ids, path) }))
}

// indexes are those of which elements have the ids.
func indexes(ids []int) []int {
	list := make([]int, len(ids))
	for i, id := range ids {
		list[i] = -1 - id
	}
	return list
}

// isOf tells whether a path is that of one of the plan's elements.
func (r *archive) isOf(ids []int, path tree.Path) bool {
	for e := range allOf(operationElements(r.plan), conflictElements(r.plan)) {
		if slices.Contains(ids, e.id) && slices.Contains(e.paths[:], path) {
			return true
		}
	}
	return false
}

// newestOf are of each path the first version, and so the newest.
func newestOf(versions []store.Version) []store.Version {
	seen := map[tree.Path]bool{}
	var first []store.Version
	for _, v := range versions {
		if !seen[v.Path] {
			seen[v.Path] = true
			first = append(first, v)
		}
	}
	return first
}

// open opens the two trees that versions are of.
func (r *archive) open(a *app, found []store.Version) (*pair, error) {
	of, err := appliedAs(r.folder, strconv.Itoa(found[0].Number))
	if err != nil {
		return nil, err
	}
	done, err := r.folder.Plan(*of)
	if err != nil {
		return nil, err
	}
	remote := trees.AppliedAt(r.folder, done)
	if id := done.Remote.ID; id != nil {
		if places := trees.Whereabouts(*id, remote); len(places) == 1 {
			remote = places[0]
		}
	}
	return a.openPair(r.folder.Root(), remote)
}

// list lists versions, a line each.
func (r *archive) list(a *app, versions []store.Version) error {
	if len(versions) == 0 {
		a.Say("no apply replaced or deleted anything")
	}
	defer sayOthers(a, r.folder, "what applies from %s replaced or deleted: %s", "restore", "--list")
	opts, names, roots := a.Style(), map[int]plan.Sides[string]{}, map[int]plan.Sides[string]{}
	for i := range versions {
		v := &versions[i]
		if _, known := names[v.Number]; !known {
			names[v.Number], roots[v.Number] = r.namesAt(v.Number), r.rootsAt(v.Number)
		}
		opts.Names = names[v.Number]
		line := render.Version{Number: v.Number, At: v.At, Side: v.Side, Path: string(v.Path), State: v.Was,
			Deleted: v.Left == nil, Gone: isGone(v, roots[v.Number])}
		if err := render.Displaced(a.Stdout, &line, opts); err != nil {
			return err
		}
	}
	return nil
}

// isGone tells whether the content of a version is no longer in the trash of the tree that had it, as far as that is
// here.
func isGone(v *store.Version, roots plan.Sides[string]) bool {
	if v.Kept == nil || v.Kept.InPlan() || roots[v.Kept.Tree] == "" {
		return false
	}
	return !isThereAtAll(filepath.Join(roots[v.Kept.Tree], filepath.FromSlash(string(v.Kept.Path))))
}

// rootsAt are where the trees of an apply are now, by its number; "" where nobody knows.
func (r *archive) rootsAt(number int) (roots plan.Sides[string]) {
	of, err := appliedAs(r.folder, strconv.Itoa(number))
	if err != nil {
		return roots
	}
	done, err := r.folder.Plan(*of)
	if err != nil {
		return roots
	}
	for _, side := range plan.BothSides {
		then := done.Snapshot(side)
		roots[side] = (&logged{Archived: *of, folder: r.folder}).rootNow(side, then.ID, then.Root)
	}
	return roots
}

// namesAt are what people call the trees of an apply by its number; "" where nobody knows.
func (r *archive) namesAt(number int) (names plan.Sides[string]) {
	list, err := r.folder.History()
	if err != nil {
		return names
	}
	at := slices.IndexFunc(list, func(one store.Archived) bool { return one.Number == number })
	if at < 0 {
		return names
	}
	text, err := r.folder.File(list[at], "plan.json")
	if err != nil {
		return names
	}
	return (&logged{Archived: list[at], folder: r.folder}).namesThen(text)
}

// out are versions by where they are to go, relative to the folder that they are copied to: what a word names under its
// own name, with what is below it.
func (r *archive) out(found []store.Version) map[string]store.Version {
	to := map[string]store.Version{}
	for _, v := range found {
		to[filepath.FromSlash(string(r.under(v.Path)))] = v
	}
	return to
}

// under is a path without the directories above what the words name.
func (r *archive) under(path tree.Path) tree.Path {
	for _, word := range r.words {
		if name, named := r.view.below(word, path); named {
			return name
		}
	}
	return path
}
