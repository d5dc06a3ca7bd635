package main

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"treaty/apply"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
	"treaty/plan/tree"
)

type resolveCommand struct {
	Take string `required:"" placeholder:"CHOICE" help:"take-local, take-remote, take-newer, keep-both or skip; or local, remote, newer, both for short."`
	All  bool   `help:"Settle all conflicts that allow it and are not settled yet."`
	// Two arguments, since the parser takes a list only up to the next flag.
	First string   `arg:"" optional:"" name:"PLAN" help:"The plan, if it ends in .json; else the first path."`
	Paths []string `arg:"" optional:"" sep:"none" name:"PATH" help:"Paths, directories or globs."`
}

// choices are the resolutions by what a person may type.
var choices = map[string]plan.Resolution{
	"local": plan.TakeLocal, "take-local": plan.TakeLocal,
	"remote": plan.TakeRemote, "take-remote": plan.TakeRemote,
	"newer": plan.TakeNewer, "take-newer": plan.TakeNewer,
	"both": plan.KeepBoth, "keep-both": plan.KeepBoth,
	"skip": plan.SkipPath,
}

// Run writes the resolutions into the plan file.
func (c *resolveCommand) Run(a *app) error {
	choice, ok := choices[c.Take]
	if !ok {
		return usage(then("choose local, remote, newer, both or skip", exactly("treaty resolve --help")), "%q is no choice", c.Take)
	}
	planPath, patterns := c.First, c.Paths
	if planPath != "" && !strings.HasSuffix(planPath, ".json") {
		planPath, patterns = "", append([]string{planPath}, patterns...)
	}
	if c.All == (len(patterns) > 0) {
		return usage(exactly("treaty resolve --help"), "resolve needs either paths or --all")
	}
	f, err := a.find(planPath)
	if err != nil {
		return err
	}
	if f.plan.FormatVersion != plan.FormatVersion {
		return usage(then("edit the JSON, or use a newer treaty", again), "%s is of version %s, and rewriting it would lose what only that knows", f.path, f.plan.FormatVersion)
	}
	if len(f.plan.Conflicts) == 0 {
		return usage(about("show"), "the plan has no conflicts")
	}
	settled := 0
	if c.All {
		settled = takeAll(f.plan, choice)
	} else if settled, err = takeMatching(f.plan, choice, patterns); err != nil {
		return err
	}
	f.plan.Summarize()
	text, err := apply.PlanText(f.plan)
	if err != nil {
		return err
	}
	if err := writeFile(f.path, text); err != nil {
		return err
	}
	left := f.plan.Unresolved()
	a.say("%s settled as %s, %d left", render.Count(settled, "conflict"), choice, left)
	if c.All && left > 0 {
		for i := range f.plan.Conflicts {
			if k := &f.plan.Conflicts[i]; k.Resolution == plan.Unresolved {
				a.say("  %s (%s) does not allow %s", render.Name(string(k.Path)), k.Kind, choice)
			}
		}
		return &apply.Refusal{Cause: apply.CauseConflicts, Why: fmt.Sprintf("%s left", render.Count(left, "conflict"))}
	}
	return nil
}

// takeAll settles what is open and allows the choice.
func takeAll(p *plan.Plan, choice plan.Resolution) int {
	settled := 0
	for i := range p.Conflicts {
		if k := &p.Conflicts[i]; k.Resolution == plan.Unresolved && k.Choices.Allows(choice) {
			k.Resolution = choice
			settled++
		}
	}
	return settled
}

// takeMatching settles what the patterns match. Each must match something, and all that they match must
// allow the choice; else nothing is settled.
func takeMatching(p *plan.Plan, choice plan.Resolution, patterns []string) (int, error) {
	chosen := map[int]bool{}
	for _, pattern := range patterns {
		if pattern == "" {
			return 0, usage(about("show"), "an empty path matches no conflict")
		}
		// On Windows \ separates too, and escapes nothing.
		pattern = path.Clean(strings.TrimSuffix(filepath.ToSlash(pattern), "/"))
		if !doublestar.ValidatePattern(pattern) {
			return 0, usage(about("show"), "%q is no glob", pattern)
		}
		found := false
		for i := range p.Conflicts {
			k := &p.Conflicts[i]
			if !matches(pattern, k) {
				continue
			}
			found = true
			if !k.Choices.Allows(choice) {
				return 0, usage(about("show"), "%s is no choice for %q", choice, string(k.Path))
			}
			chosen[i] = true
		}
		if !found {
			return 0, usage(about("show"), "%q matches no conflict", pattern)
		}
	}
	for i := range chosen {
		p.Conflicts[i].Resolution = choice
	}
	return len(chosen), nil
}

// matches tells whether a pattern is a conflict's path, a directory above it, or a glob for it.
func matches(pattern string, k *plan.Conflict) bool {
	for _, p := range []tree.Path{k.Path, k.RemotePath} {
		if p == "" {
			continue
		}
		if pattern == "." || p.Within(tree.Path(pattern)) {
			return true
		}
		if ok, err := doublestar.Match(pattern, string(p)); ok && err == nil {
			return true
		}
	}
	return false
}
