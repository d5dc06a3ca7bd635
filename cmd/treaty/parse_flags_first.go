package main

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// flagsFirst is a command line with the command's flags before its words, and a -- between. The parser ends a list of
// words where a flag or a -- follows, so that in "skip 1 2 -q 3" the last would belong to nothing. A line that names no
// command, has a flag that the grammar does not know or that lacks its value, or is passed on unread is returned as it
// is.
func flagsFirst(model *kong.Application, args []string) []string {
	at, command := commandIn(model, args)
	if command == nil || command.Passthrough {
		return args
	}
	var flags, words []string
	for rest := args[at+1:]; len(rest) > 0; {
		taken := flagLength(command, rest)
		switch {
		case rest[0] == "--":
			words, rest = append(words, rest[1:]...), nil
			continue
		case taken == 0 && isFlag(rest[0]), taken > len(rest):
			return args
		case taken == 0:
			words, rest = append(words, rest[0]), rest[1:]
			continue
		}
		flags, rest = append(flags, rest[:taken]...), rest[taken:]
	}
	if len(words) == 0 {
		return args
	}
	return slices.Concat(args[:at+1], flags, []string{"--"}, words)
}

// commandIn finds the command of a command line, and where it stands; nil where it names none.
func commandIn(model *kong.Application, args []string) (at int, command *kong.Node) {
	for at < len(args) {
		taken := flagLength(model.Node, args[at:])
		if taken == 0 {
			break
		}
		at += taken
	}
	if at >= len(args) {
		return at, nil
	}
	named := func(n *kong.Node) bool { return n.Name == args[at] }
	if i := slices.IndexFunc(model.Children, named); i >= 0 {
		return at, model.Children[i]
	}
	return at, nil
}

// isFlag tells whether an argument is a flag; a - alone is a word.
func isFlag(arg string) bool { return len(arg) > 1 && arg[0] == '-' }

// flagLength is how many arguments the flag at the begin of args is, with its value, which may be missing; 0 where
// there is none that the command or the whole grammar knows.
func flagLength(command *kong.Node, args []string) int {
	name, isLong := strings.CutPrefix(args[0], "--")
	switch {
	case !isFlag(args[0]) || name == "":
		return 0
	case isLong:
		name, _, hasValue := strings.Cut(name, "=")
		f := flagOf(command, func(f *kong.Flag) bool {
			return f.Name == name || "no-"+f.Name == name && f.Tag.Negatable != ""
		})
		if f == nil {
			return 0
		}
		return length(f, hasValue)
	}
	letters := []rune(args[0][1:])
	for i, letter := range letters {
		f := flagOf(command, func(f *kong.Flag) bool { return f.Short == letter })
		if f == nil {
			return 0
		}
		if !f.IsBool() {
			return length(f, i < len(letters)-1)
		}
	}
	return 1
}

// length is how many arguments a flag is, of which the first has its value or not.
func length(f *kong.Flag, hasValue bool) int {
	if f.IsBool() || hasValue {
		return 1
	}
	return 2
}

// flagOf is the flag of a command, or of the whole grammar, that is asked for; nil where there is none.
func flagOf(command *kong.Node, wanted func(*kong.Flag) bool) *kong.Flag {
	for n := command; n != nil; n = n.Parent {
		if i := slices.IndexFunc(n.Flags, wanted); i >= 0 {
			return n.Flags[i]
		}
	}
	return nil
}
