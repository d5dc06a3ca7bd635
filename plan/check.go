package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"treaty/plan/tree"
)

// Wrong is one rule that a plan breaks.
type Wrong struct {
	Pointer string // JSON pointer into the plan
	Message string
}

// maxWrong is how many broken rules are worth telling at once.
const maxWrong = 20

// trashFolder is where an undo takes content from.
const trashFolder = tree.PrivateFolder + "/trash/"

// Check holds a plan to the rules that its schema cannot say. Whoever edited it, a plan that passes
// touches nothing but what it lists: paths stay inside the trees, no path is changed twice on one side,
// and no file or link is ever taken for a directory. It returns what is wrong, in order, at most
// maxWrong of it.
func (p *Plan) Check() []Wrong {
	c := newChecker(p)
	c.version()
	for i := range p.Operations {
		c.operation(&p.Operations[i], element(i))
	}
	for i := range p.Conflicts {
		c.conflict(&p.Conflicts[i], ^element(i))
	}
	c.ofUnits()
	for i := range p.Operations {
		op, at := &p.Operations[i], element(i)
		// What a move vacates may be filled again, by a create or another move, and by nothing else.
		if op.Before != nil && op.Action != Move {
			if mover, moved := c.mover(op.Side, op.Path); moved {
				c.fail(at.below("/path"), "%q on %s is moved away by %s", op.Path, op.Side, mover)
			}
		}
		if op.After != nil {
			c.parents(op.Side, after, op.Path, at.below("/path"))
		}
		switch {
		case op.Action == Move:
			c.parents(op.Side, before, op.From(), at.below("/from"))
		case op.Before != nil:
			c.parents(op.Side, before, op.Path, at.below("/path"))
		}
	}
	return c.wrong[:min(len(c.wrong), maxWrong)]
}

type checker struct {
	plan    *Plan
	spelled spellings
	wrong   []Wrong
	ids     index[int]
	// claimed tells which elements put something at a path of a side, or take it away, by what the side takes as one
	// path; vacated which move takes it elsewhere.
	claimed, vacated Sides[index[tree.Path]]
	// solid are the paths that hold a file or a link, before and after, and open a directory each of which none is
	// above, nor is one there itself.
	solid Sides[[2]index[tree.Path]]
	open  Sides[[2]tree.Path]
}

func newChecker(p *Plan) *checker {
	c := &checker{plan: p, spelled: p.spellings()}
	c.ids = index[int]{keyOf: c.idOf, order: cmp.Compare[int]}
	for _, side := range BothSides {
		c.claimed[side] = index[tree.Path]{order: tree.Compare,
			keyOf: func(at element) tree.Path { return c.spelled.key(side, p.Operations[at].Path) }}
		c.vacated[side] = index[tree.Path]{order: tree.Compare,
			keyOf: func(at element) tree.Path { return c.plan.Operations[at].From() }}
		for when := range c.solid[side] {
			c.solid[side][when] = index[tree.Path]{order: tree.Compare,
				keyOf: func(at element) tree.Path { return c.standing(side, when, at) }}
		}
	}
	return c
}

// element is one of a plan: an operation, by its index, or, below 0, a conflict, by the complement of its index. There
// may be a million, of which none needs a text unless something is wrong with it.
type element int32

func (e element) String() string {
	if e < 0 {
		return fmt.Sprintf("/conflicts/%d", ^e)
	}
	return fmt.Sprintf("/operations/%d", e)
}

// below is a member of it, by its JSON pointer in the element.
func (e element) below(pointer string) spot { return spot{e, pointer} }

// spot is a place in the plan: a JSON pointer that is not put together yet.
type spot struct {
	of    element
	below string
}

func (s spot) String() string { return s.of.String() + s.below }

// member is a place outside of all elements, by its JSON pointer.
type member string

func (m member) String() string { return string(m) }

const (
	before = iota
	after
)

func (c *checker) fail(pointer fmt.Stringer, format string, args ...any) {
	c.wrong = append(c.wrong, Wrong{pointer.String(), fmt.Sprintf(format, args...)})
}

// id refuses a number that two elements share.
func (c *checker) id(id int, at element) {
	for other := range c.ids.candidates(id) {
		if c.idOf(other) == id {
			c.fail(at.below("/id"), "the id %d is that of %s too", id, other)
			return
		}
	}
	c.ids.add(id, at)
}

func (c *checker) idOf(at element) int {
	if at < 0 {
		return c.plan.Conflicts[^at].ID
	}
	return c.plan.Operations[at].ID
}

// path refuses what does not name an entry of a tree.
func (c *checker) path(path tree.Path, pointer spot) bool {
	if _, err := tree.ParsePath(string(path)); err != nil {
		c.fail(pointer, "%v", err)
		return false
	}
	return true
}

// newPath refuses what the side cannot hold.
func (c *checker) newPath(side Side, path tree.Path, pointer spot) bool {
	if !c.path(path, pointer) {
		return false
	}
	traits, name := &c.plan.Snapshot(side).Filesystem, path.Base()
	if why := traits.NameProblem(name); why != "" {
		c.fail(pointer, "%q cannot be on %s: %s", name, side, why)
		return false
	}
	if traits.NameLength(name) > tree.MaxName {
		c.fail(pointer, "a name of %d cannot be on %s: %d is the most", traits.NameLength(name), side, tree.MaxName)
		return false
	}
	return true
}

