package render

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// tags are the elements that a plan without a diff may be made of.
var tags = regexp.MustCompile(`</?(?:h3|h4|ul|li|p|strong|code)>`)

// What people or sticks may call a file or write into a note is text in Markdown, whatever it is made of.
func TestNothingInANameOrANoteIsMarkup(t *testing.T) {
	page := goldmark.New(goldmark.WithExtensions(extension.GFM))
	pieces := []string{"`", "``", "*", "_", "<b>", "</code>", "[a](http://x.example)", "![](x)", "http://x.example",
		"www.x.example", "@ann", "#7", "|", "~~",
		"- ", "> ", "# ", "\\", "&lt;", "\n", " ", "  ", "$x$", "ü", "a", "1. ", "```"}
	texts := rapid.Custom(func(t *rapid.T) string {
		return "x" + strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 6).Draw(t, "pieces"), "") + "x"
	})
	effort.Check(t, 20, 200, func(t *rapid.T) {
		name, note := texts.Draw(t, "name"), texts.Draw(t, "note")
		p := blank()
		p.Operations = []plan.Operation{{Side: plan.Remote, Action: plan.Create,
			Path: tree.Path(name), Reason: plan.OnlyOn.On(plan.Local),
			After: file(1, 1, "a"), Decision: plan.Apply, Rare: &plan.Rare{Rarer: &plan.Rarer{Note: note}}}}
		p.Number()
		var said strings.Builder
		if err := Markdown(&said, p, Options{}); err != nil {
			t.Fatal(err)
		}
		var shown bytes.Buffer
		if err := page.Convert([]byte(said.String()), &shown); err != nil {
			t.Fatal(err)
		}
		rest := tags.ReplaceAllString(shown.String(), "")
		if strings.ContainsAny(rest, "<>") {
			t.Fatalf("%q and %q become markup:\n%s\n%s", name, note, &said, &shown)
		}
		for _, want := range []string{Name(name), Escape(note)} {
			if !strings.Contains(squeezed(html.UnescapeString(rest)), squeezed(want)) {
				t.Fatalf("%q is not in\n%s\n%s", want, &said, &shown)
			}
		}
	})
}

// squeezed is a text with all blanks as one, as a browser shows it.
func squeezed(text string) string { return strings.Join(strings.Fields(text), " ") }
