package main

import (
	"bytes"
	"fmt"
	"strings"

	"treaty/apply/reach"
	"treaty/cmd/treaty/internal/config"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
	"treaty/plan/address"
	"treaty/plan/tree"
)

// planFlags shape a plan; each has its key in the config, and wins over it.
type planFlags struct {
	Ignore           []string            `sep:"none" placeholder:"PATTERN" help:"Leave this out (as in .gitignore; may be given often), as if it was never synced: a later plan without it copies back what one side has deleted since."`
	Only             []string            `sep:"none" placeholder:"PATTERN" help:"Plan only what matches this (as in .gitignore, from the tree's root; may be given often), and leave the rest as it is."`
	DefaultIgnores   *bool               `negatable:"" help:"Leave out the litter of operating systems, such as .DS_Store (the default)."`
	Hash             *plan.HashWhat      `enum:"conflicts,operations,all" placeholder:"WHAT" help:"What to read and hash: conflicts, operations (the default) or all."`
	Bidirectional    *plan.Bidirectional `enum:"auto,conflict" placeholder:"POLICY" help:"Whether updates in both directions are conflicts: auto (the default) or conflict."`
	AlignTimes       *bool               `negatable:"" help:"Also make the times of both sides the same, as far as the coarser one can tell them."`
	FixModes         *bool               `negatable:"" help:"Also set executable bits by the rules on files that are there already."`
	Executable       []string            `sep:"none" placeholder:"PATTERN" help:"Files that are executable, where one side has no modes."`
	NotExecutable    []string            `sep:"none" placeholder:"PATTERN" help:"Files that are not."`
	Diffs            *plan.DiffWhat      `enum:"none,conflicts,updates" placeholder:"WHAT" help:"Which diffs to write: conflicts (the default), updates or none."`
	Sensitive        []string            `sep:"none" placeholder:"PATTERN" help:"Files whose text is kept out of plans."`
	Atomic           []string            `sep:"none" placeholder:"PATTERN" help:"Directories that are taken whole, such as .git (as in .gitignore; may be given often)."`
	MaxDeletes       *int                `placeholder:"N" help:"How many deletes are too many (1000)."`
	MergeKeep        *string             `placeholder:"SIZE" help:"How much room texts may take that are kept to merge by (256MiB); 0 keeps none."`
	AllowManyDeletes bool                `help:"Let this plan delete more than that."`
	AllowManyUpdates bool                `help:"Let this plan replace more than half of a tree's files."`
	NewPair          bool                `help:"Take a path for a new tree where another one was known."`
	LocalFS          *tree.Profile       `name:"local-fs" placeholder:"KIND" help:"Take LOCAL for posix, apfs, fat, exfat, ntfs or unknown."`
	RemoteFS         *tree.Profile       `name:"remote-fs" placeholder:"KIND" help:"Take REMOTE for one of these."`
}

// treeArguments name the two trees.
type treeArguments struct {
	First  string `arg:"" optional:"" name:"LOCAL" help:"One tree; that of the current directory if only REMOTE is given."`
	Second string `arg:"" optional:"" name:"REMOTE" help:"The other tree: a directory, an address (ssh://user@host/path), for plan a snapshot's file too, or its name in the config's remotes; the config's remote, or the directory last synced with, if none is given."`
}

// Validate holds numbers to their range.
func (f *planFlags) Validate() error {
	if f.MaxDeletes != nil && *f.MaxDeletes < 0 {
		return fmt.Errorf("--max-deletes needs 0 (no limit) or more")
	}
	if f.MergeKeep != nil {
		if err := plan.CheckKeep(*f.MergeKeep); err != nil {
			return fmt.Errorf("--merge-keep: %w", err)
		}
	}
	return nil
}

// asConfig is what a config would say that says the same as the flags, but for what is asked of one plan only.
func (f *planFlags) asConfig() *config.Config {
	c := &config.Config{
		Ignore: f.Ignore, DefaultIgnores: f.DefaultIgnores, Hash: f.Hash, Bidirectional: f.Bidirectional,
		AlignTimes: f.AlignTimes, FixModes: f.FixModes, Diffs: f.Diffs, Sensitive: f.Sensitive, Atomic: f.Atomic,
		MaxDeletes: f.MaxDeletes, LocalFS: f.LocalFS, RemoteFS: f.RemoteFS, Executable: &plan.Executable{},
	}
	c.Merge.Keep = f.MergeKeep
	for _, pattern := range f.Executable {
		c.Executable.Overrides = append(c.Executable.Overrides, plan.ExecutableOverride{Pattern: pattern, Executable: true})
	}
	for _, pattern := range f.NotExecutable {
		c.Executable.Overrides = append(c.Executable.Overrides, plan.ExecutableOverride{Pattern: pattern})
	}
	return c
}

type planCommand struct {
	treeArguments
	planFlags
	planOutput
	ExitCode bool `help:"Exit with 10 if changes are waiting, 11 if something is in their way."`
}

