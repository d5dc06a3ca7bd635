package main

import (
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"treaty/cmd/treaty/internal/complete"
	"treaty/cmd/treaty/internal/config"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
	"treaty/plan/tree"
)

type completionCommand struct {
	Shell string `arg:"" name:"SHELL" enum:"bash,zsh,fish,powershell" help:"bash, zsh, fish or powershell."`
}

// Run prints the script. It says in its first lines where it goes.
func (c *completionCommand) Run(a *app) error {
	text, err := complete.Script(c.Shell)
	if err != nil {
		return err
	}
	_, err = a.Stdout.Write(text)
	return err
}

// completeCommand is what those scripts call: with "line" and a line up to the cursor, or with "words", how many words
// stand between the program and the cursor's, these, and the cursor's, which may be missing where it is empty.
type completeCommand struct {
	Words []string `arg:"" optional:"" help:"What was typed."`
}

// Run says what may come next. Whoever presses a key in the middle of a line is told of nothing that is wrong.
func (c *completeCommand) Run(a *app) error {
	words, insert := c.typed()
	if words == nil {
		return usage(exactly("treaty completion --help"), "__complete is for the scripts of treaty completion")
	}
	whole, err := model()
	if err != nil {
		return err
	}
	l := complete.Read(whole, words)
	back, err := startIn(l.Flags["directory"])
	if err != nil {
		return nil // no such directory: nothing is known there
	}
	defer back()
	a.call.dir = l.Flags["directory"]
	list, rest := l.Next(func(l complete.Line, place string) ([]complete.Candidate, complete.Rest) {
		return candidates(a, l, place)
	})
	list = slices.DeleteFunc(list, hidden)
	for i := range list {
		list[i].Word = insert(list[i].Word)
	}
	_, err = io.WriteString(a.Stdout, complete.Answer(list, rest))
	return err
}

// hidden tells whether something in a word would not be seen, or steer the terminal: shells write words as they are, so
// such a one has to be typed as show prints it.
func hidden(c complete.Candidate) bool { return render.Escape(c.Word) != c.Word }

// typed are the words behind the program's name, the last one the cursor's, and how to put a word there; nil where the
// arguments are not what scripts send.
func (c *completeCommand) typed() (words []string, insert func(string) string) {
	as := func(word string) string { return word }
	switch {
	case len(c.Words) == 2 && c.Words[0] == "line":
		line := complete.Split(c.Words[1])
		words, as = line.Words[1:], line.Insert
	case len(c.Words) > 1 && c.Words[0] == "words":
		n, err := strconv.Atoi(c.Words[1])
		if words = append(c.Words[2:], ""); err == nil && 0 <= n && n < len(words) {
			words = words[:n+1]
		} else {
			words = nil
		}
	}
	if len(words) == 0 {
		return nil, nil
	}
	return words, as
}

// candidates tells what may stand in a place of the grammar.
func candidates(a *app, l complete.Line, place string) ([]complete.Candidate, complete.Rest) {
	switch place {
	case "LOCAL", "REMOTE", "DIR":
		return nil, complete.Directories
	case "KEY":
		if l.Command.Name == "config" {
			return keysOfConfig(), complete.Nothing
		}
		return nil, complete.Files
	case "VALUE":
		return choicesOf(l.Arguments), complete.Nothing
	case "FILE":
		return nil, complete.Files
	case "KIND":
		return profiles(), complete.Nothing
	case "CHOICE":
		return choices(), complete.Nothing
	case "PLAN-ID":
		return appliedPlans(a), complete.Nothing
	case "PLAN", "PATH":
		if l.Command.Name == "restore" {
			return displaced(a, l.Word), complete.Files
		}
	}
	switch place {
	case "PLAN":
		if !slices.Contains([]string{"show", "resolve", "skip"}, l.Command.Name) {
			return nil, complete.Files
		}
		return pathsOfPlan(a, l), complete.Files
	case "PATH":
		return pathsOfPlan(a, l), complete.Nothing
	}
	return nil, complete.Nothing
}

// keysOfConfig are the keys that a config may have.
func keysOfConfig() []complete.Candidate {
	keys, err := config.Keys()
	if err != nil {
		return nil
	}
	var list []complete.Candidate
	for _, k := range keys {
		list = append(list, complete.Candidate{Word: k.Name, Help: k.Description})
	}
	return list
}

