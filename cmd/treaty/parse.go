package main

import (
	"cmp"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"treaty/cmd/treaty/internal/terminal"
	"treaty/plan"
)

// parse reads a command line. The error is an exitStatus where the parser has answered by itself, as it does to --help,
// and that of standard output where its answer could not be written.
//
// Of the commands it makes those that an argument names: no other can be meant, and to make them all takes longer than
// most of what they do. What the parser answers or refuses it says of the whole grammar.
func parse(t *terminal.Screen, args []string) (*grammar, *kong.Context, error) {
	g := &grammar{}
	named := g.commands(func(name string) bool { return slices.Contains(args, name) })
	parsed, err := read(&g.everywhere, args, append(named, kong.Writers(io.Discard, io.Discard))...)
	if err == nil && parsed.Selected() != nil {
		return g, parsed, nil
	}
	g = &grammar{}
	width := min(cmp.Or(terminal.Columns(t.Stdout), 100), 100)
	parsed, err = read(g, args, kong.Writers(t.Stdout, t.Stderr),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: width}))
	switch status := exitStatus(0); {
	case err == nil, errors.As(err, &status):
		return g, parsed, err
	case t.Lost() != nil:
		return nil, nil, t.Lost()
	}
	return nil, nil, misused(err)
}

// commands are the commands of the grammar that are wanted, as options of a parser that has none of them.
func (g *grammar) commands(wanted func(name string) bool) (options []kong.Option) {
	fields := reflect.ValueOf(g).Elem()
	for i := range fields.NumField() {
		field := fields.Type().Field(i)
		if _, command := field.Tag.Lookup("cmd"); !command {
			continue
		}
		name := cmp.Or(field.Tag.Get("name"), strings.ToLower(field.Name))
		if wanted(name) {
			here := fields.Field(i).Addr().Interface()
			options = append(options, kong.DynamicCommand(name, field.Tag.Get("help"), "", here, string(field.Tag)))
		}
	}
	return options
}

// read parses by a grammar of flags and commands. The error is as for parse.
func read(grammar any, args []string, options ...kong.Option) (*kong.Context, error) {
	exited := -1
	parser, err := newParser(grammar, append(options, kong.Exit(func(code int) { exited = code }))...)
	if err != nil {
		return nil, err
	}
	parsed, err := parser.Parse(flagsFirst(parser.Model, args))
	if exited >= 0 {
		return nil, exitStatus(exited)
	}
	return parsed, err
}

func newParser(grammar any, options ...kong.Option) (*kong.Kong, error) {
	return kong.New(grammar, append(options,
		kong.Name("treaty"),
		kong.Description("Keeps two directory trees in step, in both directions, by plan and apply."),
		kong.UsageOnError(),
		kong.Help(help),
		vars(),
	)...)
}

// model is the whole grammar, as it is.
func model() (*kong.Application, error) {
	parser, err := newParser(&grammar{})
	if err != nil {
		return nil, err
	}
	return parser.Model, nil
}

// vars are what the grammar's texts do not say by themselves.
func vars() kong.Vars {
	return kong.Vars{"choices": listed(func(r plan.Resolution) string { return string(r) }),
		"short": listed(plan.Resolution.Short)}
}
