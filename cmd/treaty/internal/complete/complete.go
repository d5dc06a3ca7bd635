// Package complete says what may come next on a command line, by the grammar that parses it, and holds the scripts with
// which shells ask for that. It reads nothing: what depends on the trees is asked of whoever knows.
package complete

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Candidate is a word that may stand where the cursor is, and what it is for, "" where it needs no words.
type Candidate struct{ Word, Help string }

// Rest is what may stand where the cursor is besides the candidates; shells list that by themselves.
type Rest string

// What the scripts know.
const (
	Nothing     Rest = "nothing"
	Files       Rest = "files"
	Directories Rest = "directories"
)

// Line is a command line up to the cursor, as far as the grammar reads it.
type Line struct {
	// Command is the last command on it, the program itself where there is none.
	Command *kong.Node
	// Flags are the flags that were given, by their long names, with their values, "" for those that take none.
	Flags map[string]string
	// Word is what stands right before the cursor: the start of a word, or "".
	Word string
	// Arguments are those before Word that are neither commands nor flags nor values of flags.
	Arguments []string
	// awaits is the flag whose value Word is, nil where it is none.
	awaits *kong.Flag
	// literal is whether "--" stands before Word: nothing after it is a flag.
	literal bool
}

// Read reads the words after the program's name. The last one is what is to be completed, and may be "".
func Read(app *kong.Application, words []string) Line {
	l := Line{Command: app.Node, Flags: map[string]string{}, Word: words[len(words)-1]}
	for _, word := range words[:len(words)-1] {
		l.take(word)
	}
	return l
}

// take reads one whole word.
func (l *Line) take(word string) {
	switch {
	case l.awaits != nil:
		l.Flags[l.awaits.Name], l.awaits = word, nil
	case l.literal:
		l.Arguments = append(l.Arguments, word)
	case word == "--":
		l.literal = true
	case strings.HasPrefix(word, "--"):
		name, value, given := strings.Cut(word[2:], "=")
		l.takeFlag(l.flag(func(f *kong.Flag) bool {
			return f.Name == name || f.Tag.Negatable != "" && "no-"+f.Name == name
		}), value, given)
	case len(word) > 1 && word[0] == '-':
		short, value := []rune(word)[1], string([]rune(word)[2:])
		l.takeFlag(l.flag(func(f *kong.Flag) bool { return f.Short == short }), value, value != "")
	default:
		l.takePosition(word)
	}
}

// takeFlag reads a flag, nil for one that there is not; given tells whether its value stands in the same word.
func (l *Line) takeFlag(f *kong.Flag, value string, given bool) {
	switch {
	case f == nil:
	case given || f.IsBool():
		l.Flags[f.Name] = value
	default:
		l.awaits = f
	}
}

func (l *Line) takePosition(word string) {
	at := slices.IndexFunc(l.Command.Children, func(n *kong.Node) bool { return n.Name == word })
	if at < 0 {
		l.Arguments = append(l.Arguments, word)
		return
	}
	l.Command = l.Command.Children[at]
}

// flag is the first flag of the command, or of those above it, that is meant; nil for none.
func (l *Line) flag(meant func(*kong.Flag) bool) *kong.Flag {
	for _, f := range l.flags() {
		if meant(f) {
			return f
		}
	}
	return nil
}

// flags are all that may be given: the command's own, and those of the commands above it.
func (l *Line) flags() []*kong.Flag {
	var all []*kong.Flag
	for n := l.Command; n != nil; n = n.Parent {
		all = append(all, n.Flags...)
	}
	return all
}

// Candidates tells what may stand in a place of the grammar, which is named as in the help: PLAN, PATH, CHOICE, DIR. It
// depends on what was given before.
type Candidates func(l Line, place string) ([]Candidate, Rest)

// Next are the words that may stand where the cursor is, all with the start that is there.
func (l Line) Next(known Candidates) ([]Candidate, Rest) {
	list, rest := l.all(known)
	return slices.DeleteFunc(list, func(c Candidate) bool { return !strings.HasPrefix(c.Word, l.Word) }), rest
}

// all is Next, whatever the word starts with.
func (l Line) all(known Candidates) ([]Candidate, Rest) {
	switch name, _, valued := strings.Cut(l.Word, "="); {
	case l.awaits != nil:
		return l.values(l.awaits.Value, l.awaits.PlaceHolder, known)
	case !l.literal && valued && strings.HasPrefix(name, "--"):
		return l.valuesOf(name, known)
	case !l.literal && strings.HasPrefix(l.Word, "-"):
		return l.flagsLeft(), Nothing
	case len(l.Command.Children) > 0:
		return commands(l.Command), Nothing
	}
	return l.position(known)
}

// valuesOf are the values of a flag that stands in one word with its value.
func (l Line) valuesOf(name string, known Candidates) ([]Candidate, Rest) {
	f := l.flag(func(f *kong.Flag) bool { return "--"+f.Name == name })
	if f == nil {
		return nil, Nothing
	}
	inside := l
	inside.Word = l.Word[len(name)+1:]
	list, rest := inside.values(f.Value, f.PlaceHolder, known)
	for i := range list {
		list[i].Word = name + "=" + list[i].Word
	}
	return list, rest
}

// position are the values of the positional argument that comes next; the last one may be a list.
func (l Line) position(known Candidates) ([]Candidate, Rest) {
	places := l.Command.Positional
	if len(places) == 0 {
		return nil, Nothing
	}
	at := min(len(l.Arguments), len(places)-1)
	if at < len(l.Arguments) && !places[at].IsCumulative() {
		return nil, Nothing
	}
	return l.values(places[at], places[at].Name, known)
}

// values are those of a flag or an argument: of a closed list, or else what is known of its place.
func (l Line) values(v *kong.Value, place string, known Candidates) ([]Candidate, Rest) {
	if v.Enum == "" {
		return known(l, place)
	}
	var list []Candidate
	for _, word := range v.EnumSlice() {
		list = append(list, Candidate{Word: word})
	}
	return list, Nothing
}

// flagsLeft are the flags that were not given yet, or may be given often; what is on by itself is offered as what
// switches it off too.
func (l Line) flagsLeft() []Candidate {
	var list []Candidate
	for _, f := range l.flags() {
		if _, given := l.Flags[f.Name]; f.Hidden || given && !f.IsCumulative() {
			continue
		}
		list = append(list, Candidate{"--" + f.Name, f.Help})
		if f.Tag.Negatable != "" {
			list = append(list, Candidate{"--no-" + f.Name, "Not: " + f.Help})
		}
	}
	return list
}

func commands(of *kong.Node) []Candidate {
	var list []Candidate
	for _, n := range of.Children {
		if !n.Hidden {
			list = append(list, Candidate{n.Name, n.Help})
		}
	}
	return list
}
