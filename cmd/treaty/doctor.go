package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"treaty/apply"
	"treaty/apply/paper"
	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/terminal"
	"treaty/plan"
	"treaty/plan/address"
	"treaty/plan/scan"
	"treaty/schema"
)

type doctorCommand struct {
	JSON bool     `name:"json" help:"Print it as JSON."`
	Dirs []string `arg:"" optional:"" sep:"none" name:"DIR" help:"The trees, also by their addresses; that of the current directory, those here that it was synced with and the address in its config if none is given."`
}

// Run looks at trees, and says in words what is wrong and what to type. It changes nothing.
func (c *doctorCommand) Run(a *app) error {
	dirs := c.Dirs
	if len(dirs) == 0 {
		dir, err := reach.FindFolder(".")
		if err != nil {
			return &complaint{is: err, why: err.Error(), hint: exactly("treaty doctor --help")}
		}
		// One that is away, as a stick may be, is told of by the tree itself.
		away := func(root string) bool { info, err := os.Stat(root); return err != nil || !info.IsDir() }
		dirs = append([]string{dir}, slices.DeleteFunc(partnersHere(dir), away)...)
		dirs = append(dirs, addressedBy(dir)...)
	}
	around := reach.FindTree(".")
	if len(dirs) == 2 && !address.Is(dirs[0]) {
		for side, dir := range dirs {
			at, err := namedFrom(around, dir)
			if err != nil {
				return err
			}
			a.call.trees[side] = at.path
		}
	}
	found := &doctorDocument{Format: "treaty.doctor", FormatVersion: plan.FormatVersion, At: a.Now().UTC()}
	err := found.examine(a, around, dirs)
	if !c.JSON {
		found.print(a)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		if err := writeDocument(a.Stdout, schema.Doctor, found); err != nil {
			return err
		}
	}
	if n := found.wrong(); n > 0 {
		return &complaint{is: errFound, why: render.Count(n, "finding"), hint: nil}
	}
	if !c.JSON {
		a.Say("Nothing is wrong.")
	}
	return nil
}

// examine examines the trees that are named from the one around.
func (d *doctorDocument) examine(a *app, around string, dirs []string) error {
	for _, dir := range dirs {
		at, err := namedFrom(around, dir)
		if err != nil {
			return err
		}
		e := &examination{app: a, named: dirs}
		err = e.of(at.path)
		d.Trees = append(d.Trees, doctorTree{e.root, e.findings})
		if err != nil {
			return err
		}
	}
	return nil
}

// print says it to a person, once all trees were examined: ssh may ask something before that.
func (d *doctorDocument) print(a *app) {
	for _, t := range d.Trees {
		a.Say("%s", render.Name(t.Root))
		for _, f := range t.Findings {
			if !f.Wrong {
				a.Say("  ok     %s", f.Says)
				continue
			}
			terminal.Message(a.Stdout, "  wrong  %s", f.Says)
			if f.Hint != nil {
				terminal.Message(a.Stdout, "         hint: %s", *f.Hint)
			}
		}
	}
}

// writeDocument writes a document of treaty's own.
func writeDocument(to io.Writer, kind schema.Kind, v any) error {
	text, err := paper.Document(kind, v)
	if err != nil {
		return err
	}
	_, err = to.Write(text)
	return err
}

// errFound: doctor found something.
var errFound = errors.New("something is wrong")

// doctorDocument is what --json prints.
type doctorDocument struct {
	Format        string       `json:"format"`
	FormatVersion string       `json:"format_version"`
	At            time.Time    `json:"at"`
	Trees         []doctorTree `json:"trees"`
}

type doctorTree struct {
	Root     string    `json:"root"`
	Findings []finding `json:"findings"`
}

// finding is a thing that was looked at, and how it is.
type finding struct {
	Wrong bool   `json:"wrong"`
	Says  string `json:"says"`
	// Hint is what to do about it, nil where there is nothing.
	Hint *string `json:"hint"`
}

// wrong is how many things are wrong.
func (d *doctorDocument) wrong() (n int) {
	for _, t := range d.Trees {
		for _, f := range t.Findings {
			if f.Wrong {
				n++
			}
		}
	}
	return n
}

// examination is of one tree.
type examination struct {
	app  *app
	tree *store.Store
	root string
	// named are the trees that were asked for.
	named    []string
	findings []finding
}

// of examines the tree at dir.
func (e *examination) of(dir string) error {
	own, err := e.app.net.store(dir)
	e.root = absolute(dir)
	if err != nil {
		return e.unopened(dir, err)
	}
	defer own.Close()
	e.tree, e.root = own, own.Root()
	if !own.There() {
		e.fine("no tree of treaty's yet: nothing was planned here")
		return nil
	}
	looks := []func() error{e.files, e.works, e.identity, e.config, e.history, e.pairs, e.texts,
		func() error { return writable(e) }, e.space, e.clock, e.repaired}
	for _, look := range looks {
		if err := look(); err != nil {
			e.found(err.Error(), hintAt(e.root, err))
		}
	}
	return e.entries()
}

// hintAt is what to type about what a look at a tree came to. What is in the way of treaty's own folders is set aside.
func hintAt(root string, err error) hint {
	if h := hintFor(err); h != nil || !errors.Is(err, volume.ErrUnfit) {
		return h
	}
	return exactly("treaty recover " + argument(root))
}

// unopened tells why the tree at dir cannot be opened.
func (e *examination) unopened(dir string, err error) error {
	var folder *store.NoFolder
	switch {
	case errors.Is(err, apply.ErrInvalid):
		return err
	case errors.As(err, &folder), hintFor(err) != nil && address.Is(dir):
		e.found(err.Error(), hintFor(err))
	case errors.Is(err, scan.ErrNotDirectory):
		return usage(exactly("treaty doctor --help"), "%s is not a directory", e.root)
	default:
		e.found(fmt.Sprintf("the tree is not here: %v", err), rightPath(dir))
	}
	return nil
}

// found says what is wrong, and what to type; nothing to type where h is nil.
func (e *examination) found(what string, h hint) {
	f := finding{Wrong: true, Says: render.Escape(what)}
	if h != nil {
		text := render.Escape(h(e.app.call))
		f.Hint = &text
	}
	e.findings = append(e.findings, f)
}

// fine says what is as it should be.
func (e *examination) fine(format string, args ...any) {
	e.findings = append(e.findings, finding{Says: fmt.Sprintf(format, args...)})
}
