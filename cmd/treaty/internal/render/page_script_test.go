package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/tree"
	"treaty/plan/visible"
	"treaty/testdata/effort"
)

// characterSets are those that package visible goes by, found by asking it.
func characterSets() map[string]func(r rune) bool {
	keeps := func(after, kept string) func(rune) bool {
		return func(r rune) bool { return strings.Contains(visible.Text(string(r)+after, ""), kept) }
	}
	return map[string]func(r rune) bool{
		"hidden":     func(r rune) bool { return r >= 0x7f && visible.Text(string(r), "") != string(r) },
		"joins":      keeps("\u200dक", "\u200d"),
		"symbols":    keeps("\ufe0f", "\ufe0f"),
		"ideographs": keeps("\U000e0100", "\U000e0100"),
		"mongolian":  keeps("\u180b", "\u180b"),
		"selectors":  func(r rune) bool { return unicode.Is(unicode.Variation_Selector, r) },
	}
}

// ranges writes where a set begins and ends, in turn, each as how much further that is.
func ranges(has func(rune) bool) string {
	var steps []string
	last, inside := rune(0), false
	for r := rune(0x20); r <= 0xf0000; r++ {
		switch {
		case 0xd800 <= r && r < 0xe000:
			continue // no characters
		case r == 0x40000:
			r = 0xe0000 // nor are there any in between
		}
		if has(r) != inside {
			steps = append(steps, strconv.FormatInt(int64(r-last), 36))
			last, inside = r, !inside
		}
	}
	return strings.Join(steps, " ")
}

func TestTheScriptEscapesWhatVisibleEscapes(t *testing.T) {
	sets := characterSets()
	var text strings.Builder
	text.WriteString("// Characters by what treaty's package visible makes of them: how much further a set begins and " +
		"ends,\n// in turn, to the base 36. " +
		"go test -update writes it.\n\nconst characterSets = {\n")
	for _, name := range []string{"hidden", "joins", "symbols", "ideographs", "mongolian", "selectors"} {
		fmt.Fprintf(&text, "  %s: %q,\n", name, ranges(sets[name]))
	}
	text.WriteString("};\n")
	golden(t, filepath.Join("..", "page", "visible.js"), text.String())
}

// draws is what random plans are made of.
type draws struct{ *rapid.T }

func (d draws) path(label string) tree.Path {
	name := rapid.SampledFrom([]string{"a", "A", "b", "é", "e\u0301", "d"})
	return tree.Path(strings.Join(rapid.SliceOfN(name, 1, 3).Draw(d.T, label), "/"))
}

func (d draws) yes(label string) bool { return rapid.Bool().Draw(d.T, label) }

func (d draws) text(label string) string {
	odd := rapid.SampledFrom([]string{"a", "\"", "\\", "\n", "\r\t\b\f", "\x01", "\x7f", "\u0085",
		"\u200d", "\u200c", "क", "\ufe0f", "\ufe0e",
		"\u20e3", "8", "#", "\u2028", "\u202e", "\u2800", "👩", "🔬", "漢", "\U000e0100", "ᠠ", "\u180b",
		"\U000e0041", "\ufeff", "<!--", "</script>", "é",
		"\ufffd", "\u0600", "\u3164", "\U0001d159", "8\ufe0f\u20e3", "é\u200dé", "👩\u200d🔬",
		"\u2028\ufe0f\u20e3", "x\ufe0f\u20e3"})
	return strings.Join(rapid.SliceOfN(rapid.OneOf(odd, rapid.StringN(0, 3, -1)), 0, 6).Draw(d.T, label), "")
}

func (d draws) state(label string, least int) *tree.State {
	switch rapid.IntRange(least, 3).Draw(d.T, label) {
	case 0:
		return nil
	case 1:
		return directory()
	case 2:
		return link("to")
	}
	return file(rapid.Int64Range(0, 5).Draw(d.T, "size"), float64(rapid.IntRange(0, 3).Draw(d.T, "time")), "content")
}

func (d draws) operation(id int) plan.Operation {
	op := plan.Operation{ID: id, Side: plan.Local, Path: d.path("path"),
		Rare:   &plan.Rare{Rarer: &plan.Rarer{Note: d.text("note")}},
		Reason: plan.AlignTimes, Decision: plan.Apply, Action: rapid.SampledFrom(plan.Actions[:]).Draw(d.T, "action")}
	if d.yes("remote") {
		op.Side = plan.Remote
	}
	if d.yes("skipped") && d.yes("really") {
		op.Decision = plan.Skip
	}
	op.Before, op.After = d.state("before", 1), d.state("after", 1)
	switch op.Action {
	case plan.Create:
		op.Before = nil
	case plan.Delete:
		op.After = nil
	case plan.Move:
		op.Rare.From, op.After = d.path("from"), op.Before
	}
	if d.yes("diff") {
		op.Rare.Diff = &plan.Diff{Format: "unified", Lines: []string{`      "note": "no",`, `      "id": 1,`}}
	}
	return op
}

