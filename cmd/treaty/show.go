package main

import (
	"bytes"
	"cmp"
	"path/filepath"
	"strings"

	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

type showCommand struct {
	planArgument
	Diffs *bool  `negatable:"" help:"Print the lines of diffs (the default)."`
	HTML  string `name:"html" placeholder:"FILE" help:"Write a page for a browser instead."`
}

// outside refuses to write a page where it would become part of what is synced, and the plan stale.
func (a *app) outside(p *plan.Plan, page string) error {
	local := cmp.Or(a.call.trees[plan.Local], p.Local.Root)
	plans := filepath.Join(local, tree.PrivateFolder, "plans")
	at := plan.Sides[string]{local, p.Remote.Root}
	for _, side := range plan.BothSides {
		root, err := scan.Open(at[side])
		if err != nil {
			continue // a tree that is not here holds no page
		}
		inside, err := held(root, plans, page)
		root.Close()
		if err != nil {
			return usage(about("show"), "--html %s: %v", page, err)
		}
		if inside {
			return usage(then("choose a file outside both trees, or leave --html out", about("show")),
				"--html %s lies inside the %s tree", page, side)
		}
	}
	return nil
}

// Run prints a plan for a person.
func (c *showCommand) Run(a *app) error {
	if strings.HasSuffix(c.Path, ".json") && a.namesInNewest(c.Path) {
		return usage(exactly("treaty show"), "%s is no plan, but a path in the newest one, which is shown whole", c.Path)
	}
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
		c.HTML = expandHome(c.HTML)
		if err := a.outside(f.plan, c.HTML); err != nil {
			return err
		}
		if err := writeFile(c.HTML, page.Bytes()); err != nil {
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
