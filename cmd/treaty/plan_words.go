package main

import (
	"io"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"treaty/cmd/treaty/internal/home"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/schema"
)

// planAndWords are a plan and what is named in it. There are two fields, since the parser takes a list only up
// to the next flag.
type planAndWords struct {
	First string   `arg:"" optional:"" name:"PLAN" help:"The plan, if it ends in .json and is one; else the first path."`
	Words []string `arg:"" optional:"" sep:"none" name:"PATH" help:"Paths, directories, ids or globs: '#7', quoted for the shell, is always the id that show prints, and ./#7 a path; a bare 7 is the id where no path is called so."`
}

// split tells the plan from the words.
func (a *app) split(w *planAndWords) (planPath string, words []string) {
	if w.First == "" || strings.HasSuffix(w.First, ".json") && !a.namesInNewest(w.First) {
		return w.First, w.Words
	}
	return "", slices.Concat([]string{w.First}, w.Words)
}

// unnamed is the usage error of a command that was told what to do with a plan, or with none, but to nothing in it. A
// plan alone may have been meant for the path of the newest plan that has its name.
func (a *app) unnamed(planPath, why string, of func(*plan.Plan) elements) error {
	if planPath != "" {
		if _, err := readPlan(home.Expand(planPath)); err != nil {
			return err
		}
		if newest, err := a.newest(); err == nil && newest.names(planPath, of) {
			return usage(then("if the path is meant", before(planPath, newest.path)),
				"%s, and %s, which is a path in the newest plan, is a plan itself", why, planPath)
		}
	}
	return usage(exactly("treaty "+a.call.name+" --help"), "%s", why)
}

// namesInNewest tells whether an argument that looks like a plan's file is none, and names a conflict or an operation
// of the newest plan.
func (a *app) namesInNewest(word string) bool {
	if saysPlan(home.Expand(word)) {
		return false
	}
	newest, err := a.newest()
	return err == nil && (newest.names(word, conflictElements) || newest.names(word, operationElements))
}

// saysPlan tells whether a file calls itself a plan. One that treaty wrote does so at its beginning.
func saysPlan(path string) bool {
	f, err := openFile(path, schema.Plan)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, min(f.size, 4<<10))
	if n, _ := io.ReadFull(f, head); planFormat().Match(head[:n]) {
		return true
	}
	text, err := readFile(path, schema.Plan)
	return err == nil && planFormat().Match(text)
}

// planFormat is what a plan has in it, also where a person's edit left it no valid JSON.
var planFormat = expression(`"format"\s*:\s*"treaty\.plan"`)

// names tells whether a word names one of these elements of the plan.
func (f *planFile) names(word string, of func(*plan.Plan) elements) bool {
	return len(matching(of(f.plan), viewOf(f.plan), word)) > 0
}

// element is something in a plan that a person may name: by its id or one of its paths.
type element struct {
	id int
	// paths are one or two, else "".
	paths [2]tree.Path
	// below is where all that it stands for lies; "" where it is only itself.
	below tree.Path
}

// elements are what a person may name. There may be a million, and they are in no list.
type elements = iter.Seq[element]

// conflictElements are the conflicts of a plan.
func conflictElements(p *plan.Plan) elements {
	return conflictsThat(p, func(*plan.Conflict) bool { return true })
}

// conflictsThat are the conflicts of a plan that are wanted.
func conflictsThat(p *plan.Plan, wanted func(*plan.Conflict) bool) elements {
	return func(yield func(element) bool) {
		for i := range p.Conflicts {
			c := &p.Conflicts[i]
			if wanted(c) && !yield(element{id: c.ID, paths: [2]tree.Path{c.Path, c.RemotePath}}) {
				return
			}
		}
	}
}

// operationElements are the operations of a plan. A directory stands for all in it.
func operationElements(p *plan.Plan) elements {
	return func(yield func(element) bool) {
		for i := range p.Operations {
			op := &p.Operations[i]
			e := element{id: op.ID, paths: [2]tree.Path{op.Path, op.From()}}
			if op.Before.Of() == tree.Directory || op.After.Of() == tree.Directory {
				e.below = op.Path
			}
			if !yield(e) {
				return
			}
		}
	}
}