func (d draws) conflict(id int) plan.Conflict {
	c := plan.Conflict{ID: id, Kind: plan.BothChanged, Path: d.path("path"),
		Local: d.state("local", 0), Remote: d.state("remote", 0), Note: d.text("note"),
		Choices: plan.Choices{plan.SkipPath: d.text("says")}}
	if c.Local == nil && c.Remote == nil {
		c.Local = directory()
	}
	if d.yes("renamed") {
		c.Kind, c.RemotePath, c.Local, c.Remote = plan.RenamedDifferently, d.path("other"), file(1, 1, "x"), file(1, 1, "x")
	}
	for _, r := range c.Allowed() {
		if d.yes(string(r)) {
			c.Choices[r] = d.text("says")
		}
	}
	if c.Choices.Allows(plan.KeepBoth) && c.RemotePath == "" {
		c.KeepBothAs = c.Path + " (remote)"
	}
	if d.yes("settled") {
		c.Resolution = rapid.SampledFrom(plan.Resolutions[:]).Draw(d.T, "resolution")
	}
	return c
}

// renamed is a plan in which directories may be there for names alone that are given up.
func (d draws) renamed() *plan.Plan {
	p := blank()
	folder := rapid.SampledFrom([]string{"x", "y", "X", "y/z"})
	for range rapid.IntRange(1, 4).Draw(d.T, "directories") {
		op := plan.Operation{ID: len(p.Operations) + 1, Action: plan.Create, Path: tree.Path(folder.Draw(d.T, "directory")),
			Reason: plan.AlignTimes, Decision: plan.Apply, After: directory()}
		if d.yes("remote") {
			op.Side = plan.Remote
		}
		p.Operations = append(p.Operations, op)
	}
	for range rapid.IntRange(1, 3).Draw(d.T, "conflicts") {
		c := d.conflict(len(p.Operations) + len(p.Conflicts) + 1)
		c.Kind, c.Local, c.Remote = plan.RenamedDifferently, file(1, 1, "x"), file(1, 1, "x")
		c.Path, c.RemotePath = tree.Path(folder.Draw(d.T, "here")+"/f"), tree.Path(folder.Draw(d.T, "there")+"/g")
		c.Choices = plan.Choices{plan.TakeLocal: "", plan.TakeRemote: "", plan.KeepBoth: "", plan.SkipPath: ""}
		p.Conflicts = append(p.Conflicts, c)
	}
	return p
}

func (d draws) plan() *plan.Plan {
	p := blank()
	if d.yes("renamed") {
		p = d.renamed()
	} else {
		for range rapid.IntRange(0, 12).Draw(d.T, "operations") {
			p.Operations = append(p.Operations, d.operation(len(p.Operations)+1))
		}
		for range rapid.IntRange(1, 4).Draw(d.T, "conflicts") {
			p.Conflicts = append(p.Conflicts, d.conflict(len(p.Operations)+len(p.Conflicts)+1))
		}
	}
	p.Local.Filesystem.CaseSensitive, p.Remote.Filesystem.CaseSensitive = d.yes("local"), d.yes("remote")
	for _, dir := range []tree.Path{"a", "d", "x"} {
		if d.yes("taken whole") {
			takeWhole(p, dir)
		}
	}
	if at := rapid.SampledFrom([]tree.Path{"a/b", "x/y", "y/z/f"}).Draw(d.T, "blocked"); d.yes("problem") {
		p.Problems = []plan.Problem{{Severity: plan.Blocked, Code: plan.Unreadable, Path: &at, Message: d.text("message")}}
	}
	p.CreatedBy.User = d.text("user")
	return p
}

// takeWhole makes what a plan does in a directory one unit.
func takeWhole(p *plan.Plan, dir tree.Path) {
	unit := &plan.Unit{Path: dir}
	for i := range p.Operations {
		if op := &p.Operations[i]; op.Path.Within(dir) {
			op.Amend(func(r *plan.Rare) { r.Unit = unit })
			unit.Operations++
		}
	}
}

// settled is a step of settling a plan, as testdata/settle.mjs reads it.
type settled struct {
	IDs   []int   `json:"ids"`
	Name  string  `json:"name"`
	Value *string `json:"value"`
}

