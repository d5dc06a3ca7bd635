package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"treaty/apply/reach"
	"treaty/apply/refusal"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
)

// edit settles the conflicts with these ids by what a person makes of their merges, one after the other.
func (c *resolveCommand) edit(a *app, f *planFile, ids []int) error {
	e := editing{app: a, file: f, tool: wordsOf(c.Tool)}
	var err error
	if c.Edit {
		e.editor, err = editorWords()
	} else if len(e.tool) == 0 {
		err = usage(exactly("treaty resolve --help"), "--tool names no program")
	}
	if err != nil {
		return err
	}
	var chosen []int
	for _, id := range ids {
		conflict := conflictOf(f.plan, id)
		switch {
		case conflict.Merge != nil:
			chosen = append(chosen, id)
		case !c.All:
			return unmerged(f.plan, conflict, "there is no merge of it")
		}
	}
	for _, id := range chosen {
		if err := e.one(conflictOf(f.plan, id)); err != nil {
			return err
		}
	}
	a.say("%s settled as %s, %d left", render.Count(len(chosen), "conflict"), plan.TakeMerged, f.plan.Unresolved())
	if left := len(ids) - len(chosen); left > 0 {
		return &complaint{is: refusal.CauseConflicts, why: render.Count(left, "conflict") + " left", hint: skipThem}
	}
	return nil
}

func conflictOf(p *plan.Plan, id int) *plan.Conflict {
	at := slices.IndexFunc(p.Conflicts, func(c plan.Conflict) bool { return c.ID == id })
	return &p.Conflicts[at]
}

// editorWords are the command of the person's editor. Errors are of the person's where there is none.
func editorWords() ([]string, error) {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		if words := wordsOf(os.Getenv(name)); len(words) > 0 {
			return words, nil
		}
	}
	return nil, usage(then("set EDITOR to the editor that you use", again), "neither $VISUAL nor $EDITOR names an editor")
}

// editing has a person make merges whole, by an editor or a merge tool.
type editing struct {
	*app
	file         *planFile
	editor, tool []string
}

// one makes the merge of a conflict whole, and writes the plan. What a person made of it stays where it is if that does
// not come to its end.
func (e *editing) one(c *plan.Conflict) error {
	folder, err := e.folder()
	if err != nil {
		return err
	}
	out := filepath.Join(folder, filepath.Base(string(c.Path)))
	if err := e.prepare(c, folder, out); err != nil {
		return errors.Join(err, os.RemoveAll(folder))
	}
	for {
		err := e.made(c, folder, out)
		switch {
		case err == nil:
			return os.RemoveAll(folder)
		case errors.Is(err, plan.ErrNoText) && isTerminal(e.stdin) &&
			e.ask(render.Escape(err.Error())+". Edit it again?", "") == nil:
			continue
		}
		return e.kept(err, out)
	}
}

// kept is an error after which what a person made stays where it is, if there is something.
func (e *editing) kept(err error, out string) error {
	why := err.Error()
	if _, there := os.Lstat(out); there == nil {
		why += "; the text is in " + out
	}
	if errors.Is(err, plan.ErrNoText) {
		return usage(again, "%s", why)
	}
	return errors.New(why)
}

// folder makes a private folder for a text outside of both trees.
func (e *editing) folder() (string, error) {
	folder, err := os.MkdirTemp("", "treaty-merge-")
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(folder)
	for _, side := range plan.BothSides {
		root := e.file.plan.Snapshot(side).Root + string(filepath.Separator)
		if err == nil && strings.HasPrefix(real, root) {
			err = usage(then("set TMPDIR to a folder outside of both trees", again), "the folder for temporary files lies in %s",
				side)
		}
	}
	if err != nil {
		return "", errors.Join(err, os.RemoveAll(folder))
	}
	return folder, nil
}

// prepare writes the files that a program is to be given.
func (e *editing) prepare(c *plan.Conflict, folder, out string) error {
	if e.editor != nil {
		return os.WriteFile(out, c.Merge.Text(), 0o600)
	}
	for name, text := range map[string][]byte{"LOCAL": versionsOf(e.file.plan)(c, plan.Local), "BASE": e.base(c),
		"REMOTE": versionsOf(e.file.plan)(c, plan.Remote)} {
		if text == nil {
			return &complaint{is: refusal.CauseDrift, why: fmt.Sprintf("%s: %s is not what the plan saw, or cannot be read",
				render.Name(string(c.Path)), strings.ToLower(name)), hint: comparing()}
		}
		if err := os.WriteFile(toolFile(folder, name, c), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// toolFile is where a merge tool has a version, with the extension by which it knows what it is.
func toolFile(folder, name string, c *plan.Conflict) string {
	return filepath.Join(folder, name+filepath.Ext(string(c.Path)))
}

// base is the text that both last agreed on, nil where neither tree has it.
func (e *editing) base(c *plan.Conflict) []byte {
	for _, side := range plan.BothSides {
		folder, err := reach.Store(e.file.plan.Snapshot(side).Root)
		if err != nil {
			continue
		}
		text := folder.Base(c.Merge.BaseSHA256)
		folder.Close()
		if text != nil && sha256.Sum256(text) == c.Merge.BaseSHA256 {
			return text
		}
	}
	return nil
}

// made has the person make the text, and settles the conflict with it.
func (e *editing) made(c *plan.Conflict, folder, out string) error {
	words := e.words(c, folder, out)
	if err := runProgram(e.app, words); err != nil {
		return fmt.Errorf("%s failed: %w", render.Name(words[0]), err)
	}
	text, err := os.ReadFile(out)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && len(text) == 0:
		return fmt.Errorf("%s left no text", render.Name(words[0]))
	case err != nil:
		return err
	}
	if _, err := e.file.file.Text(); err != nil {
		return fmt.Errorf("%s was changed meanwhile", e.file.path)
	}
	if err := plan.MergeAs(e.file.plan, c.ID, text); err != nil {
		return err
	}
	if err := e.file.save(); err != nil {
		return err
	}
	return e.again()
}

// again reads the plan as it is now, so that it shows when somebody else changes it.
func (e *editing) again() error {
	f, err := readPlan(e.file.path)
	if err == nil {
		*e.file = *f
	}
	return err
}

// words are the command with the files that it is given.
func (e *editing) words(c *plan.Conflict, folder, out string) []string {
	if e.editor != nil {
		return append(slices.Clone(e.editor), out)
	}
	named := false
	words := slices.Clone(e.tool)
	files := []string{"LOCAL", "BASE", "REMOTE", "OUT"}
	paths := map[string]string{"OUT": out}
	for _, name := range files[:3] {
		paths[name] = toolFile(folder, name, c)
	}
	for i, word := range words {
		if path := paths[word]; path != "" {
			words[i], named = path, true
		}
	}
	if !named {
		for _, name := range files {
			words = append(words, paths[name])
		}
	}
	return words
}