// problemElements are the problems of a plan that are about a path, by ids that nothing else in it has: -1 for the
// first, -2 for the second.
func problemElements(p *plan.Plan) elements {
	return func(yield func(element) bool) {
		for i := range p.Problems {
			at := p.Problems[i].Path
			if at != nil && !yield(element{id: -1 - i, paths: [2]tree.Path{*at}}) {
				return
			}
		}
	}
}

// allOf are all elements of some, one after the other.
func allOf(all ...elements) elements {
	return func(yield func(element) bool) {
		for _, some := range all {
			for e := range some {
				if !yield(e) {
					return
				}
			}
		}
	}
}

// pick finds what each word names among the elements of a plan, what being their noun: an id where it begins with
// "#", else a path exactly, a directory with all in it, an id, a glob, which takes what is in directories too, a name
// as treaty shows it, or else the path of the disk. Paths are relative to the current directory, where that is in one
// of the plan's trees, or from the root with a leading slash. A word that names nothing is a usage error.
func pick(p *plan.Plan, list elements, words []string, what string) ([]int, error) {
	from := viewOf(p)
	var ids []int
	for _, word := range words {
		found := matching(list, from, word)
		if len(found) == 0 && fromInput(word) {
			return nil, noInput(word)
		}
		if len(found) == 0 {
			return nil, usage(about("show"), "%q matches no %s", word, what)
		}
		ids = append(ids, found...)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// fromInput tells whether a word stands for standard input.
func fromInput(word string) bool { return word == "-" || word == "/dev/stdin" }

// noInput refuses a plan from standard input.
func noInput(word string) error {
	return usage(then("write the plan to a file, with -o FILE", exactly("treaty plan --help")),
		"%s: a plan is taken from a regular file only, whose bytes are what is approved", word)
}

// matching are the ids of what a word names.
func matching(list elements, from vantage, word string) []int {
	where, inside := inTree(from.at, word)
	if isID(word) || !inside {
		return byID(list, word)
	}
	for _, look := range []func() []int{
		func() []int { return having(list, within(where)) },
		func() []int { return byID(list, word) },
		func() []int { return having(list, fitting(where)) },
		func() []int { return asShown(list, from.at, word) },
		func() []int {
			onDisk, inside := from.onDisk(word)
			if !inside {
				return nil
			}
			if ids := having(list, within(onDisk)); len(ids) > 0 {
				return ids
			}
			return having(list, fitting(onDisk))
		},
	} {
		if ids := look(); len(ids) > 0 {
			return ids
		}
	}
	return nil
}

// within tells of a path whether it is a directory, or lies in it.
func within(dir tree.Path) func(tree.Path) bool {
	return func(p tree.Path) bool { return p.Within(dir) }
}

// fitting tells of a path whether a glob matches it, or a directory that it lies in.
func fitting(glob tree.Path) func(tree.Path) bool {
	return func(p tree.Path) bool { return globbed(glob, p) != tree.Root }
}

// globbed is the topmost of a path and the directories above it that a glob matches, the root for none.
func globbed(glob, p tree.Path) (top tree.Path) {
	for ; p != tree.Root; p = p.Parent() {
		if ok, err := doublestar.Match(string(glob), string(p)); ok && err == nil {
			top = p
		}
	}
	return top
}

// below is a path without the directories above what a word names, false where the word names nothing that it is in;
// the root names nothing.
func (v vantage) below(word string, path tree.Path) (tree.Path, bool) {
	typed, inside := inTree(v.at, word)
	onDisk, also := v.onDisk(word)
	for _, named := range []struct {
		at tree.Path
		ok bool
	}{{typed, inside}, {onDisk, also}} {
		if !named.ok || named.at == tree.Root {
			continue
		}
		top := globbed(named.at, path)
		if path.Within(named.at) {
			top = named.at
		}
		if top != tree.Root {
			return tree.Path(strings.TrimPrefix(string(path[len(top.Parent()):]), "/")), true
		}
	}
	return tree.Root, false
}

// asShown is what a name in double quotes means, as treaty shows names that are not clear otherwise: with Go's escapes,
// and a slash behind those of directories.
func asShown(list elements, at tree.Path, word string) []int {
	name, err := strconv.Unquote(word)
	if err != nil || !strings.HasPrefix(word, `"`) || name == word {
		return nil
	}
	where, inside := inTree(at, name)
	if !inside {
		return nil
	}
	return having(list, within(where))
}

// having are the ids of the elements with a path that fits.
func having(list elements, fits func(tree.Path) bool) []int {
	var ids []int
	for e := range list {
		if slices.ContainsFunc(e.paths[:], func(p tree.Path) bool { return p != tree.Root && fits(p) }) {
			ids = append(ids, e.id)
		}
	}
	return ids
}

// isID tells whether a word is an id as treaty shows it, and so no path.
func isID(word string) bool {
	digits, marked := strings.CutPrefix(word, "#")
	return marked && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// byID is the element with the id that the word is, and what lies below it.
func byID(list elements, word string) []int {
	id, err := strconv.Atoi(strings.TrimPrefix(word, "#"))
	if id < 1 || err != nil {
		return nil
	}
	for e := range list {
		switch {
		case e.id != id:
		case e.below != "":
			return having(list, within(e.below))
		default:
			return []int{id}
		}
	}
	return nil
}

// inTree is the path in a tree that a word means; false where it leads out of it, or is empty.
func inTree(at tree.Path, word string) (tree.Path, bool) {
	// On Windows \ separates too, and escapes nothing.
	word = filepath.ToSlash(word)
	if word == "" {
		return "", false
	}
	if !strings.HasPrefix(word, "/") {
		word = path.Join("/", string(at), "./") + "/" + word
	}
	depth := 0
	for part := range strings.SplitSeq(word, "/") {
		switch part {
		case "", ".":
		case "..":
			if depth--; depth < 0 {
				return "", false
			}
		default:
			depth++
		}
	}
	return tree.Path(strings.TrimPrefix(path.Clean(word), "/")), true
}

// typed is a path of a tree as somebody types it who stands at another: what inTree makes the path of again.
func typed(path, at tree.Path) string {
	if at != tree.Root {
		return "/" + string(path)
	}
	if strings.HasPrefix(string(path), "-") || isID(string(path)) {
		return "./" + string(path)
	}
	return string(path)
}

// vantage is from where paths are named: the current directory in one of some trees, the root where it is in none.
type vantage struct {
	at    tree.Path
	roots []string
}

// viewOf is from where a plan's paths are named.
func viewOf(p *plan.Plan) vantage { return standsIn(p.Local.Root, p.Remote.Root) }

// here is the current directory in the plan's trees, the root where it is in neither.
func here(p *plan.Plan) tree.Path { return viewOf(p).at }

// standsIn is the current directory in the first of these trees that it is in.
func standsIn(roots ...string) vantage {
	from := vantage{roots: roots}
	dir, err := os.Getwd()
	if err != nil {
		return from
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	if inside, ok := from.inside(dir); ok {
		from.at = inside
	}
	return from
}

// inside is a path of the disk in the first of the trees that it is in; false where it is in none.
func (v vantage) inside(path string) (tree.Path, bool) {
	for _, root := range v.roots {
		rel, err := filepath.Rel(root, path)
		switch {
		case err != nil || !filepath.IsLocal(rel):
		case rel == ".":
			return tree.Root, true
		default:
			return tree.Path(filepath.ToSlash(rel)), true
		}
	}
	return tree.Root, false
}

// onDisk is the path in the trees that a word means which is an absolute path of the disk, as shells complete them;
// false where it is none, or leads into none of them.
func (v vantage) onDisk(word string) (tree.Path, bool) {
	if !filepath.IsAbs(word) {
		return tree.Root, false
	}
	if inside, ok := v.inside(filepath.Clean(word)); ok {
		return inside, true
	}
	word = filepath.Clean(word)
	return v.inside(filepath.Join(deeplyReal(filepath.Dir(word)), filepath.Base(word)))
}
