package manual

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// page is a manual page that is being written.
type page struct{ out bytes.Buffer }

// page begins one: its name, and what it is about in a line.
func (b *Book) page(name, about string) *page {
	p := &page{}
	day := ""
	if !b.Day.IsZero() {
		day = b.Day.UTC().Format(time.DateOnly)
	}
	fmt.Fprintf(&p.out, ".TH %q 1 %q %q\n", strings.ToUpper(name), day, b.Version)
	p.section("NAME")
	about = strings.TrimSuffix(about, ".")
	p.out.WriteString(plain(name) + ` \- ` + plain(strings.ToLower(about[:1])+about[1:]) + "\n")
	return p
}

func (p *page) section(title string) { fmt.Fprintf(&p.out, ".SH %s\n", title) }

// text writes a line of what is marked up already.
func (p *page) text(marked string) {
	// A line must not begin as a macro does.
	if strings.HasPrefix(marked, ".") || strings.HasPrefix(marked, "'") {
		marked = `\&` + marked
	}
	p.out.WriteString(marked + "\n")
}

// item writes a term, marked up, and what is said of it.
func (p *page) item(term, says string) {
	p.out.WriteString(".TP\n")
	p.text(term)
	p.text(plain(says))
}

// flags writes a node's own flags in a section, and none where it has none.
func (p *page) flags(title string, n *kong.Node) {
	begun := false
	for _, f := range n.Flags {
		if f.Hidden {
			continue
		}
		if !begun {
			p.section(title)
			begun = true
		}
		p.item(flag(f), f.Help)
	}
}

// flag is how a flag is written: all of its names, and its value.
func flag(f *kong.Flag) string {
	name := "--" + f.Name
	if f.Tag.Negatable != "" {
		name = "--[no-]" + f.Name
	}
	term := bold(name)
	if f.Short != 0 {
		term = bold("-"+string(f.Short)) + ", " + term
	}
	switch {
	case f.IsBool():
		return term
	case f.PlaceHolder != "":
		return term + "=" + italic(f.PlaceHolder)
	}
	return term + "=" + italic(strings.Join(f.EnumSlice(), "|"))
}

// examples writes a section of them, and none where there are none.
func (p *page) examples(list []Example) {
	if len(list) == 0 {
		return
	}
	p.section("EXAMPLES")
	for _, e := range list {
		p.item(bold(e.Command), e.Says)
	}
}

func bold(text string) string   { return `\fB` + plain(text) + `\fR` }
func italic(text string) string { return `\fI` + plain(text) + `\fR` }

// plain is a text in which nothing means anything to a formatter, and a hyphen can be copied into a shell.
var plain = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "~", `\(ti`, "^", `\(ha`).Replace
