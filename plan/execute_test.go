package plan_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"treaty/plan"
	"treaty/plan/tree"
)

// executor carries out plans on trees in memory, as an apply would: what is replaced or deleted goes to
// a trash, directories only go empty, and nothing is ever put over something else.
type executor struct {
	trees plan.Sides[*memoryTree]
	old   plan.Sides[*memoryTree]
	trash plan.Sides[[]string] // the contents moved aside
	own   spellings
	// touched are the paths that were changed.
	touched plan.Sides[map[tree.Path]bool]
	skipped int
}

// execute carries out a plan whose conflicts are resolved.
func execute(p *plan.Plan, trees plan.Sides[*memoryTree]) (*executor, error) {
	e := &executor{own: spellingsOf(trees)}
	for _, side := range plan.BothSides {
		e.trees[side], e.old[side] = trees[side].clone(), trees[side].clone()
		e.touched[side] = map[tree.Path]bool{}
	}
	if err := e.preconditions(p); err != nil {
		return nil, err
	}
	moving := map[int]*node{}
	deletes := plan.Sides[[]tree.Path]{}
	for i := range p.Operations {
		op := &p.Operations[i]
		switch op.Action {
		case plan.Move:
			from := e.trees[op.Side].find(op.From())
			moving[op.ID] = e.take(op.Side, from)
		case plan.Delete, plan.Update:
			at := e.trees[op.Side].find(op.Path)
			if op.Before.Type == tree.Directory {
				deletes[op.Side] = append(deletes[op.Side], at)
			} else {
				e.discard(op.Side, at)
			}
		}
	}
	var bring []func() error
	for i := range p.Conflicts {
		bring = append(bring, e.resolve(&p.Conflicts[i]))
	}
	for _, side := range plan.BothSides {
		slices.SortFunc(deletes[side], func(a, b tree.Path) int { return tree.Compare(b, a) })
		for _, dir := range deletes[side] {
			e.removeDirectory(side, dir)
		}
	}
	for i := range p.Operations {
		if err := e.install(&p.Operations[i], moving); err != nil {
			return nil, err
		}
	}
	for _, what := range bring {
		if err := what(); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// preconditions hold every before to what is there.
func (e *executor) preconditions(p *plan.Plan) error {
	vacated := map[string]bool{}
	for _, op := range p.Operations {
		if op.Action == plan.Move {
			vacated[op.Side.String()+"/"+string(e.trees[op.Side].find(op.From()))] = true
		}
	}
	for _, op := range p.Operations {
		m := e.trees[op.Side]
		path := op.Path
		if op.Action == plan.Move {
			path = op.From()
		}
		at := m.find(path)
		switch {
		case op.Before == nil && at != "" && !vacated[op.Side.String()+"/"+string(at)]:
			return fmt.Errorf("%s is there already on %s", path, op.Side)
		case op.Before == nil:
		case at == "":
			return fmt.Errorf("%s is not on %s", path, op.Side)
		default:
			have := m.entry(at)
			was := have.State()
			want := *op.Before
			want.SHA256 = tree.Hash{}
			want.LeaveSubtree()
			if !reflect.DeepEqual(*was, want) {
				return fmt.Errorf("%s on %s is %+v, not %+v", path, op.Side, *was, want)
			}
		}
	}
	return nil
}

// take removes a node and returns it.
func (e *executor) take(side plan.Side, at tree.Path) *node {
	n := e.trees[side].nodes[at]
	delete(e.trees[side].nodes, at)
	e.touched[side][at] = true
	return n
}

// discard moves all that is at a path to the trash.
func (e *executor) discard(side plan.Side, at tree.Path) {
	for _, path := range e.trees[side].below(at) {
		if n := e.take(side, path); n.kind == tree.File {
			e.trash[side] = append(e.trash[side], n.content)
		}
	}
}

// removeDirectory removes a directory in which there is nothing but litter.
func (e *executor) removeDirectory(side plan.Side, dir tree.Path) {
	m := e.trees[side]
	rest := m.below(dir)[1:]
	litter := tree.Path("")
	for _, path := range rest {
		if litter != "" && path.Within(litter) {
			continue
		}
		litter = path
		if (memoryScope{m.scope(path.Parent())}).Judge(path, m.nodes[path].kind == tree.Directory) != tree.Litter {
			e.skipped++
			return
		}
	}
	for _, path := range rest {
		e.discard(side, path)
	}
	e.take(side, dir)
}

// install puts what an operation makes.
func (e *executor) install(op *plan.Operation, moving map[int]*node) error {
	m := e.trees[op.Side]
	switch op.Action {
	case plan.Delete:
		return nil
	case plan.Touch, plan.Chmod:
		n := m.nodes[m.find(op.Path)]
		if n == nil {
			return fmt.Errorf("%s is not on %s", op.Path, op.Side)
		}
		n.mode = op.After.Mode
		if n.kind == tree.File {
			n.mtime = op.After.Mtime
		}
		e.touched[op.Side][m.find(op.Path)] = true
		return nil
	}
	n := &node{kind: op.After.Type, target: op.After.Target(), mode: op.After.Mode, mtime: op.After.Mtime}
	switch {
	case op.Action == plan.Move:
		moved := moving[op.ID]
		n.content, n.size = moved.content, moved.size
	case op.Source() != nil:
		from := e.old[op.Source().Tree].nodes[op.Source().Path]
		if from == nil {
			return fmt.Errorf("the source %s of %s is not there", op.Source().Path, op.Path)
		}
		n.content, n.size = from.content, from.size
	}
	if n.kind == tree.File && n.size != op.After.Size {
		return fmt.Errorf("%s has %d bytes, not %d", op.Path, n.size, op.After.Size)
	}
	return e.put(op.Side, op.Path, n)
}

// put adds a node where nothing is, below directories only.
func (e *executor) put(side plan.Side, path tree.Path, n *node) error {
	m := e.trees[side]
	if at := m.find(path); at != "" {
		return fmt.Errorf("%s on %s is taken", path, side)
	}
	parent := path.Parent()
	if parent != tree.Root {
		at := m.find(parent)
		if at == "" || m.nodes[at].kind != tree.Directory {
			return fmt.Errorf("%s on %s has no directory", path, side)
		}
		path = at.Join(path.Base())
	}
	m.nodes[path] = n
	e.touched[side][path] = true
	return nil
}

// resolve takes away what the choice for a conflict replaces, and returns what brings the rest.
func (e *executor) resolve(c *plan.Conflict) func() error {
	switch c.Resolution {
	case plan.SkipPath, plan.Unresolved:
		e.skipped++
		return func() error { return nil }
	case plan.KeepBoth:
		return func() error { return e.keepBoth(c) }
	}
	side := plan.Local
	if newer, ok := c.Newer(); c.Resolution == plan.TakeRemote ||
		c.Resolution == plan.TakeNewer && ok && newer == plan.Remote {
		side = plan.Remote
	}
	other := side.Other()
	if c.State(other) != nil {
		e.discard(other, e.at(c, other))
	}
	return func() error {
		if c.State(side) == nil {
			return nil
		}
		return e.bring(side, other, e.at(c, side), e.own.on(other, e.at(c, side), side))
	}
}

// keepBoth brings each version to the other side, under its own name or under the one that is kept for
// the remote version.
func (e *executor) keepBoth(c *plan.Conflict) error {
	if c.Kind == plan.RenamedDifferently {
		for _, side := range plan.BothSides {
			if err := e.bring(side, side.Other(), e.at(c, side), e.own.on(side.Other(), e.at(c, side), side)); err != nil {
				return err
			}
		}
		return nil
	}
	at, kept := e.at(c, plan.Remote), e.own.on(plan.Remote, c.KeepBothAs, plan.Local)
	if err := e.bring(plan.Remote, plan.Local, at, c.KeepBothAs); err != nil {
		return err
	}
	m := e.trees[plan.Remote]
	for _, path := range m.below(at) {
		n := e.take(plan.Remote, path)
		if err := e.put(plan.Remote, kept+path[len(at):], n); err != nil {
			return err
		}
	}
	return e.bring(plan.Local, plan.Remote, e.at(c, plan.Local), at)
}

// at is a conflict's path as a side spells it.
func (e *executor) at(c *plan.Conflict, side plan.Side) tree.Path {
	of := plan.Local
	if c.Local == nil {
		of = plan.Remote
	}
	if c.RemotePath != "" {
		of = side
	}
	return e.own.on(side, c.PathOn(side), of)
}

// spellings are each side's own paths by the other side's.
type spellings plan.Sides[map[tree.Path]tree.Path]

// spellingsOf asks the trees how they spell each other's names.
func spellingsOf(trees plan.Sides[*memoryTree]) spellings {
	own := spellings{{}, {}}
	in := plan.Input{Options: defaults()}
	for _, side := range plan.BothSides {
		m := trees[side].clone()
		in.Trees[side] = plan.Tree{Traits: m.traits, Stream: m, Reader: m}
	}
	_, _ = plan.Survey(context.Background(), in, func(n *plan.Name) error {
		for _, side := range plan.BothSides {
			if n.Entry[side].Type != tree.Absent {
				own[side][n.Path[side.Other()]] = n.Path[side]
			}
		}
		return nil
	})
	return own
}

// on is how side spells a path of the side of.
func (s spellings) on(side plan.Side, path tree.Path, of plan.Side) tree.Path {
	if side == of || path == tree.Root {
		return path
	}
	if own, found := s[side][path]; found {
		return own
	}
	return s.on(side, path.Parent(), of).Join(path.Base())
}

// bring copies what is in scope at a path of one side to the other, directories above it included.
func (e *executor) bring(from, to plan.Side, path, as tree.Path) error {
	source, target := e.old[from], e.trees[to]
	if parent := as.Parent(); parent != tree.Root && target.find(parent) == "" {
		if err := e.mkdir(to, parent); err != nil {
			return err
		}
	}
	at := path
	hidden := tree.Path("")
	for _, p := range source.below(at) {
		if hidden != "" && p.Within(hidden) {
			continue
		}
		directory := source.nodes[p].kind == tree.Directory
		if p != at && max(memoryScope{source.scope(p.Parent())}.Judge(p, directory),
			memoryScope{target.scope(as.Parent())}.Judge(p, directory)) != tree.InScope {
			hidden = p
			continue
		}
		twin := *source.nodes[p]
		twin.mtime = target.traits.Keep(twin.mtime)
		if twin.kind == tree.Directory {
			twin.mode = tree.Perm(0o755)
		}
		if err := e.put(to, as+p[len(at):], &twin); err != nil {
			return err
		}
	}
	return nil
}

// mkdir makes a directory, and those above it.
func (e *executor) mkdir(side plan.Side, dir tree.Path) error {
	if parent := dir.Parent(); parent != tree.Root && e.trees[side].find(parent) == "" {
		if err := e.mkdir(side, parent); err != nil {
			return err
		}
	}
	return e.put(side, dir, &node{kind: tree.Directory, mode: tree.Perm(0o755)})
}
