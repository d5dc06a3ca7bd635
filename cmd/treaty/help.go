package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"github.com/alecthomas/kong"

	"treaty/cmd/treaty/internal/manual"
	"treaty/cmd/treaty/internal/render"
)

// examples stand in the help and the manual page of each command, by its name; those of "" are a day's.
var examples = map[string][]manual.Example{
	"": {
		{Command: "treaty sync ~/work /media/stick",
			Says: "the first time: both trees are named, what will happen is shown, and a question asked"},
		{Command: "treaty sync", Says: "from then on, from anywhere in a tree that was synced"},
		{Command: "treaty plan && treaty review && treaty apply",
			Says: "the same in three steps, which may be those of three people"},
	},
	"plan": {
		{Command: "treaty plan ~/work /media/stick", Says: "compare two trees, and write what should happen to a file"},
		{Command: "treaty plan", Says: "compare the tree here with the one that it was last synced with"},
		{Command: "treaty plan --only photos/", Says: "compare only that folder, and leave the rest for later"},
		{Command: "treaty plan ~/work stick.snapshot",
			Says: "plan with what treaty snapshot has written, where the stick is not"},
		{Command: "treaty plan --hash all", Says: "read every file, also where size and time say that it is as it was"},
	},
	"show": {
		{Command: "treaty show", Says: "read the newest plan of the tree here"},
		{Command: "treaty show --unresolved", Says: "only what is still to be decided"},
		{Command: "treaty show --html ~/plan.html", Says: "a page for a browser, also for somebody without treaty"},
	},
	"review": {
		{Command: "treaty review", Says: "settle the newest plan, a key a choice; ? lists the keys"},
	},
	"resolve": {
		{Command: "treaty resolve --take local letters/", Says: "keep what is here of a folder"},
		{Command: "treaty resolve --take both '#7'", Says: "keep both versions of the conflict that show numbers so"},
		{Command: "treaty resolve --take merged --all", Says: "take the merges of texts that both sides changed"},
		{Command: "treaty resolve --edit notes/a.txt", Says: "make a merge whole in your editor"},
		{Command: "treaty resolve --take newer --all", Says: "settle all that allow it by their times"},
	},
	"skip": {
		{Command: "treaty skip photos/", Says: "leave all of a folder out of the newest plan"},
		{Command: "treaty skip --undo photos/new.jpg", Says: "take one file in again"},
	},
	"approve": {
		{Command: "treaty approve", Says: "read the summary of the newest plan, and answer a question"},
		{Command: "treaty approve --sign ~/.ssh/id_ed25519", Says: "approve with a signature"},
	},
	"apply": {
		{Command: "treaty apply", Says: "carry out the newest plan, which was approved"},
		{Command: "treaty apply --verify", Says: "and read back from the device what was written"},
	},
	"recover": {
		{Command: "treaty recover", Says: "undo what an interrupted apply had begun; treaty apply would go on with it"},
	},
	"undo": {
		{Command: "treaty undo", Says: "write a plan that reverses the last apply"},
		{Command: "treaty undo 3", Says: "reverse the one that treaty log numbers so"},
	},
	"restore": {
		{Command: "treaty restore --list", Says: "what applies replaced or deleted, the newest first"},
		{Command: "treaty restore notes/ideas.txt", Says: "write a plan that brings it back on both sides"},
		{Command: "treaty restore notes/ --from 3 --to /tmp/old",
			Says: "copy what number 3 replaced or deleted of a folder, and leave both trees as they are"},
	},
	"snapshot": {
		{Command: "treaty snapshot /media/stick -o stick.snapshot", Says: "what is on the stick, and what it hashes to"},
		{Command: "treaty snapshot --verify stick.snapshot /media/stick", Says: "is what is there still what it was?"},
	},
	"log": {
		{Command: "treaty log", Says: "a line for each apply"},
		{Command: "treaty log 3", Says: "the third whole, with diffs as far as both versions are still there"},
		{Command: "treaty log --path letters/kim.txt", Says: "when and by which plans that file came to be as it is"},
		{Command: "treaty log --verify", Says: "hash all of the archive again"},
	},
	"clean": {
		{Command: "treaty clean --older-than 8w", Says: "show what is older than eight weeks, and ask before removing it"},
	},
	"status": {
		{Command: "treaty status", Says: "is the tree here in step with the other one"},
		{Command: "treaty status --exit-code",
			Says: "the same for a script: 10 if changes are waiting, 11 if something is in their way"},
	},
	"sync": {
		{Command: "treaty sync ~/work ssh://nas/srv/work", Says: "with a tree on another machine that has treaty too"},
		{Command: "treaty sync ~/work /media/stick", Says: "the first time"},
		{Command: "treaty sync", Says: "from then on, from anywhere in one of the trees"},
	},
	"init": {
		{Command: "treaty init ~/work /media/stick", Says: "set up a pair; without names, on a terminal, it asks"},
	},
	"config": {
		{Command: "treaty config", Says: "all keys, what holds of each, and where that is from"},
		{Command: "treaty config hash", Says: "what a key is for, and what it may be"},
		{Command: "treaty config remotes.stick /media/stick", Says: "give a tree a name, which plan takes for its path"},
		{Command: "treaty config hash --unset", Says: "back to the default"},
	},
	"ignore": {
		{Command: "treaty ignore '*.tmp' build/", Says: "leave these out, and say what that leaves out"},
	},
	"agent": {
		{Command: "treaty agent --root /srv/tree",
			Says: "in authorized_keys, before the key: command=\"treaty agent --root /srv/tree\",restrict"},
	},
	"doctor": {
		{Command: "treaty doctor", Says: "look at the tree here, and at those that it was synced with"},
	},
	"schema": {
		{Command: "treaty schema plan", Says: "what every plan is held to"},
	},
	"demo": {
		{Command: "treaty demo", Says: "see a first sync, a conflict and a second sync of two small trees"},
	},
	"completion": {
		{Command: "treaty completion bash > ~/.local/share/bash-completion/completions/treaty",
			Says: "for bash, from the next shell on"},
	},
}

