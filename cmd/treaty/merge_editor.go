package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"treaty/apply/reach"
	"treaty/apply/refusal"
	"treaty/cmd/treaty/internal/desk"
	"treaty/cmd/treaty/internal/home"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/terminal"
	"treaty/plan"
	"treaty/plan/address"
	"treaty/plan/scan"
)

// edit settles the conflicts with these ids by what a person makes of their merges, one after the other.
func (c *resolveCommand) edit(a *app, f *planFile, ids []int) error {
	e := editing{app: a, plan: f.plan, tool: terminal.Words(c.Tool), from: home.Expand(c.From)}
	var err error
	if c.Tool == "" {
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
	if c.From != "" && len(chosen) != 1 {
		return usage(exactly("treaty resolve --help"), "--from is the text of one conflict, and %d are named", len(chosen))
	}
	for _, id := range chosen {
		e.plan = f.plan
		if err := e.made(conflictOf(f.plan, id), func(text []byte) error { return f.takeMerge(id, text) }); err != nil {
			return err
		}
	}
	a.Say("%s settled as %s, %d left", render.Count(len(chosen), "conflict"), plan.TakeMerged, f.plan.Unresolved())
	open := openOf(f.plan, ids)
	if can := allowed(open); can != "" {
		a.Say("  %s", can)
	}
	return c.left(f.plan, open)
}

func conflictOf(p *plan.Plan, id int) *plan.Conflict {
	at := slices.IndexFunc(p.Conflicts, func(c plan.Conflict) bool { return c.ID == id })
	return &p.Conflicts[at]
}

// takeMerge settles a conflict by a text that a person made of its merge, and writes the plan, unless its file was
// changed meanwhile. Then it is read again, so that it shows when somebody else changes it.
func (f *planFile) takeMerge(conflict int, text []byte) error {
	if _, err := f.file.Text(); err != nil {
		return fmt.Errorf("%s was changed meanwhile", f.path)
	}
	if err := plan.MergeAs(f.plan, conflict, text); err != nil {
		return err
	}
	settled, err := f.resaved()
	if err == nil {
		*f = *settled
	}
	return err
}

// editorWords are the command of the person's editor. The error is the person's where there is none.
func editorWords() ([]string, error) {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		if words := terminal.Words(os.Getenv(name)); len(words) > 0 {
			return words, nil
		}
	}
	return nil, usage(then("set EDITOR to the editor that you use", again), "neither $VISUAL nor $EDITOR names an editor")
}

// editing has a person make merges whole, by an editor or a merge tool.
type editing struct {
	*app
	plan         *plan.Plan
	editor, tool []string
	// from is a file with the text to begin with, "" for that of the merge.
	from string
}

// made has a person make the text of a conflict's merge, until that is accepted. What was made of it stays where it is,
// and the error says where, if it does not come to that.
func (e *editing) made(c *plan.Conflict, accept func(text []byte) error) error {
	d, err := e.prepared(c)
	if err != nil {
		return err
	}
	for {
		err := e.once(c, d, accept)
		switch {
		case err == nil:
			return d.Clear()
		case errors.Is(err, plan.ErrNoText) && terminal.Is(e.Stdin) &&
			e.Ask(render.Escape(err.Error())+". Edit it again?", "") == nil:
			continue
		}
		return e.kept(err, c, d)
	}
}

// kept is an error after which what a person made stays where it is, if there is something.
func (e *editing) kept(err error, c *plan.Conflict, d *desk.Desk) error {
	why, made := err.Error(), d.Kept()
	if len(made) > 0 {
		why += "; the text is in " + strings.Join(made, ", ")
	}
	goOn := naming([]string{typed(c.Path, here(e.plan))}, "resolve", "--edit", "--from", argument(d.Out))
	switch {
	case errors.Is(err, plan.ErrMarkerLeft):
		return usage(goOn, "%s", why)
	case errors.Is(err, plan.ErrNoText):
		return usage(again, "%s", why)
	case slices.Contains(made, d.Out):
		return &complaint{is: err, why: why, hint: goOn}
	}
	return &complaint{is: err, why: why,
		hint: then("have the program leave the text, and exit with 0", again)}
}

// prepared is a desk with the files that a program is to be given.
func (e *editing) prepared(c *plan.Conflict) (*desk.Desk, error) {
	given, err := e.given(c)
	if err != nil {
		return nil, err
	}
	return newDesk(e.plan, c, given)
}

// given are the texts that a program is to be given, by the names that they have for it.
func (e *editing) given(c *plan.Conflict) (map[string][]byte, error) {
	if e.editor != nil {
		text := c.Merge.Text()
		if e.from != "" {
			var err error
			if text, err = scan.ReadFile(e.from, mostEdited); err != nil {
				return nil, usage(exactly("treaty resolve --help"), "the text to begin with cannot be read: %v", err)
			}
		}
		return map[string][]byte{desk.Out: text}, nil
	}
	given := map[string][]byte{desk.Local: versionsOf(e.plan)(c, plan.Local), desk.Base: e.base(c),
		desk.Remote: versionsOf(e.plan)(c, plan.Remote)}
	if root := e.plan.Remote.Root; address.Is(root) && given[desk.Remote] == nil {
		return nil, usage(naming([]string{typed(c.Path, here(e.plan))}, "resolve", "--edit"),
			"%s: what %s has is not here, which a program would be given beside the other versions",
			render.Name(string(c.Path)), render.Name(root))
	}
	for _, name := range desk.Versions {
		if given[name] == nil {
			return nil, &complaint{is: refusal.CauseDrift, why: fmt.Sprintf("%s: %s is not what the plan saw, or cannot be read",
				render.Name(string(c.Path)), strings.ToLower(name)), hint: comparing()}
		}
	}
	return given, nil
}

// base is the text that both last agreed on, nil where neither tree has it.
func (e *editing) base(c *plan.Conflict) []byte {
	for _, side := range plan.BothSides {
		folder, err := reach.Store(e.plan.Snapshot(side).Root)
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

// mostEdited is how many bytes of what an editor leaves are read: more than any text of a plan may have.
const mostEdited = 16 << 20

// once has the person make the text, and has that accepted.
func (e *editing) once(c *plan.Conflict, d *desk.Desk, accept func(text []byte) error) error {
	words := d.Command(e.editor, e.tool)
	if err := e.app.RunProgram(words); err != nil {
		return fmt.Errorf("%s failed: %w", render.Name(words[0]), err)
	}
	text, err := scan.ReadFile(d.Out, mostEdited) // whatever a program has left there, nothing is waited for
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && len(text) == 0:
		return fmt.Errorf("%s left no text", render.Name(words[0]))
	case err != nil:
		return err
	}
	return accept(text)
}
