package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"treaty/apply/reach"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/cmd/treaty/internal/config"
	"treaty/cmd/treaty/internal/home"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/terminal"
	"treaty/cmd/treaty/internal/trees"
	"treaty/plan"
	"treaty/plan/address"
	"treaty/plan/scan"
)

type initCommand struct {
	treeArguments
	Name   string   `placeholder:"NAME" help:"What LOCAL is called where people read of it; its volume's label or its folder's name if not given."`
	Ignore []string `sep:"none" placeholder:"PATTERN" help:"What to leave out (as in .gitignore; may be given often)."`
}

// Run writes the config of a pair's first tree. On a terminal it asks for what no flag says.
func (c *initCommand) Run(a *app) error {
	local, remote := "", c.First
	if c.Second != "" {
		local, remote = c.First, c.Second
	}
	if local == "" {
		local = reach.FindTree(".")
	}
	s, err := openSettings(home.Expand(local))
	if err != nil {
		return err
	}
	folder := s.folder
	defer folder.Close()
	a.call.trees[plan.Local] = folder.Root()
	if remote == "" && s.given.Of("remote") != nil {
		return usage(in(folder.Root(), "config"), "%s is set up already: its remote is %s", folder.Root(),
			compact(s.given.Of("remote")))
	}
	answers, err := c.ask(a, folder, remote)
	if err != nil {
		return err
	}
	if err := answers.check(a, folder); err != nil {
		return err
	}
	if err := s.write(answers.into(s.given, folder.Root()), helped); err != nil {
		return err
	}
	a.Say("%s is set up: treaty config shows it, and changes it", render.Name(folder.Path("config.json")))
	i := *a.call
	i.trees[plan.Remote] = answers.remote
	a.Say("Next: %s", comparing()(&i))
	return nil
}

// firstAnswers are what the first pair of a tree is set up with.
type firstAnswers struct {
	remote, name string
	ignore       []string
}

// ask asks for what no argument says, on a terminal.
func (c *initCommand) ask(a *app, folder *store.Store, remote string) (*firstAnswers, error) {
	answers := &firstAnswers{remote: remote, name: c.Name, ignore: c.Ignore}
	if !terminal.Is(a.Stdin) {
		if remote == "" {
			return nil, usage(exactly("treaty init --help"),
				"REMOTE is missing, and nobody can be asked: standard input is no terminal")
		}
		return answers, nil
	}
	q := &questions{a, bufio.NewReader(a.Stdin)}
	for answers.remote == "" {
		const question = "Where is the other tree (a folder, such as /media/stick, or ssh://host/path)?"
		if err := q.ask(question, &answers.remote); err != nil {
			return nil, err
		}
		if why := noPlace(answers.remote); answers.remote != "" && why != "" {
			a.Say("%s", why)
			answers.remote = ""
		}
	}
	if c.Name == "" {
		question := fmt.Sprintf("What is this tree to be called [%s]?", trees.Name(folder.Root()))
		if err := q.ask(question, &answers.name); err != nil {
			return nil, err
		}
	}
	if len(c.Ignore) == 0 {
		var patterns string
		if err := q.ask("What is to be left out (patterns such as *.tmp build/, or nothing)?", &patterns); err != nil {
			return nil, err
		}
		answers.ignore = wordsIn(patterns)
	}
	return answers, nil
}

// noPlace is why no tree can be where somebody says, "" where one may be: at an address, that is seen later.
func noPlace(remote string) string {
	if address.Is(remote) {
		if _, err := address.Parse(remote); err != nil {
			return fmt.Sprintf("%s: %s.", render.Name(shownAddress(remote)), render.Escape(addressed(err)))
		}
		return ""
	}
	if info, err := os.Stat(home.Expand(remote)); err != nil || !info.IsDir() {
		return fmt.Sprintf("There is no folder %s.", render.Name(remote))
	}
	return ""
}

// wordsIn are the words of a list, between blanks or commas and blanks.
func wordsIn(text string) []string {
	words := strings.Fields(text)
	for i, word := range words {
		words[i] = strings.TrimSuffix(word, ",")
	}
	return slices.DeleteFunc(words, func(word string) bool { return word == "" })
}

// questions are asked one after another of whoever sits at a terminal.
type questions struct {
	app   *app
	lines *bufio.Reader
}

// ask asks for a line; who ends the input or interrupts it has answered nothing, and nothing is changed.
func (q *questions) ask(question string, answer *string) error {
	const unchanged = "nothing was changed"
	line, err := q.app.Line(question, unchanged, q.lines)
	switch {
	case errors.Is(err, io.EOF):
		return errors.New(unchanged)
	case err != nil:
		return err
	}
	*answer = line
	return nil
}

// check refuses a REMOTE that is no tree beside the local one.
func (f *firstAnswers) check(a *app, folder *store.Store) error {
	at, err := location{path: home.Expand(f.remote)}.found("")
	if err != nil {
		return err
	}
	a.call.trees[plan.Remote] = at.path
	remote, err := a.net.store(at.path)
	switch {
	case errors.Is(err, os.ErrNotExist) && address.Is(at.path):
		return refusal.Because(refusal.CauseMissing, "the remote tree is missing: there is no %s", at.path).
			On(plan.Remote, at.path)
	case errors.Is(err, os.ErrNotExist):
		return refusal.Because(refusal.CauseMissing, "the remote tree is missing: there is no %s", f.remote).
			On(plan.Remote, absolute(f.remote))
	case errors.Is(err, scan.ErrNotDirectory):
		return usage(exactly("treaty init --help"), "the remote tree is not a directory: %s", f.remote)
	case err != nil:
		return err
	}
	defer remote.Close()
	return twoOf(folder.Source(), remote.Source())
}

// twoOf refuses two trees of which one is the other, or in it.
func twoOf(local, remote volume.Source) error {
	relation, err := local.Relate(remote)
	if err != nil || relation == scan.Apart {
		return err
	}
	return usage(then("name a folder that is neither in this tree nor around it", exactly("treaty init --help")),
		"%s and %s are not two trees: one is the other, or lies in it", local.Root(), remote.Root())
}

// into are the members of a config with the answers in it. A relative path was from the current directory, and is from
// the tree on.
func (f *firstAnswers) into(given config.Members, root string) config.Members {
	remote := f.remote
	if !address.Is(remote) && !filepath.IsAbs(remote) && !strings.HasPrefix(remote, "~") {
		if rel, err := filepath.Rel(root, real(absolute(remote))); err == nil {
			remote = filepath.ToSlash(rel)
		}
	}
	given = given.With("remote", jsonText(remote))
	if f.name != "" {
		given = given.With("name", jsonText(f.name))
	}
	if len(f.ignore) > 0 {
		given = given.With("ignore", jsonText(slices.Clone(f.ignore)))
	}
	return given
}

// real is a path without links, or as it is where that is not known.
func real(path string) string {
	if found, err := filepath.EvalSymlinks(path); err == nil {
		return found
	}
	return path
}

// jsonText is a string or a list of strings as JSON.
func jsonText(value any) json.RawMessage {
	text, _ := json.Marshal(value) // strings cannot fail
	return text
}
