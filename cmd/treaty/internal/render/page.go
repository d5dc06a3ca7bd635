package render

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"path"
	"strings"
	"sync"

	"treaty/plan"
)

var (
	//go:embed page/*.html
	pageFiles embed.FS
	//go:embed page/page.css
	pageStyle string
	//go:embed page/*.js
	scriptFiles embed.FS
)

// pageTemplate is parsed when it is needed: most processes make no page.
var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page.html").ParseFS(pageFiles, "page/*.html"))
})

// pageScript is the page's script. It panics where a part is missing, as the parts are some of the program.
var pageScript = sync.OnceValue(func() string {
	var script strings.Builder
	for _, name := range []string{"text", "visible", "held", "find", "settle"} {
		text, err := scriptFiles.ReadFile("page/" + name + ".js")
		if err != nil {
			panic(err)
		}
		script.Write(text)
	}
	return script.String()
})

// Page is what a page tells besides the plan.
type Page struct {
	Options
	// File is the name of the plan's file, for who saves it; "" for none.
	File string
	// Command is one of treaty's commands about the plan, quoted for the shell; nil where no commands are told.
	Command func(name string, flags ...string) string
	// Approvals are those beside the plan. Void tells that they are not of this text.
	Approvals []Signoff
	Void      bool
	// NoApproval is why the file of approvals beside the plan is none, "" where it is one, or there is none.
	NoApproval string
	// Applied is what applying the plan came to, nil as long as it was not, and Results what became of each operation.
	Applied *Applied
	Results []Result
}

// HTML writes the plan as one page that needs nothing else: no font, nothing from a network, and a policy that
// forbids it. What is to be read is there without its script, which searches, filters, and settles the plan. It has
// the sections of Show in the same order, each operation and conflict under the anchor op-ID; what text folds into one
// line can be unfolded here.
func HTML(w io.Writer, p *plan.Plan, page Page) error {
	out := bufio.NewWriterSize(w, 1<<15)
	page.Zone = nil // Whoever reads a page may be anywhere.
	view, err := page.view(p)
	if err != nil {
		return err
	}
	if err := pageTemplate().Execute(out, view); err != nil {
		return err
	}
	return out.Flush()
}

// pageView is what the template draws.
type pageView struct {
	Title            string // the trees and the day
	Trees            plan.Sides[string]
	Day, About, Made string
	Facts            plan.Sides[[]fact]
	Pictures         []picture
	Parts            []pagePart
	Commands         []pageCommand
	Settle           pagePlan
}

// pagePart is a section with a heading.
type pagePart struct {
	ID, Title string
	Count     int
	// Remark stands beside the count in the contents.
	Remark string
	// One of these is there.
	Conflicts []pageConflict
	Branches  *pageSection
	Problems  []trouble
	Approvals *approvals
	Receipt   *receipt
}

func (page *Page) view(p *plan.Plan) (*pageView, error) {
	e := effects(p, page.Options)
	names := page.treeNames(p)
	v := &pageView{Trees: names, Day: p.CreatedAt.UTC().Format("2 January 2006"),
		About: page.Undoes.Sentence(page.Options),
		Made:  "made " + page.Time(p.CreatedAt) + " by " + author(&p.CreatedBy) + ", plan " + Escape(p.ID)}
	v.Title = names[plan.Local] + " ↔ " + names[plan.Remote] + ", " + v.Day
	v.Facts = plan.Sides[[]fact]{page.trees(p), facts(e, p)}
	v.Pictures = pictures(e, p, names)
	v.Parts = page.parts(e, p)
	v.Commands = page.commands(p)
	var err error
	v.Settle, err = page.planOf(p)
	return v, err
}

// Policy is what the page may do: its own script and style, by their hashes, and nothing else.
func (v *pageView) Policy() string {
	return "default-src 'none'; script-src '" + fingerprint(pageScript()) + "'; style-src '" + fingerprint(pageStyle) +
		"'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
}

// Style and Script are our own, and no part of them is anybody's text.
func (v *pageView) Style() template.CSS { return template.CSS(pageStyle) }
func (v *pageView) Script() template.JS { return template.JS(pageScript()) }

func fingerprint(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// treeNames are what the two trees are called, those without a name by their folders.
func (o Options) treeNames(p *plan.Plan) plan.Sides[string] {
	var names plan.Sides[string]
	for _, side := range plan.BothSides {
		folder := path.Base(strings.ReplaceAll(p.Snapshot(side).Root, `\`, "/"))
		names[side] = Cut(Escape(cmp.Or(o.Names[side], folder)), widestName)
	}
	return names
}

func author(a *plan.Author) string {
	return Escape(a.User) + " on " + Escape(a.Host) + " with treaty " + Escape(a.Version)
}

// parts are the sections of the page that have something in them.
func (page *Page) parts(e *effect, p *plan.Plan) []pagePart {
	var parts []pagePart
	add := func(part pagePart) {
		part.ID = strings.ToLower(strings.ReplaceAll(part.Title, " ", "-"))
		parts = append(parts, part)
	}
	if len(p.Conflicts) > 0 {
		part := pagePart{Title: "Conflicts", Count: len(p.Conflicts), Conflicts: page.conflicts(p)}
		if open := p.Unresolved(); open > 0 {
			part.Remark = fmt.Sprintf("%d open", open)
		}
		add(part)
	}
	few := len(p.Operations) <= fewOpen
	for _, g := range Groups(p) {
		s := e.branches(&g, few)
		s.diffs = page.Diffs
		part := pagePart{Title: g.Title, Count: s.top.count, Branches: s}
		if skipped := s.top.skipped; skipped > 0 {
			part.Remark = fmt.Sprintf("%d skipped", skipped)
		}
		add(part)
	}
	if len(p.Problems) > 0 {
		add(pagePart{Title: "Problems", Count: len(p.Problems), Problems: page.troubles(p)})
	}
	if a := page.signed(); a != nil {
		add(pagePart{Title: "Approvals", Count: len(a.List), Approvals: a})
	}
	if r := page.receipt(); r != nil {
		add(pagePart{Title: "Receipt", Count: len(page.Results), Receipt: r})
	}
	return parts
}

// pageCommand is a command to copy, and what it does.
type pageCommand struct{ Says, Text string }

// commands are what is to be typed next about the plan.
func (page *Page) commands(p *plan.Plan) []pageCommand {
	if page.Command == nil {
		return nil
	}
	list := []pageCommand{{"read it in a terminal", page.Command("show")}}
	if page.Applied != nil {
		return list
	}
	if p.Unresolved() > 0 {
		list = append(list, pageCommand{"settle its conflicts in a terminal", page.Command("review")},
			pageCommand{"leave all open conflicts for later", page.Command("resolve", "--take", plan.SkipPath.Short(), "--all")})
	}
	approve := "approve it, this very text of it"
	if p.Unresolved() > 0 {
		approve = "once no conflict is open, approve it"
	}
	return append(list, pageCommand{approve, page.Command("approve")},
		pageCommand{"then carry it out", page.Command("apply")})
}