func (d draws) steps(p *plan.Plan) []settled {
	steps := []settled{}
	for range rapid.IntRange(0, 6).Draw(d.T, "steps") {
		conflict := len(p.Operations) + rapid.IntRange(1, len(p.Conflicts)).Draw(d.T, "conflict")
		value := string(rapid.SampledFrom(plan.Resolutions[:]).Draw(d.T, "choice"))
		s := settled{[]int{conflict}, "resolution", &value}
		switch {
		case d.yes("note"):
			value = d.text("note")
			s = settled{[]int{rapid.IntRange(1, len(p.Operations)+len(p.Conflicts)).Draw(d.T, "id")}, "note", &value}
		case d.yes("reopen") && d.yes("really"):
			s.Value = nil
		case d.yes("decide") && len(p.Operations) > 0:
			value = rapid.SampledFrom([]string{plan.Skip.String(), plan.Apply.String()}).Draw(d.T, "decision")
			s = settled{rapid.SliceOfN(rapid.IntRange(1, len(p.Operations)), 1, 3).Draw(d.T, "ids"), "decision", &value}
		}
		steps = append(steps, s)
	}
	return steps
}

// take does with the plan what a step says, as treaty's commands do.
func (s *settled) take(p *plan.Plan) error {
	switch {
	case s.Name == "note":
		return p.Note(s.IDs[0], *s.Value)
	case s.Name == "decision":
		var decision plan.Decision
		if err := decision.UnmarshalText([]byte(*s.Value)); err != nil {
			return err
		}
		return p.Decide(decision, s.IDs...)
	case s.Value == nil:
		_, err := p.Resolve(plan.Unresolved, s.IDs...)
		return err
	}
	_, err := p.Resolve(plan.Resolution(*s.Value), s.IDs...)
	return err
}

// outcome is what settling comes to, by the page or by treaty.
type outcome struct {
	Text   string           `json:"text"`
	Held   map[int]plan.Why `json:"held"`
	Opened string           `json:"opened"`
	Undone string           `json:"undone"`
}

// byTreaty is what treaty makes of the steps.
func byTreaty(t *rapid.T, p *plan.Plan, steps []settled, there func(plan.Side, tree.Path) bool) outcome {
	write := func() string {
		var text strings.Builder
		if err := p.Write(&text); err != nil {
			t.Fatal(err)
		}
		return text.String()
	}
	p.Summarize()
	out := outcome{Opened: write()}
	out.Undone = out.Opened
	for i := range steps {
		if err := steps[i].take(p); err != nil {
			t.Fatal(err)
		}
	}
	out.Text, out.Held = write(), p.Skips(there)
	return out
}

// byPage runs the page's script over all cases, in one process.
func byPage(t *testing.T, cases any) []outcome {
	node, err := exec.LookPath("node")
	if err != nil {
		effort.Missing(t, "there is no node to run the page's script with")
	}
	script := filepath.Join(t.TempDir(), "script.js")
	if err := os.WriteFile(script, []byte(pageScript()), 0o600); err != nil {
		t.Fatal(err)
	}
	input, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, filepath.Join("testdata", "settle.mjs"), script)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), os.Stderr
	output, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var results []outcome
	if err := json.Unmarshal(output, &results); err != nil {
		t.Fatal(err)
	}
	return results
}

// What is clicked on a page, and what is decided by treaty's commands, come to the same bytes, and hold up the same
// operations.
func TestThePageSettlesAPlanAsTreatyDoes(t *testing.T) {
	type script struct {
		Settling pagePlan  `json:"settling"`
		Steps    []settled `json:"steps"`
	}
	var cases []script
	var wanted []outcome
	effort.Check(t, 60, 300, func(r *rapid.T) {
		d := draws{r}
		p := d.plan()
		steps := d.steps(p)
		page := Page{}
		if d.yes("there") {
			page.There = func(_ plan.Side, dir tree.Path) bool { return len(dir)%2 == 0 }
		}
		s, err := page.planOf(p)
		if err != nil {
			r.Fatal(err)
		}
		cases = append(cases, script{s, steps})
		wanted = append(wanted, byTreaty(r, p, steps, page.There))
	})
	got := byPage(t, cases)
	held := 0
	for i := range wanted {
		held += len(wanted[i].Held)
		if !sameOutcome(&got[i], &wanted[i]) {
			steps, _ := json.Marshal(cases[i].Steps)
			t.Fatalf("after %s\nthe page has %v\n%s\nand treaty %v\n%s", steps,
				got[i].Held, got[i].Text, wanted[i].Held, wanted[i].Text)
		}
	}
	if held == 0 {
		t.Error("nothing was ever held up")
	}
}

func sameOutcome(a, b *outcome) bool {
	return maps.Equal(a.Held, b.Held) && a.Text == b.Text && a.Opened == b.Opened && a.Undone == b.Undone
}
