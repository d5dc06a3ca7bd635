package review

import (
	"cmp"
	"slices"
	"strings"

	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
	"treaty/plan/tree"
)

// what is what a node stands for.
type what uint8

const (
	wholePlan what = iota
	aSection
	aFolder // a directory about which the plan says nothing itself
	aConflict
	anOperation
	aProblem
)

// node is a line of the tree. Nodes stand in the order in which they are listed, a parent before what is below it.
type node struct {
	what what
	// at is the place of the conflict, operation or problem in the plan.
	at int
	// parent and end are places in the outline: all between a node and its end lies below it.
	parent, end int
	depth       int
	path        tree.Path
	// label is what a section or a directory that moved is called; others are called by their paths.
	label string
	sided bool // the section does not say which side changes
	tally tally
}

// tally is what lies below a node, itself included.
type tally struct {
	conflicts, operations, problems int
	// on counts the operations by the side that changes; files and directories are what they are about.
	on                 plan.Sides[int]
	files, directories int
	bytes              int64
}

func (t *tally) add(u tally) {
	t.conflicts += u.conflicts
	t.operations += u.operations
	t.problems += u.problems
	for _, side := range plan.BothSides {
		t.on[side] += u.on[side]
	}
	t.files += u.files
	t.directories += u.directories
	t.bytes += u.bytes
}

// outline is the whole tree of a plan, or, of a filter, the part that matches. It is never changed.
type outline []node

// item is an element that is to be hung into the tree.
type item struct {
	what what
	at   int
	path tree.Path
}

// builder makes an outline.
type builder struct {
	plan  *plan.Plan
	names render.Alike
	nodes outline
	sided bool
}

// outlineOf is the tree of a plan.
func outlineOf(p *plan.Plan) outline {
	b := &builder{plan: p, names: plan.Alike(p)}
	b.nest(node{what: wholePlan, label: "the whole plan"}, func() {
		b.section("Conflicts", false, conflictItems(p), nil)
		place := map[*plan.Operation]int{}
		for i := range p.Operations {
			place[&p.Operations[i]] = i
		}
		for _, g := range render.Groups(p) {
			b.section(g.Title, g.Sided, operationItems(g.Operations, place), func() {
				for _, m := range g.Moved {
					b.moved(m, place)
				}
			})
		}
		b.problems()
	})
	return b.nodes
}

// nest adds a node, and what fill adds below it, and sums up.
func (b *builder) nest(n node, fill func()) {
	at := len(b.nodes)
	if at == 0 {
		n.parent = -1
	}
	b.nodes = append(b.nodes, n)
	fill()
	n.end = len(b.nodes)
	n.tally = own(b.plan, &n)
	for below := at + 1; below < n.end; below = b.nodes[below].end {
		b.nodes[below].parent = at
		n.tally.add(b.nodes[below].tally)
	}
	b.nodes[at] = n
}

// leaf adds a node with nothing below.
func (b *builder) leaf(n node) { b.nest(n, func() {}) }

// own is what a node itself counts for.
func own(p *plan.Plan, n *node) tally {
	switch n.what {
	case aConflict:
		return tally{conflicts: 1}
	case anOperation:
		return operationTally(&p.Operations[n.at])
	case aProblem:
		return tally{problems: 1}
	}
	return tally{}
}

func operationTally(op *plan.Operation) tally {
	t := tally{operations: 1, bytes: bytesOf(op)}
	t.on[op.Side] = 1
	if subject := cmp.Or(op.After, op.Before); subject.Of() == tree.Directory {
		t.directories = 1
	} else {
		t.files = 1
	}
	return t
}

// side is where all operations below a node are; false where there are none, or on both sides.
func (t *tally) side() (on plan.Side, one bool) {
	for _, side := range plan.BothSides {
		if t.operations > 0 && t.on[side] == t.operations {
			return side, true
		}
	}
	return 0, false
}

// bytesOf is what an operation moves: what is written or taken away.
func bytesOf(op *plan.Operation) int64 {
	switch {
	case op.Action == plan.Delete:
		return op.Before.Size
	case op.Action == plan.Create || op.Action == plan.Update:
		return op.After.Size
	}
	return 0
}