// name is a path that an element claims; fresh where nothing has been there under just that name.
type name struct {
	path  tree.Path
	fresh bool
}

// names are what an element claims, where nothing is wrong with that.
func (c *checker) names(at element) [3]name {
	if at < 0 {
		k := &c.plan.Conflicts[^at]
		return [3]name{{k.Path, false}, {k.RemotePath, false}, {k.KeepBothAs, true}}
	}
	op := &c.plan.Operations[at]
	return [3]name{{op.Path, op.Action == Create || op.Action == Move}}
}

// claim takes a path of a side for one element. Where a volume takes two spellings as equal, there is no
// new name beside another; two that it is listed with all the same are two.
func (c *checker) claim(side Side, path tree.Path, fresh bool, at element, pointer spot) {
	key := c.spelled.key(side, path)
	for other := range c.claimed[side].candidates(key) {
		if other != at && c.taken(side, name{path, fresh}, key, other) {
			c.fail(pointer, "%q on %s is changed by %s too", path, side, other)
			return
		}
	}
	c.claimed[side].add(key, at)
}

// taken tells whether another element claims a path already, or what the side takes for it.
func (c *checker) taken(side Side, wanted name, key tree.Path, by element) bool {
	for _, n := range c.names(by) {
		if n.path == wanted.path || (n.fresh || wanted.fresh) && n.path != "" && c.spelled.key(side, n.path) == key {
			return true
		}
	}
	return false
}

// vacate notes that a move takes away what is at a path.
func (c *checker) vacate(side Side, path tree.Path, at element, pointer spot) {
	if other, taken := c.mover(side, path); taken {
		c.fail(pointer, "%q on %s is changed by %s too", path, side, other)
		return
	}
	c.vacated[side].add(path, at)
}

// mover is the move that takes away what is at a path, if there is one.
func (c *checker) mover(side Side, path tree.Path) (element, bool) {
	for at := range c.vacated[side].candidates(path) {
		if c.plan.Operations[at].From() == path {
			return at, true
		}
	}
	return 0, false
}

// stands notes what is at a path, before or after: nothing may lie below a file or a link.
func (c *checker) stands(side Side, when int, path tree.Path, s *tree.State, at element) {
	if s == nil || s.Type == tree.Directory {
		return
	}
	c.solid[side][when].add(path, at)
	c.open[side][when] = tree.Root
}

// standing is the path of what an element has on a side, or will have.
func (c *checker) standing(side Side, when int, at element) tree.Path {
	switch {
	case at < 0:
		return c.plan.Conflicts[^at].PathOn(side)
	case when == before && c.plan.Operations[at].Action == Move:
		return c.plan.Operations[at].From()
	}
	return c.plan.Operations[at].Path
}

func (c *checker) operation(op *Operation, at element) {
	c.id(op.ID, at)
	legal := c.path(op.Path, at.below("/path"))
	if op.Action == Create || op.Action == Move {
		legal = c.newPath(op.Side, op.Path, at.below("/path"))
	}
	if !legal {
		return
	}
	c.claim(op.Side, op.Path, op.Action == Create || op.Action == Move, at, at.below("/path"))
	from := op.Path
	if op.Action == Move {
		from = op.From()
		if c.path(op.From(), at.below("/from")) {
			c.vacate(op.Side, op.From(), at, at.below("/from"))
		}
		if op.From() == op.Path {
			c.fail(at.below("/from"), "a move needs two names")
		}
	}
	if c.deletesBlindly(op) {
		c.fail(at.below("/action"), "a plan without a baseline removes nothing")
	}
	c.states(op, at)
	c.source(op, at)
	c.diff(op.Diff(), op.Before, op.After, at)
	c.symlink(op.Side, op.After, at.below("/after/type"))
	c.stands(op.Side, before, from, op.Before, at)
	c.stands(op.Side, after, op.Path, op.After, at)
}

// states holds before and after to the action.
func (c *checker) states(op *Operation, at element) {
	if (op.Before == nil) != (op.Action == Create) {
		c.fail(at.below("/before"), "%s needs %s", op.Action,
			map[bool]string{true: "null: there is nothing before", false: "what is there before"}[op.Action == Create])
		return
	}
	if (op.After == nil) != (op.Action == Delete) {
		c.fail(at.below("/after"), "%s needs %s", op.Action,
			map[bool]string{true: "null: there is nothing after", false: "what is there after"}[op.Action == Delete])
		return
	}
	switch op.Action {
	case Move, Touch:
		if op.Before.Type != tree.File || op.After.Type != tree.File {
			c.fail(at.below("/after/type"), "%s is for files", op.Action)
		}
	case Chmod:
		if op.Before.Type != op.After.Type || op.Before.Type == tree.Symlink {
			c.fail(at.below("/after/type"), "chmod changes no type, and links have no mode")
		} else if !op.After.Mode.Known() {
			c.fail(at.below("/after"), "chmod needs a mode")
		}
	case Update:
		if op.Before.Type == tree.Directory && op.After.Type == tree.Directory {
			c.fail(at.below("/after/type"), "a directory has no content to update")
		}
	}
	if op.Action == Move || op.Action == Touch || op.Action == Chmod {
		if op.Before.Size != op.After.Size || op.Before.SHA256 != op.After.SHA256 {
			c.fail(at.below("/after"), "%s changes no content", op.Action)
		}
	}
}

