// Package manual makes manual pages of the grammar that parses the command line: one of the program and one of each
// command, in the man macros that every system reads.
package manual

import (
	"fmt"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Example is a command line and what it is for.
type Example struct{ Command, Says string }

// Exit is an exit code and what it means.
type Exit struct {
	Code  int
	Means string
}

// Book is what pages are made of.
type Book struct {
	Model *kong.Application
	// Examples are those of each command, by its name, and of the program, by "".
	Examples map[string][]Example
	Exits    []Exit
	// Version stands at the foot of each page, and Day, where it is known.
	Version string
	Day     time.Time
}

// Pages are the texts of the pages, by the names of their files: treaty.1, treaty-plan.1 and so on.
func (b *Book) Pages() map[string][]byte {
	pages := map[string][]byte{b.Model.Name + ".1": b.program()}
	for _, command := range b.commands() {
		pages[b.Model.Name+"-"+command.Name+".1"] = b.command(command)
	}
	return pages
}

// commands are those that the help lists.
func (b *Book) commands() []*kong.Node {
	var list []*kong.Node
	for _, n := range b.Model.Children {
		if !n.Hidden {
			list = append(list, n)
		}
	}
	return list
}

func (b *Book) program() []byte {
	p := b.page(b.Model.Name, b.Model.Help)
	p.section("SYNOPSIS")
	p.text(bold(b.Model.Name) + " " + italic("command") + " [" + italic("flags") + "]")
	p.section("COMMANDS")
	for _, n := range b.commands() {
		p.item(bold(b.Model.Name+"-"+n.Name)+"(1)", n.Help)
	}
	p.flags("FLAGS OF EVERY COMMAND", b.Model.Node)
	p.section("EXIT STATUS")
	for _, exit := range b.Exits {
		p.item(bold(fmt.Sprint(exit.Code)), exit.Means)
	}
	p.examples(b.Examples[""])
	return p.out.Bytes()
}

func (b *Book) command(n *kong.Node) []byte {
	p := b.page(b.Model.Name+"-"+n.Name, n.Help)
	p.section("SYNOPSIS")
	p.text(bold(b.Model.Name+" "+n.Name) + synopsis(n))
	if len(n.Positional) > 0 {
		p.section("ARGUMENTS")
		for _, v := range n.Positional {
			p.item(italic(v.Name), v.Help)
		}
	}
	p.flags("FLAGS", n)
	p.examples(b.Examples[n.Name])
	p.section("SEE ALSO")
	p.text(bold(b.Model.Name) + "(1), which lists the flags of every command and what exit codes mean")
	return p.out.Bytes()
}

// synopsis is how a command is called, behind its name.
func synopsis(n *kong.Node) string {
	var out strings.Builder
	for _, f := range n.Flags {
		if f.Required {
			out.WriteString(" " + bold("--"+f.Name) + " " + italic(f.PlaceHolder))
		}
	}
	for _, v := range n.Positional {
		name := italic(v.Name)
		if v.IsCumulative() {
			name += "…"
		}
		if !v.Required {
			name = "[" + name + "]"
		}
		out.WriteString(" " + name)
	}
	return out.String() + " [" + italic("flags") + "]"
}
