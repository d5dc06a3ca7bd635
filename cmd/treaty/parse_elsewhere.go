package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// commandsElsewhere are commands of other programs that treaty has none of, and what tells of its own instead.
var commandsElsewhere = map[string]string{
	"version": "treaty --version",
	"diff":    "treaty plan --help", "check": "treaty plan --help", "compare": "treaty plan --help",
	"push": "treaty sync --help", "pull": "treaty sync --help", "copy": "treaty sync --help",
	"bisync": "treaty sync --help", "merge": "treaty resolve --help",
	"revert": "treaty undo --help", "rollback": "treaty undo --help", "history": "treaty log --help",
}

// commandFor is what to type for a command that there is none of.
func commandFor(word string, parsed *kong.Context) string {
	if at := slices.Index(parsed.Args, word) + 1; word == "help" && at < len(parsed.Args) {
		of := parsed.Args[at]
		if slices.ContainsFunc(parsed.Model.Children, func(n *kong.Node) bool { return !n.Hidden && n.Name == of }) {
			return "treaty " + of + " --help"
		}
	}
	return cmp.Or(commandsElsewhere[word], "treaty --help")
}

// flagsElsewhere are flags of other programs that treaty has under another name.
var flagsElsewhere = map[string]string{"--exclude": "--ignore", "--include": "--only"}

// flagFor is what to type for a flag that a command has not, "" for no command; false where nothing better than the
// command's help is known.
func flagFor(flag, command string, args []string) (hint, bool) {
	own, renamed := flagsElsewhere[flag]
	switch {
	case flag == "--dry-run", flag == "-n":
		return withoutDoing(command, args, flag), true
	case renamed && command == "plan", renamed && command == "sync":
		return then("treaty's flag for that is "+own, exactly("treaty "+command+" --help")), true
	case command == "apply" && (flag == "--yes" || flag == "-y"):
		return then("apply asks nothing: what it carries out is approved before", exactly("treaty approve --help")), true
	}
	return nil, false
}

// withoutDoing is for whoever asks a command by a flag to do nothing: what to type to see what it would do.
func withoutDoing(command string, args []string, flag string) hint {
	switch command {
	case "clean":
		return then("clean shows what it would remove, and asks before", exactly("treaty clean --help"))
	case "undo":
		return then("undo only writes a plan", exactly("treaty undo --help"))
	case "restore":
		return then("restore only writes a plan, unless --to copies to a folder", exactly("treaty restore --help"))
	case "recover":
		return then("status says what an interrupted apply left open", exactly("treaty status --help"))
	}
	const advice = "plan changes neither tree, and says what would be done"
	helped, rest := then(advice, exactly("treaty plan --help")), []string{"treaty", "plan"}
	if command != "sync" && command != "plan" {
		return helped
	}
	for _, arg := range args {
		switch {
		case arg == flag, arg == command:
		case strings.HasPrefix(arg, "-"):
			return helped
		default:
			rest = append(rest, argument(arg))
		}
	}
	return then(advice, exactly(strings.Join(rest, " ")))
}