// source holds where content comes from to what needs content.
func (c *checker) source(op *Operation, at element) {
	needs := (op.Action == Create || op.Action == Update) && op.After.Of() == tree.File
	switch {
	case needs && op.Source() == nil:
		c.fail(at.below(""), "the %s of a file needs a source", op.Action)
	case !needs && op.Source() != nil:
		c.fail(at.below("/source"), "nothing is copied here, so there is no source")
	case needs:
		path, trashed := strings.CutPrefix(string(op.Source().Path), trashFolder)
		if trashed {
			if _, err := tree.ParsePath(path); err != nil {
				c.fail(at.below("/source/path"), "%v", err)
			}
			return
		}
		if op.Source().Tree == op.Side && op.Source().Path == op.Path {
			c.fail(at.below("/source"), "a file is no source for itself")
		}
		c.path(op.Source().Path, at.below("/source/path"))
	}
}

func (c *checker) symlink(side Side, after *tree.State, pointer spot) {
	if after.Of() == tree.Symlink && !c.plan.Snapshot(side).Filesystem.Symlinks {
		c.fail(pointer, "%s has no symlinks", side)
	}
}

func (c *checker) conflict(k *Conflict, at element) {
	c.id(k.ID, at)
	if !c.path(k.Path, at.below("/path")) || k.RemotePath != "" && !c.path(k.RemotePath, at.below("/remote_path")) {
		return
	}
	for _, side := range BothSides {
		c.claim(side, k.Path, false, at, at.below("/path"))
		if k.RemotePath != "" {
			c.claim(side, k.RemotePath, false, at, at.below("/remote_path"))
		}
		c.stands(side, before, k.PathOn(side), k.State(side), at)
		c.stands(side, after, k.PathOn(side), k.State(side), at)
	}
	if k.Local == nil && k.Remote == nil {
		c.fail(at.below(""), "nothing is there on either side, so there is no conflict")
		return
	}
	c.diff(k.Diff, k.Local, k.Remote, at)
	c.merge(k, at)
	if k.Resolution != Unresolved {
		if allowed := k.Allowed(); !slices.Contains(allowed, k.Resolution) {
			c.fail(at.below("/resolution"), "%s is not allowed here: %s", k.Resolution, orList(allowed))
		} else if !k.Choices.Allows(k.Resolution) {
			c.fail(at.below("/resolution"), "%s is not among this conflict's choices", k.Resolution)
		}
	}
	if k.KeepBothAs != "" {
		for _, side := range BothSides {
			if c.newPath(side, k.KeepBothAs, at.below("/keep_both_as")) {
				c.claim(side, k.KeepBothAs, true, at, at.below("/keep_both_as"))
			}
		}
		if sameName(k.KeepBothAs, k.Path) {
			c.fail(at.below("/keep_both_as"), "the two versions need two names")
		}
		for dir := k.KeepBothAs.Parent(); dir != tree.Root; dir = dir.Parent() {
			if sameName(dir, k.Path) {
				c.fail(at.below("/keep_both_as"), "%q is below %q, which is one of the two versions", k.KeepBothAs, k.Path)
			}
		}
		for _, side := range BothSides {
			c.parents(side, after, k.KeepBothAs, at.below("/keep_both_as"))
		}
	} else if k.Resolution == KeepBoth && k.Kind != RenamedDifferently {
		c.fail(at.below(""), "keep-both needs keep_both_as")
	}
}

func orList(list []Resolution) string {
	names := make([]string, len(list))
	for i, r := range list {
		names[i] = string(r)
	}
	return "it may be " + strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// sameName tells whether some volume takes two paths for one.
func sameName(a, b tree.Path) bool {
	return tree.CollisionKey(string(a)) == tree.CollisionKey(string(b))
}

// deletesBlindly tells whether a plan that remembers nothing would remove something: that nobody ever asked for. An
// undo knows what it takes back.
func (c *checker) deletesBlindly(op *Operation) bool {
	removes := op.Action == Delete || op.Action == Update && op.Before.Of() == tree.Directory
	return removes && c.plan.Baseline == nil && op.Reason != Undo
}

// parents refuses a path below one that holds a file or a link.
func (c *checker) parents(side Side, when int, path tree.Path, pointer spot) {
	for dir := path.Parent(); dir != tree.Root && dir != c.open[side][when]; dir = dir.Parent() {
		for at := range c.solid[side][when].candidates(dir) {
			if c.standing(side, when, at) == dir {
				c.fail(pointer, "%q is below %q, which is no directory (%s)", path, dir, at)
				return
			}
		}
	}
	c.open[side][when] = path.Parent()
}