// choicesOf are the values that the key of a config may have which is the first argument; none where any will do.
func choicesOf(arguments []string) []complete.Candidate {
	keys, err := config.Keys()
	if err != nil || len(arguments) == 0 {
		return nil
	}
	var list []complete.Candidate
	for _, k := range keys {
		if k.Name != arguments[0] {
			continue
		}
		for i, choice := range k.Enum {
			list = append(list, complete.Candidate{Word: choice, Help: k.EnumDescriptions[i]})
		}
		if k.Type == "boolean" {
			list = append(list, complete.Candidate{Word: "true"}, complete.Candidate{Word: "false"})
		}
	}
	return list
}

// displaced are the paths that may be brought back; none where nobody knows any.
func displaced(a *app, word string) []complete.Candidate {
	folder, err := historyHere(a)
	if err != nil {
		return nil
	}
	defer folder.Close()
	versions, err := folder.Versions()
	if err != nil {
		return nil
	}
	paths := make([]tree.Path, len(versions))
	for i := range versions {
		paths[i] = versions[i].Path
	}
	return startingWith(word, paths, spelling((&archive{folder: folder}).viewed().at, word))
}

func choices() []complete.Candidate {
	var list []complete.Candidate
	for _, r := range plan.Resolutions {
		list = append(list, complete.Candidate{Word: r.Short(), Help: string(r)})
	}
	return list
}

func profiles() []complete.Candidate {
	var list []complete.Candidate
	for _, name := range tree.Profiles {
		list = append(list, complete.Candidate{Word: string(name)})
	}
	return list
}

// appliedPlans are the applied plans of the tree here by their numbers, the last one first; none where there is no
// tree.
func appliedPlans(a *app) []complete.Candidate {
	folder, err := a.history()
	if err != nil {
		return nil
	}
	defer folder.Close()
	history, err := folder.History()
	if err != nil {
		return nil
	}
	var list []complete.Candidate
	for _, archived := range slices.Backward(history) {
		list = append(list, complete.Candidate{Word: strconv.Itoa(archived.Number), Help: archived.PlanID})
	}
	return list
}

// pathsOfPlan are the paths that may be named in the plan that is named, or else in the newest one, as they are typed
// from here: up to the next slash, as shells list files. There are none where there is no plan.
func pathsOfPlan(a *app, l complete.Line) []complete.Candidate {
	planPath := ""
	if len(l.Arguments) > 0 && strings.HasSuffix(l.Arguments[0], ".json") {
		planPath = l.Arguments[0]
	}
	f, err := a.locate(planPath)
	if err != nil {
		return nil
	}
	var paths []tree.Path
	for e := range namedBy(l.Command.Name, f.plan) {
		for _, path := range e.paths {
			if path != tree.Root {
				paths = append(paths, path)
			}
		}
	}
	return startingWith(l.Word, paths, spelling(here(f.plan), l.Word))
}

// startingWith are the paths that go on from a word that was begun, up to the next slash, each once. A word that begins
// like a flag stands behind a --, where a path needs no ./ before its dash.
func startingWith(begun string, paths []tree.Path, spelt func(tree.Path) string) []complete.Candidate {
	words := map[string]bool{}
	for _, p := range paths {
		word := spelt(p)
		if strings.HasPrefix(begun, "-") {
			word = strings.TrimPrefix(word, "./")
		}
		if strings.HasPrefix(word, begun) {
			words[upToSlash(word, len(begun))] = true
		}
	}
	var list []complete.Candidate
	for _, word := range slices.Sorted(maps.Keys(words)) {
		if !words[word+"/"] { // a directory, which its name with the slash means as well
			list = append(list, complete.Candidate{Word: word})
		}
	}
	return list
}

// spelling is how a path is typed by somebody who stands at this path of the trees and has begun a word: from there, or
// from the root with a slash.
func spelling(at tree.Path, word string) func(tree.Path) string {
	return func(p tree.Path) string {
		rest, below := strings.CutPrefix(string(p), string(at)+"/")
		switch {
		case strings.HasPrefix(word, "/"), at != tree.Root && !below:
			return "/" + string(p)
		case at == tree.Root:
			return typed(p, at)
		}
		return typed(tree.Path(rest), tree.Root)
	}
}

// upToSlash is a word up to the first slash behind its first bytes, that slash included.
func upToSlash(word string, first int) string {
	if at := strings.IndexByte(word[first:], '/'); at >= 0 {
		return word[:first+at+1]
	}
	return word
}

// namedBy are the elements of a plan that a command is about.
func namedBy(command string, p *plan.Plan) elements {
	switch command {
	case "resolve":
		return conflictElements(p)
	case "skip":
		return operationElements(p)
	}
	return allOf(conflictElements(p), operationElements(p))
}