// section adds a section where it has anything: what first adds, and the items.
func (b *builder) section(title string, sided bool, items []item, first func()) {
	if len(items) == 0 && first == nil {
		return
	}
	b.sided = sided
	b.nest(node{what: aSection, depth: 1, label: title, sided: sided}, func() {
		if first != nil {
			first()
		}
		b.within(tree.Root, 2, items)
	})
}

func conflictItems(p *plan.Plan) []item {
	items := make([]item, len(p.Conflicts))
	for i := range p.Conflicts {
		items[i] = item{aConflict, i, p.Conflicts[i].Path}
	}
	slices.SortStableFunc(items, func(a, b item) int { return tree.Compare(a.path, b.path) })
	return items
}

func operationItems(ops []*plan.Operation, place map[*plan.Operation]int) []item {
	items := make([]item, len(ops))
	for i, op := range ops {
		items[i] = item{anOperation, place[op], op.Path}
	}
	return items
}

// moved adds a directory that moved as a whole.
func (b *builder) moved(m render.Moved, place map[*plan.Operation]int) {
	n := node{what: aFolder, depth: 2, path: m.To, sided: true,
		label: b.names.Path(m.From, true) + " → " + b.names.Path(m.To, true)}
	b.nest(n, func() {
		for _, op := range m.Operations {
			b.leaf(node{what: anOperation, at: place[op], depth: 3, path: op.Path, sided: true})
		}
	})
}

// problems adds the section of problems, the blocked ones first.
func (b *builder) problems() {
	if len(b.plan.Problems) == 0 {
		return
	}
	b.nest(node{what: aSection, depth: 1, label: "Problems"}, func() {
		for _, severity := range []plan.Severity{plan.Blocked, plan.Warning} {
			for i := range b.plan.Problems {
				if q := &b.plan.Problems[i]; q.Severity == severity {
					b.leaf(node{what: aProblem, at: i, depth: 2, path: problemPath(q)})
				}
			}
		}
	})
}

// problemPath is where a problem is, the root where it is the whole tree's.
func problemPath(q *plan.Problem) tree.Path {
	if q.Path == nil {
		return tree.Root
	}
	return *q.Path
}

// within hangs items that lie at or below dir, in the order of paths, below it. Directories with only one of them, and
// directories that hold only one directory, have no line of their own.
func (b *builder) within(dir tree.Path, depth int, items []item) {
	for len(items) > 0 {
		n := sharing(dir, items)
		group := items[:n]
		items = items[n:]
		common := shared(group[0].path, group[n-1].path)
		if n == 1 || len(common) <= len(dir) || group[n-1].path == common {
			for _, one := range group {
				b.leaf(node{what: one.what, at: one.at, depth: depth, path: one.path, sided: b.sided})
			}
			continue
		}
		head := node{what: aFolder, depth: depth, path: common, sided: b.sided}
		if first := group[0]; first.path == common {
			head.what, head.at = first.what, first.at
			group = group[1:]
		}
		b.nest(head, func() {
			for ; group[0].path == common; group = group[1:] { // of the other side
				b.leaf(node{what: group[0].what, at: group[0].at, depth: depth + 1, path: common, sided: b.sided})
			}
			b.within(common, depth+1, group)
		})
	}
}

// sharing is how many of items, from the first, lie in the same directory of dir as it, or at the same path.
func sharing(dir tree.Path, items []item) int {
	first := child(dir, items[0].path)
	n := 1
	for n < len(items) && items[n].path.Within(first) {
		n++
	}
	return n
}

// child is the entry of dir that path is, or lies below.
func child(dir, path tree.Path) tree.Path {
	from := below(dir)
	if from >= len(path) {
		return path
	}
	if slash := strings.IndexByte(string(path[from:]), '/'); slash >= 0 {
		return path[:from+slash]
	}
	return path
}

// below is where, in a path below dir, the name of dir's entry begins.
func below(dir tree.Path) int {
	if dir == tree.Root {
		return 0
	}
	return len(dir) + 1
}

// shared is the innermost path that both paths are at or below.
func shared(a, b tree.Path) tree.Path {
	for !b.Within(a) {
		a = a.Parent()
	}
	return a
}
