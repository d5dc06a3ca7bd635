package main

import (
	"bytes"

	"treaty/cmd/treaty/internal/render"
)

type showCommand struct {
	planArgument
	Diffs *bool  `negatable:"" help:"Print the lines of diffs (the default)."`
	HTML  string `name:"html" placeholder:"FILE" help:"Write a page for a browser instead."`
}

// Run prints a plan for a person.
func (c *showCommand) Run(a *app) error {
	f, err := a.find(c.Path)
	if err != nil {
		return err
	}
	opts := a.view(f.plan, c.Diffs == nil || *c.Diffs)
	if c.HTML != "" {
		var page bytes.Buffer
		if err := render.HTML(&page, f.plan, opts); err != nil {
			return err
		}
		if c.HTML == "-" {
			_, err := page.WriteTo(a.stdout)
			return err
		}
		if err := writeFile(expandHome(c.HTML), page.Bytes()); err != nil {
			return err
		}
		a.say("Page: %s", render.Name(c.HTML))
		return nil
	}
	if f.plan.Empty() && len(f.plan.Problems) == 0 {
		return a.summary(f.plan)
	}
	return render.Show(a.stdout, f.plan, opts)
}
