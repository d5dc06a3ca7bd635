package render

import (
	"iter"
	"slices"

	"treaty/plan"
	"treaty/plan/tree"
)

// branch is a folder in which something changes, a directory that an operation is about, or a single operation.
type branch struct {
	path tree.Path // "" of the top
	// op is what is done at the path itself; nil for a folder that stays as it is.
	op    *plan.Operation
	moved *Moved // a directory that moved as a whole, else nil
	under []*branch
	tally tally
	// count is how many operations there are in it, itself included, where a directory that moved is one, and skipped how
	// many operations are not carried out.
	count, skipped int
}

// folds tells whether something can be unfolded.
func (b *branch) folds() bool { return len(b.under) > 0 }

// pageSection makes its rows as the template asks for them: a plan can have a million.
type pageSection struct {
	top   *branch
	e     *effect
	sided bool
	open  bool // folders that stay are unfolded from the start
	diffs bool
}

// branches are the operations of a group, by the folders that they are in.
func (e *effect) branches(g *Group, open bool) *pageSection {
	top := &branch{}
	for i := range g.Moved {
		m := &g.Moved[i]
		top.under = append(top.under, &branch{path: m.To, moved: m, under: leaves(m.Operations)})
	}
	for _, side := range plan.BothSides {
		f := folders{top: top, at: map[tree.Path]*branch{}}
		for _, op := range g.Operations {
			if op.Side == side {
				f.add(op)
			}
		}
	}
	e.count(top)
	top.shorten()
	return &pageSection{top: top, e: e, sided: g.Sided, open: open}
}

func leaves(ops []*plan.Operation) []*branch {
	list := make([]*branch, len(ops))
	for i, op := range ops {
		list[i] = &branch{path: op.Path, op: op}
	}
	return list
}

// folders are those of one side so far.
type folders struct {
	top *branch
	at  map[tree.Path]*branch
}

// add puts an operation into its folder; operations come in the order of plans.
func (f *folders) add(op *plan.Operation) {
	b := &branch{path: op.Path, op: op}
	if known := f.at[op.Path]; known != nil && known.op == nil {
		known.op = op
		return
	}
	folder := f.folder(op.Path.Parent())
	folder.under = append(folder.under, b)
	if makesDirectory(op) || takesDirectory(op) || op.Before.Of() == tree.Directory {
		f.at[op.Path] = b
	}
}

func (f *folders) folder(dir tree.Path) *branch {
	if dir == tree.Root {
		return f.top
	}
	if b := f.at[dir]; b != nil {
		return b
	}
	b := &branch{path: dir}
	f.at[dir] = b
	above := f.folder(dir.Parent())
	above.under = append(above.under, b)
	return b
}

// count sums up what is in a branch.
func (e *effect) count(b *branch) {
	if b.op != nil {
		b.count++
		if !e.applied(b.op) {
			b.skipped++
		}
	}
	for _, c := range b.under {
		e.count(c)
		b.count, b.skipped = b.count+c.count, b.skipped+c.skipped
		b.tally.addAll(c.tally)
		if c.op != nil && !b.movesBy(c.op) {
			b.tally.add(subject(c.op.Before, c.op.After))
		}
	}
	if b.moved != nil {
		b.count = 1
	}
}

// movesBy tells whether an operation is part of the move of a directory, and about nothing that is in it.
func (b *branch) movesBy(op *plan.Operation) bool {
	return b.moved != nil && (op.Action == plan.Delete || op.Path == b.path)
}

// shorten leaves out folders that hold nothing but one folder or one operation, which then stands in their place.
func (b *branch) shorten() {
	for i, c := range b.under {
		for c.op == nil && c.moved == nil && len(c.under) == 1 {
			c = c.under[0]
		}
		b.under[i] = c
		c.shorten()
	}
}

// Rows are those right below the heading.
func (s *pageSection) Rows() iter.Seq[*pageRow] { return s.rows(s.top, tree.Root) }

func (s *pageSection) rows(of *branch, folder tree.Path) iter.Seq[*pageRow] {
	return func(yield func(*pageRow) bool) {
		for _, b := range of.under {
			if !yield(s.row(b, folder)) {
				return
			}
		}
	}
}

// pageRow is an operation, or a folder with what is in it.
type pageRow struct {
	ID    int // 0 of a folder without an operation
	Name  string
	Class string // what filters go by
	Tone  tone
	// Skipped is why the operation is not carried out, "" where it is.
	Skipped string
	Details []span
	Note    string
	Diff    pageDiff
	// Inside is what a folder holds in words; Open tells that it is unfolded.
	Inside string
	Open   bool

	section *pageSection
	branch  *branch
}

func (s *pageSection) row(b *branch, folder tree.Path) *pageRow {
	r := &pageRow{section: s, branch: b, Class: "branch", Name: s.e.opts.Alike.branch(b, folder)}
	if b.op != nil {
		s.operation(r, b.op)
	}
	if !b.folds() {
		return r
	}
	r.Inside = b.tally.String()
	r.Open = s.open && b.op == nil && b.moved == nil
	if s.sided {
		r.Inside += ", on " + s.e.opts.name(b.side())
	}
	return r
}

// side is that of the operations in a branch.
func (b *branch) side() plan.Side {
	for b.op == nil {
		b = b.under[0]
	}
	return b.op.Side
}

// operation says of a row what is done there.
func (s *pageSection) operation(r *pageRow, op *plan.Operation) {
	l := s.e.single(op)
	said := rower{s.e, s.sided}.row(&l)
	r.ID, r.Tone, r.Details, r.Note = op.ID, said.Tone, said.Details, said.Note
	r.Class = "op " + op.Action.String() + " " + op.Side.String()
	if why := s.e.skips[op.ID]; why != "" {
		r.Skipped, r.Details = string(why), r.Details[1:]
	}
	if r.branch.folds() {
		r.Class = "branch " + r.Class
		r.Details = slices.DeleteFunc(r.Details, func(d span) bool { return d.Tone == plain })
		return
	}
	r.Diff = besideEachOther(op.Diff(), op.DiffDoubt(), s.diffs)
}

// branch is what a branch is called by who sees which folder it is in.
func (a Alike) branch(b *branch, folder tree.Path) string {
	directory := b.folds()
	if op := b.op; op != nil {
		directory = op.After.Of() == tree.Directory || op.Action == plan.Delete && op.Before.Of() == tree.Directory
		if op.Action == plan.Move {
			return a.Path(op.From(), false) + " → " + a.Path(op.Path, false)
		}
	}
	if m := b.moved; m != nil {
		return a.Path(m.From, true) + " → " + a.Path(m.To, true)
	}
	if folder == tree.Root || b.path == folder || !b.path.Within(folder) {
		return a.Path(b.path, directory || b.folds())
	}
	part := string(b.path[len(folder)+1:])
	if directory || b.folds() {
		part += "/"
	}
	return a.Part(b.path, part)
}

// Rows are those of the folder.
func (r *pageRow) Rows() iter.Seq[*pageRow] {
	if !r.branch.folds() {
		return nil
	}
	return r.section.rows(r.branch, r.branch.path)
}

// Left is how many operations in a folder are skipped.
func (r *pageRow) Left() int { return r.branch.skipped }

// Folds tells whether there are rows below it.
func (r *pageRow) Folds() bool { return r.branch.folds() }