// Run compares and writes the plan.
func (c *planCommand) Run(a *app) error {
	a.call.flags = &c.planFlags
	p, err := a.openPair(c.First, c.Second)
	if err != nil {
		return err
	}
	defer p.close()
	if err := c.check(p, comparing); err != nil {
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
	if c.Output != "-" && !a.Quiet {
		if err := a.summaryOf(p, made.plan); err != nil {
			return err
		}
		a.pointTo(made, path, c.Output)
		if err := a.listing(made.plan, a.call.aboutPlan("show").next()); err != nil {
			return err
		}
		a.Say("")
		a.sayNext(made, path)
	}
	if c.ExitCode {
		return pending(made.plan)
	}
	return nil
}

// pointTo makes hints be about a plan that was written to output, or else in the tree that is LOCAL.
func (a *app) pointTo(made *planned, path, output string) {
	a.call.plan = output
	if output == "" && !newest(made.plan, path) {
		a.call.plan = path
	}
}

// sayNext says where a plan is and what to type.
func (a *app) sayNext(made *planned, path string) {
	a.Say("Plan: %s", render.Name(a.call.reached(path)))
	a.Say("Next: %s", strings.Join(next(made, a.call), "\n      "))
}

// newest tells whether a plan is the one that is found where none is named. The clock may have been set back since
// another one was made, or somebody gave a file a name of his own.
func newest(p *plan.Plan, path string) bool {
	folder, err := reach.Store(p.Local.Root)
	if err != nil {
		return false
	}
	defer folder.Close()
	found, err := folder.Newest()
	return err == nil && found == path
}

// next is what to type after a plan was made, a command a line; none that is known to be refused.
func next(made *planned, i *invocation) []string {
	p := made.plan
	switch {
	case p.Empty() && (p.News || p.Local.ID == nil || p.Remote.ID == nil):
		apply := i.aboutPlan("apply", toldWhere(p)...).next() + "   (changes no file; it records what both trees agree on)"
		if made.asked {
			return i.toApprove(apply)
		}
		return []string{apply}
	case p.Empty() && p.Blocked():
		return []string{i.aboutPlan("show").next()}
	case p.Empty():
		return []string{"nothing to do"}
	case p.Unresolved() > 0 && i.draws:
		return []string{i.aboutPlan("review").next(), i.aboutPlan("resolve").next() + " --take CHOICE PATH…"}
	case p.Unresolved() > 0:
		return []string{i.aboutPlan("show").next(), i.aboutPlan("resolve").next() + " --take CHOICE PATH…"}
	case p.TooMuch() != nil:
		return []string{i.aboutPlan("show").next(), comparing(allowing(p)...)(i)}
	}
	return append([]string{i.aboutPlan("show").next()}, i.toApprove(i.aboutPlan("apply", toldWhere(p)...).next())...)
}

// toldWhere are the flags by which apply is told where the trees of a plan are that it does not look for here.
func toldWhere(p *plan.Plan) (flags []string) {
	for _, side := range plan.BothSides {
		of, where := p.Snapshot(side), "DIR"
		if address.Is(of.Root) {
			where = argument(of.Root)
		}
		if !reach.Means(of) {
			flags = append(flags, "--"+side.String(), where)
		}
	}
	return flags
}

// toApprove are the lines to type that approve the plan, and those after them; none of these where a key has to be made
// first.
func (i *invocation) toApprove(after ...string) []string {
	if first := i.onlyMakeKey(); first != "" {
		return []string{first}
	}
	return append([]string{i.aboutPlan("approve", i.signing()...).next()}, after...)
}

// hindered tells whether something is in the way of a plan: conflicts, blocked paths, or that it does too much.
func hindered(p *plan.Plan) bool { return len(p.Conflicts) > 0 || p.Blocked() || p.TooMuch() != nil }

// pending is the exit code for scripts that ask whether there is anything to do.
func pending(p *plan.Plan) error {
	switch {
	case hindered(p):
		return exitStatus(exitAttention)
	case !p.Empty():
		return exitStatus(exitChanges)
	}
	return nil
}

// summaryOf is the summary of a plan of two trees, which says which REMOTE is, where nobody typed it.
func (a *app) summaryOf(trees *pair, p *plan.Plan) error {
	if named := trees.found.named(); named != "" {
		a.Say("%s", render.Escape(named))
	}
	return a.summary(p)
}

func (a *app) summary(p *plan.Plan) error {
	if a.Quiet {
		return nil
	}
	return render.Summary(a.Stdout, p, a.view(p, false))
}

// listing lists a plan beside its summary, as far as that is little; show is the command that shows all of it.
func (a *app) listing(p *plan.Plan, show string) error {
	if a.Quiet {
		return nil
	}
	var list bytes.Buffer
	err := render.List(&list, p, show, a.view(p, false))
	if err != nil || list.Len() == 0 {
		return err
	}
	a.Say("")
	_, err = list.WriteTo(a.Stdout)
	return err
}
