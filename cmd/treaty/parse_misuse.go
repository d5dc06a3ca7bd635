package main

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/alecthomas/kong"
)

// expression is compiled when it is first needed: most processes come to their end before.
func expression(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// wordings turn the parser's errors into ones for people.
var wordings = []struct {
	found func() *regexp.Regexp
	said  string
}{
	{expression(`^(--?\S+): expected .* value but got "EOL".*$`), "$1 needs a value"},
	{expression(`^(--?\S+): expected .* value but got "(.*?)" \((?:short|long) flag\).*$`),
		"$1 needs a value; if that is $2, write $1=$2"},
	{expression(`^(--?\S+): missing value.*$`), "$1 needs a value"},
	{expression(`^(--?\S+): expected (?:a valid \d+ bit int|an int) but got (".*?")(?: \(.*\))?$`),
		"$1 needs a whole number, not $2"},
	{expression(`^(--?\S+): bool value must be .* but got (".*?")$`), "$1 needs true or false, not $2"},
	{expression(`^<(\S+)> must be one of (.*) but got (".*")$`), "$1 must be one of $2, not $3"},
	{expression(`^(\S+) must be one of (.*) but got (".*")$`), "$1 must be one of $2, not $3"},
	{expression(`^(\S+): no filesystem profile (".*")$`),
		"$1 must be one of posix, apfs, fat, exfat, ntfs, unknown, not $2"},
	{expression(`^[a-z]+: (--\S+ needs .*)$`), "$1"},
	{expression(`^missing flags: (.*)$`), "$1 is missing"},
	{expression(`^expected "<KIND>"$`), "a kind is missing: plan, approval, receipt, config, status, doctor or snapshot"},
	{expression(`^expected "<(\S*)>(?: \.\.\.)?"$`), "$1 is missing"},
	{expression(`^expected one of (.*)$`), "a command is missing: $1"},
}

// misused is the parser's error, with the help of the command that it is about for a hint.
func misused(err error) error {
	text := err.Error()
	for _, w := range wordings {
		if w.found().MatchString(text) {
			text = w.found().ReplaceAllString(text, w.said)
			break
		}
	}
	text = strings.ReplaceAll(text, `","`, `", "`)
	var parse *kong.ParseError
	if !errors.As(err, &parse) || parse.Context == nil {
		return usage(exactly("treaty --help"), "%s", text)
	}
	command, args := "", parse.Context.Args
	if selected := parse.Context.Selected(); selected != nil {
		command = selected.Name
	}
	said, meant, _ := strings.Cut(text, ", did you mean ")
	if flag, unknown := strings.CutPrefix(said, "unknown flag "); unknown {
		flag, _, _ = strings.Cut(flag, "=")
		if meant, known := flagFor(flag, command, args); known {
			return usage(meant, "%s", said)
		}
	}
	if word, unexpected := strings.CutPrefix(said, "unexpected argument "); unexpected && command == "" {
		if meant != "" {
			meant = ", did you mean " + meant
		}
		return usage(exactly(commandFor(word, parse.Context)), "no command %q%s", word, meant)
	}
	return usage(exactly(strings.Join(strings.Fields("treaty "+command+" --help"), " ")), "%s", text)
}

// emptyArgument refuses an argument, or a flag's value, that is there and says nothing, as an unset variable of a shell
// leaves it: it must not stand for "none given". What is passed on unread may be empty, and so may a flag whose value
// is free text, which its tag tells.
func emptyArgument(parsed *kong.Context) error {
	if parsed.Selected().Passthrough {
		return nil
	}
	for _, part := range parsed.Path {
		name := ""
		switch {
		case part.Positional != nil && isEmpty(part.Positional):
			name = part.Positional.Name
		case part.Flag != nil && isEmpty(part.Flag.Value) && !part.Flag.Tag.Has("text"):
			name = shortest(part.Flag)
		default:
			continue
		}
		return usage(exactly("treaty "+parsed.Selected().Name+" --help"), "%s is empty", name)
	}
	return nil
}

// isEmpty tells whether a word of a value says nothing. What patterns say, even none, is for the rules to judge.
func isEmpty(v *kong.Value) bool {
	switch value := v.Target.Interface().(type) {
	case string:
		return value == ""
	case *string:
		return value != nil && *value == ""
	case []string:
		return v.Flag == nil && slices.Contains(value, "")
	}
	return false
}

// shortest is how a flag is typed with the fewest letters.
func shortest(f *kong.Flag) string {
	if f.Short != 0 {
		return "-" + string(f.Short)
	}
	return "--" + f.Name
}
