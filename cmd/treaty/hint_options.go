package main

import (
	"fmt"
	"slices"
	"strings"

	"treaty/apply/reach"
	"treaty/cmd/treaty/internal/config"
	"treaty/cmd/treaty/internal/home"
	"treaty/plan"
)

// option is a flag of plan with its values, each as it is typed.
type option struct {
	flag   string
	values []string
}

// words are the option as it is typed: once for each value, alone where it takes none.
func (o option) words() (words []string) {
	if len(o.values) == 0 {
		return []string{o.flag}
	}
	for _, value := range o.values {
		if strings.HasPrefix(value, "-") {
			words = append(words, o.flag+"="+argument(value))
		} else {
			words = append(words, o.flag, argument(value))
		}
	}
	return words
}

// shaping are the options that shape the plan that hints are about, or the one that was asked for, and that the config
// of LOCAL does not give by itself. None are left out but leave to delete or replace much: that was given for what one
// plan does.
func (i *invocation) shaping() []option {
	c := i.configOfLocal()
	given, wanted := shaped(c, &planFlags{}), shaped(c, &planFlags{})
	switch {
	case i.about != nil:
		wanted = i.about.Options
	case i.flags != nil:
		wanted = shaped(c, i.flags)
	}
	return asFlags(&wanted, &given)
}

// configOfLocal is the config of the tree that is LOCAL; one that says nothing where it has none that can be read.
func (i *invocation) configOfLocal() *config.Config {
	root := i.trees[plan.Local]
	if root == "" {
		root = reach.FindTree(".")
	}
	folder, err := reach.Store(home.Expand(root))
	if err != nil {
		return &config.Config{}
	}
	defer folder.Close()
	c, err := readConfig(folder)
	if err != nil {
		return &config.Config{}
	}
	return c
}

// asFlags are the options that make of the given ones those that are wanted, as far as there are flags for that: a list
// can't be made empty, and what extensions say is the config's alone.
func asFlags(wanted, given *plan.Options) []option {
	return slices.Concat(
		listOption("--ignore", wanted.Ignore, given.Ignore),
		listOption("--only", wanted.Only, given.Only),
		toggleOption("default-ignores", wanted.DefaultIgnores, given.DefaultIgnores),
		choiceOption("--hash", &wanted.Hash, &given.Hash),
		choiceOption("--bidirectional", &wanted.Bidirectional, &given.Bidirectional),
		toggleOption("align-times", wanted.AlignTimes, given.AlignTimes),
		toggleOption("fix-modes", wanted.FixModes, given.FixModes),
		executableOptions(wanted.Executable.Overrides, given.Executable.Overrides),
		choiceOption("--diffs", &wanted.Diffs, &given.Diffs),
		listOption("--sensitive", wanted.Sensitive, given.Sensitive),
		listOption("--atomic", wanted.Atomic, given.Atomic),
		choiceOption("--max-deletes", &wanted.MaxDeletes, &given.MaxDeletes),
		keepOption(wanted, given),
		choiceOption("--local-fs", wanted.LocalFS, given.LocalFS),
		choiceOption("--remote-fs", wanted.RemoteFS, given.RemoteFS),
	)
}

// keepOption is how much room texts may take that are kept to merge by.
func keepOption(wanted, given *plan.Options) []option {
	if wanted.Keep() == given.Keep() {
		return nil
	}
	keep := plan.DefaultKeep
	if wanted.Merge != nil {
		keep = wanted.Merge.Keep
	}
	return []option{{"--merge-keep", []string{keep}}}
}

func listOption(flag string, wanted, given []string) []option {
	if len(wanted) == 0 || slices.Equal(wanted, given) {
		return nil
	}
	return []option{{flag, wanted}}
}

func toggleOption(name string, wanted, given bool) []option {
	switch {
	case wanted == given:
		return nil
	case wanted:
		return []option{{flag: "--" + name}}
	}
	return []option{{flag: "--no-" + name}}
}

// choiceOption is an option with one value; nil is none.
func choiceOption[T comparable](flag string, wanted, given *T) []option {
	if wanted == nil || given != nil && *wanted == *given {
		return nil
	}
	return []option{{flag, []string{fmt.Sprint(*wanted)}}}
}

// executableOptions are the rules that come after those of the config, which hold first.
func executableOptions(wanted, given []plan.ExecutableOverride) (out []option) {
	if len(wanted) >= len(given) && slices.Equal(wanted[:len(given)], given) {
		wanted = wanted[len(given):]
	}
	for _, rule := range wanted {
		flag := "--not-executable"
		if rule.Executable {
			flag = "--executable"
		}
		out = append(out, option{flag, []string{rule.Pattern}})
	}
	return out
}
