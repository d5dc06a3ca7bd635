package render

import (
	"fmt"
	"slices"
	"strings"

	"treaty/plan"
	"treaty/plan/tree"
)

// dispute is a conflict in words, escaped.
type dispute struct {
	ID          int
	Name        string
	Kind, Code  string
	Sides       []labelled // what each side has, and what both last agreed on
	Choices     []choice
	Resolution  string // "" while there is none
	Note        string
	Merge       merge
	Diff        diff
	KeptAs      string // the name that keep-both gives remote's version
	Unfulfilled string // a resolution that is none of the choices
}

// resolved tells whether a person has chosen what can be done.
func (d *dispute) resolved() bool { return d.Resolution != "" && d.Unfulfilled == "" }

// chosen is resolved of a conflict that was not put in words.
func chosen(c *plan.Conflict) bool {
	return c.Resolution != plan.Unresolved && c.Choices.Allows(c.Resolution)
}

// takesNewText tells whether what is chosen is a text that neither side has: whoever approves it has to see it.
func (d *dispute) takesNewText() bool { return d.resolved() && d.Resolution == string(plan.TakeMerged) }

// choiceNames are the choices by their names.
func (d *dispute) choiceNames() []string {
	names := make([]string, len(d.Choices))
	for i := range d.Choices {
		names[i] = d.Choices[i].Name
	}
	return names
}

// labelled is what there is to say under a name.
type labelled struct {
	Label string
	parts []string
}

// Text is all of it in one line.
func (l labelled) Text() string { return strings.Join(l.parts, ", ") }

// choice is a resolution, what it would do, and whether it is the chosen one.
type choice struct {
	Name, Sentence string
	Chosen         bool
}

// conflictsOf are a plan's conflicts that are wanted, in the order of plans.
func conflictsOf(p *plan.Plan, o Options) []*plan.Conflict {
	var conflicts []*plan.Conflict
	for i := range p.Conflicts {
		if c := &p.Conflicts[i]; o.Only.has(c.ID) {
			conflicts = append(conflicts, c)
		}
	}
	slices.SortStableFunc(conflicts, func(a, b *plan.Conflict) int { return tree.Compare(a.Path, b.Path) })
	return conflicts
}

// disputes are some conflicts of a plan.
func (o Options) disputes(p *plan.Plan, conflicts []*plan.Conflict) []dispute {
	out, unmerged := make([]dispute, len(conflicts)), plan.UnmergedIn(p)
	for i, c := range conflicts {
		out[i] = o.disputeOf(unmerged, c)
	}
	return out
}

func (o Options) disputeOf(unmerged *plan.Unmerged, c *plan.Conflict) dispute {
	d := dispute{ID: c.ID, Kind: o.kind(c), Code: Escape(string(c.Kind)), Sides: o.states(c),
		Resolution: Escape(string(c.Resolution)), Note: Escape(c.Note), Diff: diffOf(c.Diff, c.DiffDoubt()),
		Merge: merge{Merge(unmerged, c), mergedIn(o, c)}}
	d.Name = o.Alike.conflict(c)
	if c.KeepBothAs != tree.Root {
		d.KeptAs = o.Alike.Part(c.Path, string(c.KeepBothAs))
	}
	for _, name := range c.Choices.Names() {
		sentence := sentence(o, c, name)
		// The sentence is only words; the name is what is carried out.
		if as := string(c.KeepBothAs); name == plan.KeepBoth && as != "" &&
			!strings.Contains(sentence, fmt.Sprintf("%q", as)) {
			sentence += " (remote's version becomes " + Name(as) + ")"
		}
		d.Choices = append(d.Choices, choice{Escape(string(name)), Escape(sentence), name == c.Resolution})
	}
	if c.Resolution != plan.Unresolved && !chosen(c) {
		d.Unfulfilled = "not one of the choices"
	}
	return d
}

// sentence says what a choice would do, as the plan has it; times that treaty wrote are as they are everywhere.
func sentence(o Options, c *plan.Conflict, r plan.Resolution) string {
	words := plan.Words{Names: plan.Sides[string]{plan.Local.String(), plan.Remote.String()}, Time: tree.Time.String}
	if o.Zone == nil || c.Choices[r] != c.Says(r, words) {
		return c.Choices[r]
	}
	words.Time = func(t tree.Time) string { return o.Time(t.Time()) }
	return c.Says(r, words)
}

// conflict is the path of a conflict, or both.
func (a Alike) conflict(c *plan.Conflict) string {
	name := a.Path(c.Path, c.Local.Of() == tree.Directory || c.Remote.Of() == tree.Directory)
	if c.RemotePath == "" {
		return name
	}
	return "local " + name + ", remote " + a.Path(c.RemotePath, false)
}

// states describes what each side has, and the base where there is one. Sizes and times of the three
// are written alike, so that what differs looks different.
func (o Options) states(c *plan.Conflict) []labelled {
	all := []labelled{{Label: o.label(plan.Local)}, {Label: o.label(plan.Remote)}, {Label: "base"}}
	of := []*tree.State{c.Local, c.Remote, c.Base}
	if c.Base == nil {
		all, of = all[:2], of[:2]
	}
	var size []int64
	var mtime []tree.Time
	for _, s := range of {
		if s.Of() == tree.File {
			size, mtime = append(size, s.Size), append(mtime, s.Mtime)
		}
	}
	sizeText, mtimeText := sizes(size...), o.times(mtime...)
	file := 0
	for i, s := range of {
		var parts []string
		switch s.Of() {
		case tree.Absent:
			parts = []string{"nothing there"}
		case tree.File:
			parts = []string{sizeText[file], mtimeText[file]}
			file++
		case tree.Symlink:
			parts = []string{"link to " + Name(s.Target())}
		default:
			parts = []string{s.Type.String()}
		}
		if s != nil {
			parts = append(parts, identity(s)...)
		}
		all[i].parts = parts
	}
	return all
}

// label is the side that choices speak of, and what its tree is called.
func (o Options) label(side plan.Side) string {
	if o.Names[side] == "" {
		return side.String()
	}
	return side.String() + " (" + o.name(side) + ")"
}

// identity is what tells content apart: mode, and the start of a hash.
func identity(s *tree.State) []string {
	var parts []string
	if s.Mode.Known() {
		parts = append(parts, s.Mode.String())
	}
	if s.Subtree() != nil {
		parts = append(parts, Count(s.Subtree().Entries, "entry"))
		if s.Subtree().Digest.Known() {
			parts = append(parts, "digest "+short(s.Subtree().Digest))
		}
	}
	if s.SHA256.Known() {
		parts = append(parts, "sha256 "+short(s.SHA256))
	}
	return parts
}

func short(h tree.Hash) string { return h.String()[:12] }
