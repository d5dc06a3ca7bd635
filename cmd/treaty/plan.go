package main

import (
	"os"
	"path/filepath"

	"treaty/apply"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
	"treaty/plan/tree"
)

// planFlags shape a plan; each has its key in the config, and wins over it.
type planFlags struct {
	Ignore           []string            `sep:"none" placeholder:"PATTERN" help:"Leave this out (as in .gitignore; may be given often)."`
	DefaultIgnores   *bool               `negatable:"" help:"Leave out the litter of operating systems, such as .DS_Store (the default)."`
	Hash             *plan.HashWhat      `placeholder:"WHAT" help:"What to read and hash: conflicts, operations (the default) or all."`
	Bidirectional    *plan.Bidirectional `placeholder:"POLICY" help:"Whether updates in both directions are conflicts: auto (the default) or conflict."`
	AlignTimes       *bool               `negatable:"" help:"Also make the times of both sides the same, as far as the coarser one can tell them."`
	FixModes         *bool               `negatable:"" help:"Also set executable bits by the rules on files that are there already."`
	Executable       []string            `sep:"none" placeholder:"PATTERN" help:"Files that are executable, where one side has no modes."`
	NotExecutable    []string            `sep:"none" placeholder:"PATTERN" help:"Files that are not."`
	Diffs            *plan.DiffWhat      `placeholder:"WHAT" help:"Which diffs to write: conflicts (the default), updates or none."`
	Sensitive        []string            `sep:"none" placeholder:"PATTERN" help:"Files whose text is kept out of plans."`
	MaxDeletes       *int                `placeholder:"N" help:"How many deletes are too many (1000)."`
	AllowManyDeletes bool                `help:"Let this plan delete more than that."`
	NewPair          bool                `help:"Take a path for a new tree where another one was known."`
	LocalFS          *tree.Profile       `name:"local-fs" placeholder:"KIND" help:"Take LOCAL for posix, apfs, fat, exfat, ntfs or unknown."`
	RemoteFS         *tree.Profile       `name:"remote-fs" placeholder:"KIND" help:"Take REMOTE for one of these."`
}

// treeArguments name the two trees.
type treeArguments struct {
	First  string `arg:"" optional:"" name:"LOCAL" help:"One tree; the current directory if only REMOTE is given."`
	Second string `arg:"" optional:"" name:"REMOTE" help:"The other tree; the config's remote if none is given."`
}

type planCommand struct {
	treeArguments
	planFlags
	Output   string `short:"o" placeholder:"FILE" help:"Write the plan here instead of LOCAL/.treaty/plans; - is standard output."`
	ExitCode bool   `help:"Exit with 10 if changes are waiting, 11 if something is in their way."`
}

// Run compares and writes the plan.
func (c *planCommand) Run(a *app) error {
	p, err := openPair(c.First, c.Second)
	if err != nil {
		return err
	}
	defer p.close()
	if err := c.checkOutput(p); err != nil {
		return err
	}
	made, err := p.compare(a, &c.planFlags)
	if err != nil {
		return err
	}
	path, err := c.write(a, p, made)
	if err != nil {
		return err
	}
	if c.Output != "-" && !a.quiet {
		if err := a.summary(made.plan); err != nil {
			return err
		}
		a.say("")
		a.say("Plan: %s", render.Name(path))
		a.say("Next: %s", next(made.plan, c.argument(path)))
	}
	if c.ExitCode {
		return pending(made.plan)
	}
	return nil
}

// checkOutput refuses to write the plan where it would become part of what is synced.
func (c *planCommand) checkOutput(p *pair) error {
	if c.Output == "" || c.Output == "-" {
		return nil
	}
	plans := p.stores[plan.Local].Path("plans")
	abs, err := filepath.Abs(c.Output)
	if err != nil {
		return err
	}
	if folder, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil && folder == plans {
		return nil
	}
	for _, side := range plan.BothSides {
		inside, err := p.roots[side].Holds(abs)
		if err != nil {
			return usage("", "-o %s: %v", c.Output, err)
		}
		if inside {
			return usage("choose a file outside both trees, or leave -o out", "-o %s lies inside the %s tree", c.Output, side)
		}
	}
	return nil
}

// write writes the plan, and what is kept beside it, and returns the plan's path.
func (c *planCommand) write(a *app, p *pair, made *planned) (string, error) {
	store := p.stores[plan.Local]
	if c.Output == "" {
		path, err := store.SavePlan(made.plan)
		if err != nil {
			return "", err
		}
		return path, store.SaveDigests(made.plan.ID, made.digests)
	}
	made.plan.Schema = ""
	text, err := apply.PlanText(made.plan)
	if err != nil {
		return "", err
	}
	if c.Output == "-" {
		_, err := os.Stdout.Write(text)
		return c.Output, err
	}
	if err := writeFile(c.Output, text); err != nil {
		return "", err
	}
	return c.Output, store.SaveDigests(made.plan.ID, made.digests)
}

// argument is how a later command names the plan: not at all where it is found by itself.
func (c *planCommand) argument(path string) string {
	if c.Output != "" {
		return " " + render.Name(path)
	}
	if cwd, err := os.Getwd(); err == nil {
		if found, err := apply.FindStore(cwd); err == nil && filepath.Dir(filepath.Dir(filepath.Dir(path))) == found {
			return ""
		}
	}
	return " " + render.Name(path)
}

// next is what to type after a plan was made.
func next(p *plan.Plan, argument string) string {
	switch {
	case p.Empty() && (p.News || p.Local.ID == nil || p.Remote.ID == nil):
		return "treaty apply" + argument + " changes no file, and records what both trees agree on"
	case p.Empty():
		return "nothing to do"
	case p.Unresolved() > 0:
		return "treaty show" + argument + ", then treaty resolve" + argument + " --take CHOICE PATH…"
	}
	return "treaty show" + argument + ", then treaty approve" + argument + ", then treaty apply" + argument
}

// pending is the exit code for scripts that ask whether there is anything to do.
func pending(p *plan.Plan) error {
	switch {
	case len(p.Conflicts) > 0 || p.Summary.Problems.Blocked > 0:
		return exitStatus(exitAttention)
	case !p.Empty():
		return exitStatus(exitChanges)
	}
	return nil
}

func (a *app) summary(p *plan.Plan) error {
	if a.quiet {
		return nil
	}
	return render.Summary(a.stdout, p, render.Options{Color: a.color})
}
