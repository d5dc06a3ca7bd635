package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

type ignoreCommand struct {
	Patterns []string `arg:"" sep:"none" name:"PATTERN" help:"What to leave out, as in a .gitignore: names, paths from the tree's root, *.tmp, folders/."`
}

// Run adds patterns to the root's .treatyignore, and says what they leave out.
func (c *ignoreCommand) Run(a *app) error {
	if err := (&plan.Options{Ignore: c.Patterns}).CheckPatterns(); err != nil {
		return usage(then("write it as in a .gitignore", helped), "%v", err)
	}
	folder, err := ignoringIn(a.call)
	if err != nil {
		return err
	}
	defer folder.Close()
	file := filepath.Join(folder.Root(), scan.IgnoreFile)
	text, err := rulesIn(file)
	if err != nil {
		return err
	}
	added := missing(text, c.Patterns)
	left, err := leavesOut(a.Ctx, folder, added)
	if err != nil {
		return err
	}
	if err := addRules(file, text, added); err != nil {
		return err
	}
	for _, pattern := range c.Patterns {
		if slices.Contains(added, pattern) {
			a.Say("%s: added to %s", render.Name(pattern), render.Name(file))
		} else {
			a.Say("%s: is in %s already", render.Name(pattern), render.Name(file))
		}
	}
	if len(added) > 0 {
		left.tell(a)
	}
	return nil
}

// ignoringIn is the tree that the current directory is in. One that is none yet has to be named, by -C.
func ignoringIn(i *invocation) (*store.Store, error) {
	dir := reach.FindTree(".")
	if _, err := reach.FindFolder("."); err != nil && i.dir == "" {
		named := *i
		named.args = slices.Concat([]string{"-C", "."}, i.args)
		return nil, &complaint{is: err, why: err.Error(),
			hint: then("if this is to be one", func(*invocation) string { return again(&named) })}
	}
	return openStore(dir)
}

// addRules writes lines to the end of a file of rules, which is text now.
func addRules(file string, text []byte, added []string) error {
	if len(added) == 0 {
		return nil
	}
	if err := writeFile(file, store.Exactly(withLines(text, added))); err != nil || text != nil {
		return err
	}
	// A new one is one of the user's files, and goes to the other tree as they do.
	return os.Chmod(file, 0o666&^fs.FileMode(umask()))
}

// rulesIn is the text of a file of rules, nil where there is none.
func rulesIn(file string) ([]byte, error) {
	info, err := os.Lstat(file)
	switch {
	case os.IsNotExist(err):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, usage(then("move it away", again), "%s is %s, and counts for nothing", file, what(info.Mode()))
	case info.Size() > scan.IgnoreLimit:
		return nil, usage(then("shorten it", again), "%s is larger than %d bytes", file, scan.IgnoreLimit)
	}
	return os.ReadFile(file)
}

// missing are the patterns that are no line of a text, each once.
func missing(text []byte, patterns []string) (added []string) {
	lines := strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	for _, pattern := range patterns {
		if !slices.Contains(lines, pattern) && !slices.Contains(added, pattern) {
			added = append(added, pattern)
		}
	}
	return added
}

// withLines is a text with lines at its end, which end as its own do.
func withLines(text []byte, lines []string) []byte {
	end := "\n"
	if bytes.Contains(text, []byte("\r\n")) {
		end = "\r\n"
	}
	out := bytes.Clone(text)
	if len(out) > 0 && !bytes.HasSuffix(out, []byte("\n")) {
		out = append(out, end...)
	}
	for _, line := range lines {
		out = append(append(out, line...), end...)
	}
	return out
}

// omission is what rules leave out of a tree.
type omission struct {
	rules              *scan.Rules
	files, directories int
	// first are the first of the paths, a directory standing for all in it, and tops is how many there are.
	first []string
	tops  int
}

// mostNamed is how many paths are told.
const mostNamed = 5

// leavesOut is what patterns would leave out of a tree beyond what is left out of it now.
func leavesOut(ctx context.Context, folder *store.Store, patterns []string) (*omission, error) {
	c, err := readConfig(folder)
	if err != nil {
		return nil, err
	}
	options := shaped(c, &planFlags{})
	walk := folder.Source().Walk(ctx,
		scan.Options{Patterns: options.Ignore, DefaultIgnores: options.DefaultIgnores, Granularity: 1})
	defer walk.Close()
	o := &omission{rules: (&scan.Options{Patterns: patterns}).Rules()}
	if err := o.look(walk, tree.Root, false); err != nil {
		return nil, err
	}
	return o, walk.Finish()
}

// look counts what the rules leave out of a directory; of one that they leave out itself, all that is in scope.
func (o *omission) look(walk tree.Stream, dir tree.Path, out bool) error {
	listing, err := walk.List(dir)
	if err != nil {
		return err
	}
	for i := range listing.Entries {
		e := &listing.Entries[i]
		if e.Ruling != tree.InScope {
			continue
		}
		path, isDirectory := dir.Join(e.Name), e.Type == tree.Directory
		left := out || o.rules.Judge(path, isDirectory) == tree.Ignored
		if left {
			o.count(path, isDirectory, out)
		}
		if isDirectory && e.Obstacle == "" {
			if err := o.look(walk, path, left); err != nil {
				return err
			}
		}
	}
	return nil
}

// count counts an entry; told tells that it is of a directory that is named already.
func (o *omission) count(path tree.Path, directory, told bool) {
	name := string(path)
	if directory {
		o.directories++
		name += "/"
	} else {
		o.files++
	}
	if told {
		return
	}
	if o.tops++; o.tops <= mostNamed {
		o.first = append(o.first, name)
	}
}

// tell says what is left out from now on.
func (o *omission) tell(a *app) {
	if o.tops == 0 {
		a.Say("Nothing in the tree matches that now.")
		return
	}
	what := render.Count(o.files, "file")
	switch {
	case o.files == 0:
		what = countDirectories(o.directories)
	case o.directories > 0:
		what += " and " + countDirectories(o.directories)
	}
	a.Say("Left out from now on: %s", what)
	for _, name := range o.first {
		a.Say("  %s", render.Name(name))
	}
	if more := o.tops - len(o.first); more > 0 {
		a.Say("  and %d more", more)
	}
	a.Say("What is left out stays where it is, on both sides.")
}

func countDirectories(n int) string {
	if n == 1 {
		return "1 directory"
	}
	return fmt.Sprintf("%d directories", n)
}
