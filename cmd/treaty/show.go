package main

import (
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/home"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/trees"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/schema"
)

type showCommand struct {
	Diffs      *bool  `negatable:"" help:"Print the lines of diffs (the default)."`
	All        bool   `help:"List each operation in a line of its own, also those of a folder, and settled conflicts whole."`
	Unresolved bool   `help:"List only the conflicts that are not settled."`
	Since      string `placeholder:"PLAN" help:"Print only what is new, gone or different since an earlier plan of these trees."`
	JSON       bool   `name:"json" help:"Print the plan as JSON: exactly the text of its file or, of a part, that part as a plan."`
	Markdown   bool   `help:"Print it as Markdown, for a pull request or a chat."`
	HTML       string `name:"html" placeholder:"FILE" help:"Write a page for a browser instead, of the whole plan."`
	Open       bool   `help:"Open the page in the browser; without --html it lies beside the plan."`
	planAndWords
}

// Run prints a plan for a person, or a part of it.
func (c *showCommand) Run(a *app) error {
	return a.Paged(func() error { return c.run(a) })
}

func (c *showCommand) run(a *app) error {
	planPath, words := a.split(&c.planAndWords)
	a.call.looks = c.HTML == "" && !c.Open
	f, err := a.find(planPath)
	if err != nil {
		return err
	}
	opts := a.view(f.plan, c.Diffs == nil || *c.Diffs)
	if c.HTML != "" || c.Open {
		if len(words) > 0 || c.All || c.Unresolved || c.Markdown || c.JSON || c.Since != "" {
			return usage(exactly("treaty show --help"),
				"--html writes the whole plan: no PATH, --all, --unresolved, --since, --json or --markdown goes with it")
		}
		return c.page(a, f, opts)
	}
	opts.All = c.All
	if opts.Only, err = c.selection(f.plan, words); err != nil {
		return err
	}
	if c.Since != "" {
		if len(words) > 0 || c.Unresolved || c.Markdown || c.JSON {
			return usage(exactly("treaty show --help"),
				"--since shows all that differs: no PATH, --unresolved, --json or --markdown goes with it")
		}
		return c.since(a, f, opts)
	}
	if c.JSON {
		return c.json(a, f, opts.Only)
	}
	if !c.Unresolved {
		opts.Glance = &render.Glance{Free: trees.Free(f.plan)}
	}
	if c.Markdown {
		return render.Markdown(a.Stdout, f.plan, opts)
	}
	if f.plan.Empty() && len(f.plan.Problems) == 0 {
		return a.summary(f.plan)
	}
	return render.Show(a.Stdout, f.plan, opts)
}

// json prints the plan, or a part of it, which is a plan too.
func (c *showCommand) json(a *app, f *planFile, part *render.Selection) error {
	switch {
	case c.Markdown:
		return usage(exactly("treaty show --help"), "--json and --markdown are one too many")
	case part != nil:
		p := *f.plan
		keep(&p, part)
		return store.WritePlan(a.Stdout, &p)
	}
	text, err := readFile(f.path, schema.Plan)
	if err != nil {
		return err
	}
	_, err = a.Stdout.Write(text)
	return err
}

// keep leaves in a plan what is selected.
func keep(p *plan.Plan, part *render.Selection) {
	p.Operations = those(p.Operations, func(at int) bool { return part.IDs[p.Operations[at].ID] })
	p.Conflicts = those(p.Conflicts, func(at int) bool { return part.IDs[p.Conflicts[at].ID] })
	p.Problems = those(p.Problems, func(at int) bool { return part.Problems[at] })
	p.Summarize()
}

// those are the elements of a list whose places are wanted, in a list of their own.
func those[T any](list []T, wanted func(at int) bool) []T {
	found := []T{}
	for at := range list {
		if wanted(at) {
			found = append(found, list[at])
		}
	}
	return found
}

// since prints what differs from an earlier plan: what is new or otherwise, and then what that one had instead.
func (c *showCommand) since(a *app, f *planFile, opts render.Options) error {
	earlier, err := readPlan(home.Expand(c.Since))
	if err != nil {
		return err
	}
	for _, side := range plan.BothSides {
		if was, is := earlier.plan.Snapshot(side).ID, f.plan.Snapshot(side).ID; was != nil && is != nil && *was != *is {
			return usage(about("show"), "%s is a plan of another tree on %s", c.Since, side)
		}
	}
	news, gone := plan.Differing(f.plan, earlier.plan), plan.Differing(earlier.plan, f.plan)
	before := opts
	opts.Only, before.Only = (*render.Selection)(&news), (*render.Selection)(&gone)
	opts.All, before.All = true, true
	all := len(f.plan.Operations) + len(f.plan.Conflicts) + len(f.plan.Problems)
	a.Say("Since the plan of %s: %d new or changed, %d as before", opts.Time(earlier.plan.CreatedAt),
		news.Size(), all-news.Size())
	if err := partly(a, f.plan, news, opts); err != nil || gone.Size() == 0 {
		return err
	}
	a.Say("\nIn that plan, and not or not so in this one: %d", gone.Size())
	return partly(a, earlier.plan, gone, before)
}

// partly prints a part of a plan that may be empty.
func partly(a *app, p *plan.Plan, part plan.Part, opts render.Options) error {
	if part.Size() == 0 {
		return nil
	}
	a.Say("")
	return render.Show(a.Stdout, p, opts)
}

// selection is what is asked for of a plan, nil for all.
func (c *showCommand) selection(p *plan.Plan, words []string) (*render.Selection, error) {
	if len(words) == 0 && !c.Unresolved {
		return nil, nil
	}
	list := allOf(conflictElements(p), operationElements(p), problemElements(p))
	if c.Unresolved {
		list = unresolved(p)
	}
	ids := having(list, func(tree.Path) bool { return true })
	if len(words) > 0 {
		var err error
		if ids, err = pick(p, list, words, "part of the plan"); err != nil {
			return nil, err
		}
	}
	chosen := &render.Selection{IDs: map[int]bool{}, Problems: map[int]bool{}}
	for _, id := range ids {
		if id < 0 {
			chosen.Problems[-1-id] = true
		} else {
			chosen.IDs[id] = true
		}
	}
	return chosen, nil
}

// unresolved are the conflicts of a plan that are not settled.
func unresolved(p *plan.Plan) elements {
	return conflictsThat(p, func(c *plan.Conflict) bool { return c.Resolution == plan.Unresolved })
}
