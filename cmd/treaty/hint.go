package main

import (
	"fmt"
	"slices"
	"strings"

	"treaty/apply/reach"
	"treaty/cmd/treaty/internal/trees"
	"treaty/plan"
)

// invocation is how treaty was called, and what that turned out to be about: what hints are filled in with.
type invocation struct {
	// args are the whole command line, and dir is -C's as typed.
	args []string
	dir  string
	// name is the command's.
	name string
	// plan is PLAN as typed, "" where none was.
	plan string
	// trees are LOCAL and REMOTE, as typed or else absolute; "" as long as it is not known.
	trees plan.Sides[string]
	// about is the plan, nil as long as none was read.
	about *plan.Plan
	// looks tells that nobody needs to know from which bytes the plan was read.
	looks bool
	// flags are what shapes the plan that was asked for, nil where none was.
	flags *planFlags
	// asks tells whether a person can be asked, and draws whether there is a screen for a review too.
	asks, draws bool
}

// reached is a path as it leads there from where treaty was started: as it was typed, but with -C the whole of it.
func (i *invocation) reached(path string) string {
	if i.dir == "" || path == "-" {
		return path
	}
	return absolute(path)
}

// hint is a command to type, made when it is known how treaty was called; advice may stand before it. What
// it makes can be typed as printed, in the directory where it was printed.
type hint func(*invocation) string

// then is a command that helps after something else was done, or chosen against.
func then(advice string, h hint) hint {
	return func(i *invocation) string { return advice + ", then: " + h(i) }
}

// besides is then with a command in its advice, for which %s stands there.
func besides(advice string, first, h hint) hint {
	return func(i *invocation) string { return then(fmt.Sprintf(advice, first(i)), h)(i) }
}

// exactly is a command that needs nothing filled in.
func exactly(command string) hint {
	return func(*invocation) string { return command }
}

// helped is the help of the command that was called.
func helped(i *invocation) string { return strings.TrimSpace("treaty "+i.name) + " --help" }

// again is the command line as it was.
func again(i *invocation) string {
	words := []string{"treaty"}
	for _, arg := range i.args {
		words = append(words, argument(arg))
	}
	return strings.Join(words, " ")
}

// before is the command line with another argument before one that it has.
func before(argument, added string) hint {
	return func(i *invocation) string {
		at := max(slices.Index(i.args, argument), 0)
		return again(&invocation{args: slices.Insert(slices.Clone(i.args), at, added)})
	}
}

// instead is the command line with other arguments in place of one that it has.
func instead(i *invocation, argument string, others ...string) hint {
	at := slices.Index(i.args, argument)
	if at < 0 {
		return helped
	}
	changed := *i
	changed.args = slices.Concat(i.args[:at], others, i.args[at+1:])
	return func(*invocation) string { return again(&changed) }
}

// with is the command line with more flags, before a -- that makes words of all that follows.
func with(flags ...string) hint {
	return func(i *invocation) string {
		at := slices.Index(i.args, "--")
		if at < 0 {
			at = len(i.args)
		}
		return again(&invocation{args: slices.Insert(slices.Clone(i.args), at, flags...)})
	}
}

// about is a command about the same plan.
func about(name string, flags ...string) hint {
	return func(i *invocation) string { return i.aboutPlan(name, flags...).started() }
}

// in is a command that finds the tree at root from where it is started; "" is the tree that it finds anyway.
func in(root, name string, flags ...string) hint {
	return func(i *invocation) string { return i.inTree(root, name, flags...).started() }
}

// comparing is the command that compares the same trees anew, by the same options where flags don't say otherwise.
func comparing(flags ...string) hint {
	return func(i *invocation) string {
		words := slices.Concat([]string{"plan"}, flags)
		for _, option := range i.shaping() {
			if !slices.Contains(flags, option.flag) {
				words = append(words, option.words()...)
			}
		}
		return i.comparingBy(words)
	}
}

// comparingAll is comparing for what comes after a plan of a part: it is not limited to that.
func comparingAll(i *invocation) string {
	words := []string{"plan"}
	for _, option := range i.shaping() {
		if option.flag != "--only" {
			words = append(words, option.words()...)
		}
	}
	return i.comparingBy(words)
}

// comparingBy is the command that these words begin, of the same trees.
func (i *invocation) comparingBy(words []string) string {
	local, remote := reach.FindTree("."), i.trees[plan.Remote]
	if remote == "" && i.fromFile() {
		there := *i
		there.trees[plan.Remote], there.about = "FILE", nil
		return then("with the snapshot that it was made from (FILE)", func(i *invocation) string {
			return i.comparingBy(words)
		})(&there)
	}
	known := defaultRemote(local)
	switch here := i.trees[plan.Local] == "" || trees.SameDirectory(i.trees[plan.Local], local); {
	case here && known != "" && (remote == "" || trees.SameDirectory(remote, known)):
		return commandLine{i.dir, words}.started()
	case remote == "":
		return commandLine{i.dir, append(words, "--help")}.started()
	case !here:
		words = append(words, pathArgument(i.trees[plan.Local]))
	}
	return commandLine{i.dir, append(words, pathArgument(remote))}.started()
}

// fromFile tells whether the plan in question was made from the snapshot of a tree that is not looked for here.
func (i *invocation) fromFile() bool {
	return i.about != nil && i.about.Remote.From != nil && trees.RootHere(i.about, plan.Remote) == ""
}

// commandLine is one of treaty's, as if started in dir, "" for where it is typed.
type commandLine struct {
	dir   string
	words []string
}

// started says what is done before it says where.
func (c commandLine) started() string {
	words := append([]string{"treaty"}, c.words...)
	if c.dir != "" {
		words = append(words, "-C", pathArgument(c.dir))
	}
	return strings.Join(words, " ")
}

// next says where it is done first: that is the same for commands that stand below each other.
func (c commandLine) next() string {
	dir := ""
	if c.dir != "" {
		dir = "-C " + pathArgument(c.dir) + " "
	}
	return "treaty " + dir + strings.Join(c.words, " ")
}

// pathArgument is a path as an argument that is not taken for a flag. It stays a slash on Windows, which takes it too.
func pathArgument(path string) string {
	if strings.HasPrefix(path, "-") {
		path = "./" + path
	}
	return argument(path)
}

func (i *invocation) aboutPlan(name string, flags ...string) commandLine {
	if i.plan == "" {
		return i.inTree(i.trees[plan.Local], name, flags...)
	}
	return commandLine{i.dir, slices.Concat([]string{name}, flags, []string{pathArgument(i.plan)})}
}

// naming is a command about what these words name in of the plan.
func naming(words []string, name string, flags ...string) hint {
	return func(i *invocation) string {
		line := i.aboutPlan(name, flags...)
		for _, word := range words {
			line.words = append(line.words, pathArgument(word))
		}
		return line.started()
	}
}

func (i *invocation) inTree(root, name string, flags ...string) commandLine {
	dir := i.dir
	if found, err := reach.FindPlans("."); root != "" && (err != nil || !trees.SameDirectory(found, root)) {
		dir = root
	}
	return commandLine{dir, slices.Concat([]string{name}, flags)}
}

// unasked are the flags that a command needs which would ask, where nobody can be asked.
func (i *invocation) unasked() []string {
	if i.asks {
		return nil
	}
	return []string{"--yes"}
}