// help prints the parser's help, and examples below it.
func help(options kong.HelpOptions, parsed *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, parsed); err != nil {
		return err
	}
	command := parsed.Selected()
	if command == nil {
		return nil // the list of commands fills a screen already
	}
	for i, e := range examples[command.Name] {
		if i == 0 {
			fmt.Fprint(parsed.Stdout, "\nExamples:\n")
		}
		fmt.Fprintf(parsed.Stdout, "  %s\n", e.Command)
		if err := render.Line(parsed.Stdout, e.Says, 6, 6, render.Options{Width: options.WrapUpperBound}); err != nil {
			return err
		}
	}
	return nil
}

// exits are the exit codes and what they mean.
var exits = []manual.Exit{
	{Code: 0, Means: "done; for plan: written, or already in sync"},
	{Code: exitFailed, Means: "failed, and nothing was changed; for doctor and snapshot --verify: something is wrong"},
	{Code: exitUsage, Means: "a mistake on the command line, or a file that is not a valid plan, approval or config"},
	{Code: exitConflicts, Means: "conflicts are not resolved"},
	{Code: exitStale, Means: "the plan is stale: a tree has changed since, or it was applied already"},
	{Code: exitNotApproved, Means: "not approved, edited since, or too few valid signatures"},
	{Code: exitPartial,
		Means: "applied in part, a change met midway included; or an apply was interrupted: apply again, or recover"},
	{Code: exitSafety,
		Means: "safety stop: a tree is missing or not the one that was planned, too many deletes or updates, no space"},
	{Code: exitLocked, Means: "another treaty works on one of the trees"},
	{Code: exitChanges, Means: "plan or status with --exit-code: changes are waiting, and nothing is in their way"},
	{Code: exitAttention, Means: "the same: there are conflicts, blocked paths, or too many deletes or updates"},
	{Code: exitInterrupted, Means: "interrupted, by Ctrl-C, SIGTERM or SIGHUP: as after 6"},
}

// manualCommand writes the manual pages, for whoever packs a release.
type manualCommand struct {
	Dir string `arg:"" name:"DIR" help:"Where the pages are written; it must be there."`
}

// Run writes them.
func (c *manualCommand) Run() error {
	whole, err := model()
	if err != nil {
		return err
	}
	book := &manual.Book{Model: whole, Examples: examples, Exits: exits, Version: "treaty " + version(), Day: committed()}
	pages := book.Pages()
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		if err := os.WriteFile(filepath.Join(c.Dir, name), pages[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// committed is the day of the commit that was built, zero where the go command did not record it.
func committed() time.Time {
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return time.Time{}
	}
	for _, setting := range info.Settings {
		if at, err := time.Parse(time.RFC3339, setting.Value); err == nil && setting.Key == "vcs.time" {
			return at
		}
	}
	return time.Time{}
}
