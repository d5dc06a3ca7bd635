package render

import (
	"treaty/plan"
	"treaty/plan/tree"
)

// What follows is for who lays a plan out in another way than a list of lines, from the same words.

// Group is a section of `show` with its operations, each once, in the order of plans.
type Group struct {
	Title string
	// Sided is set where the title does not say which side changes.
	Sided bool
	// Moved are the directories that moved as a whole.
	Moved      []Moved
	Operations []*plan.Operation // the other ones
}

// Moved is a directory that moved, with all operations that come of it.
type Moved struct {
	From, To   tree.Path
	Operations []*plan.Operation
}

// Groups are the sections that a plan's operations are listed in. They are the same whatever is skipped.
func Groups(p *plan.Plan) []Group {
	e := effects(&plan.Plan{Operations: p.Operations}, Options{All: true})
	e.skips = nil
	folded := effect{operations: e.operations, present: e.present}
	moved := map[*plan.Operation]bool{}
	var directories []Moved
	for _, side := range plan.BothSides {
		lines, _ := folded.moves(side)
		for l := range lines {
			if l.to != tree.Root {
				directories = append(directories, l.moved(moved))
			}
		}
	}
	var groups []Group
	for _, sec := range e.sections() {
		g := Group{Title: sec.title, Sided: sec.sided}
		for l := range sec.lines {
			if !moved[l.op] {
				g.Operations = append(g.Operations, l.op)
			}
		}
		if sec.title == moveTitle {
			g.Moved = directories
		}
		if len(g.Moved)+len(g.Operations) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// moved is the directory that a line of moves stands for, and notes its operations.
func (l *line) moved(noted map[*plan.Operation]bool) Moved {
	m := Moved{From: l.from, To: l.to}
	add := func(op *plan.Operation) {
		if !noted[op] {
			noted[op] = true
			m.Operations = append(m.Operations, op)
		}
	}
	add(l.op)
	for _, op := range l.folded {
		add(op)
	}
	for i := range l.also {
		add(l.also[i].op)
	}
	return m
}

// Kind is what makes c a conflict, in words.
func (o Options) Kind(c *plan.Conflict) string { return o.kind(c) }

// Reason is why an operation is proposed, in words.
func (o Options) Reason(r plan.Reason) string { return o.reason(r) }

// Tree is what the tree of a side is called.
func (o Options) Tree(side plan.Side) string { return o.name(side) }

// Choice is what a choice of a conflict would do, in a sentence that calls the trees by their names.
func (o Options) Choice(c *plan.Conflict, r plan.Resolution) string {
	called := plan.Sides[string]{plan.Local.String(), plan.Remote.String()}
	for _, side := range plan.BothSides {
		if name := o.Names[side]; name != "" {
			called[side] = Cut(name, widestName)
		}
	}
	return Escape(c.Says(r, plan.Words{Names: called, Time: func(t tree.Time) string { return o.Time(t.Time()) }}))
}

// Aspect is one thing that is told of several states of a path.
type Aspect struct {
	Label  string
	Values []string // one a state, "" where it has none
}

// Compare tells of several states what they are, in the same notation, so that what differs looks different.
func (o Options) Compare(states ...*tree.State) []Aspect {
	var sized []int64
	var timed []tree.Time
	for _, s := range states {
		if s.Of() == tree.File {
			sized, timed = append(sized, s.Size), append(timed, s.Mtime)
		}
	}
	size, mtime, file := sizes(sized...), o.times(timed...), -1
	all := []Aspect{{Label: "is"}, {Label: "size"}, {Label: "time"}, {Label: "mode"}, {Label: "hash"}}
	for _, s := range states {
		values := [...]string{aType(s), "", "", "", ""}
		switch s.Of() {
		case tree.File:
			file++
			values[1], values[2] = size[file], mtime[file]
		case tree.Symlink:
			values[0] = "link to " + Name(s.Target())
		case tree.Directory:
			values[1], values[4] = subtree(s.Subtree())
		}
		if s != nil && s.Mode.Known() {
			values[3] = s.Mode.String()
		}
		if s != nil && s.SHA256.Known() {
			values[4] = short(s.SHA256)
		}
		for i := range all {
			all[i].Values = append(all[i].Values, values[i])
		}
	}
	return told(all)
}

// subtree is how much is in a directory, and the start of its digest.
func subtree(s *tree.Subtree) (entries, digest string) {
	if s == nil {
		return "", ""
	}
	if s.Digest.Known() {
		digest = short(s.Digest)
	}
	return Count(s.Entries, "entry"), digest
}

// told are the aspects of which at least one state has something to tell.
func told(all []Aspect) []Aspect {
	var out []Aspect
	for _, a := range all {
		for _, value := range a.Values {
			if value != "" {
				out = append(out, a)
				break
			}
		}
	}
	return out
}

// Changes is what an operation does to what is at its path, as `show` says it.
func (o Options) Changes(op *plan.Operation) []string { return o.changes(op) }

// DiffRemark is why a diff has no lines, or what is special about them, "" for nothing. Doubt is why it cannot be
// true.
func DiffRemark(d *plan.Diff, doubt string) string {
	if d == nil {
		return ""
	}
	return diffOf(&plan.Diff{Omitted: d.Omitted, OnlyLineEndings: d.OnlyLineEndings}, doubt).Remark
}

// DiffLine is a line of a diff by its place in it, escaped.
func DiffLine(d *plan.Diff, at int) string {
	l := d.Lines[at]
	if at < 2 {
		l = header(l)
	}
	return escapeLine(l)
}

// DiffColour is the colour of a line of a diff by its place in it: parameters of ECMA-48's Select Graphic Rendition, ""
// for none.
func DiffColour(at int, text string) string { return sgr[lineTone(at, text)] }
