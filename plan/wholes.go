package plan

import (
	"fmt"
	"slices"

	"treaty/plan/tree"
)

// repositories are the directories of which is told that they could be taken whole.
var repositories = []string{".git"}

// wholes are the units that a walk comes by, or, where the options say nothing of any, the repositories.
type wholes struct {
	units Units
	// only tells that they are to be told of, and no more.
	only bool
	all  []*wholeDir
	at   map[Sides[tree.Path]]*wholeDir
}

func wholesOf(o *Options) wholes {
	if o.Atomic == nil {
		return wholes{units: unitsOf(repositories), only: true, at: map[Sides[tree.Path]]*wholeDir{}}
	}
	return wholes{units: o.Units(), at: map[Sides[tree.Path]]*wholeDir{}}
}

// wholeDir is a unit, or a repository, in the making of a plan.
type wholeDir struct {
	path Sides[tree.Path]
	// only tells that it is to be told of, and no more.
	only bool
	// root is the directory as it was come by, nil where a side cannot show it.
	root *difference
	// cut tells that something of it is taken out of the plan.
	cut bool
	// conflicts tells that something in it is in conflict, and comes to which sides something other than times comes.
	conflicts bool
	comes     Sides[bool]
}

// taken tells of a difference that it belongs to a directory that is taken whole.
func (w *wholeDir) taken() bool { return w != nil && !w.only }

// of is the outermost one that a name is, or lies in; nil where there is none.
func (ws *wholes) of(above *wholeDir, in *directory, t *trio) *wholeDir {
	if above != nil || ws == nil || ws.units.scope == nil ||
		t.now(Local).Type != tree.Directory && t.now(Remote).Type != tree.Directory {
		return above
	}
	path := in.pathOf(t)
	if known := ws.at[path]; known != nil {
		return known
	}
	if !ws.units.is(path[Local]) || !ws.units.is(path[Remote]) {
		return nil
	}
	w := &wholeDir{path: path, only: ws.only}
	ws.at[path], ws.all = w, append(ws.all, w)
	return w
}

// enter notes the directory itself, with what was found in it.
func (w *wholeDir) enter(d *difference, f *found) {
	if w == nil || d.paths() != w.path {
		return
	}
	root := *d
	root.rare = &rare{alias: d.rare.all().alias}
	for _, side := range BothSides {
		if d.now(side).Type == tree.Directory {
			root.rare.subtree[side] = &tree.Subtree{Entries: f.entries[side], Digest: f.digest[side]}
		}
	}
	w.root = outlive(&root)
}

// leaveOut notes that something of it is taken out of the plan.
func (w *wholeDir) leaveOut() {
	if w != nil {
		w.cut = true
	}
}

// decideUnits makes one conflict of each unit that both sides changed to different ends, and takes those out in which
// something is blocked or was taken out. What of repositories should be known is told where nobody said how they are
// to be taken.
func decideUnits(dr *draft) {
	for _, d := range dr.differences {
		if d.rare.all().whole != nil {
			d.rare.all().whole.meet(d)
		}
	}
	for _, w := range dr.wholes.all {
		if !w.only && w.root != nil {
			w.cut = dr.blockedWhole(w) || w.cut
		}
	}
	dr.differences = dr.decideWholes()
	dr.tellRepositories()
}

// meet notes which way something in it goes. Times alone go either way.
func (w *wholeDir) meet(d *difference) {
	w.conflicts = w.conflicts || d.verdict.kind != ""
	for _, c := range d.verdict.changes {
		w.comes[c.side] = w.comes[c.side] || c.action != Touch
	}
}

// bothWays tells whether both sides changed it, to different ends.
func (w *wholeDir) bothWays() bool { return w.conflicts || w.comes[Local] && w.comes[Remote] }

// blockedWhole tells whether something in a unit is blocked, and says there what that means.
func (dr *draft) blockedWhole(w *wholeDir) (blocked bool) {
	for _, p := range blocks(dr.problems) {
		if p.Side == nil || !p.Path.Within(w.path[*p.Side]) {
			continue
		}
		if blocked = true; *p.Path != w.path[*p.Side] {
			p.Message += fmt.Sprintf("; all of %q is left as it is, which is taken whole", w.path[*p.Side])
		}
	}
	return blocked
}

// decideWholes are the differences with one in the place of all of a unit that is in conflict, and without those of a
// unit that is cut.
func (dr *draft) decideWholes() differences {
	last := map[*wholeDir]*difference{}
	for _, d := range dr.differences {
		last[d.rare.all().whole] = d
	}
	kept := dr.differences[:0]
	for _, d := range dr.differences {
		switch w := d.rare.all().whole; {
		case !w.taken() || w.root == nil || mixed(w.root):
			kept = append(kept, d)
		case w.cut:
		case !w.bothWays():
			kept = append(kept, d)
		case last[w] == d:
			w.root.verdict = verdict{kind: w.kind()}
			kept = append(kept, w.root)
		}
	}
	clear(dr.differences[len(kept):])
	return kept
}

// mixed tells whether something else than a directory stands against one: then all in that comes or goes with it.
func mixed(d *difference) bool {
	return d.has(Local) && d.has(Remote) && d.now(Local).Type != d.now(Remote).Type
}

// kind is that of the conflict of the directory.
func (w *wholeDir) kind() Kind {
	switch {
	case !w.root.has(Local) || !w.root.has(Remote):
		return ChangedAndDeleted
	case w.root.base == nil:
		return BothCreated
	}
	return BothChanged
}

// tellRepositories warns, once, of repositories that are new, or changed on both sides, where nobody said how they are
// to be taken.
func (dr *draft) tellRepositories() {
	var paths []tree.Path
	for _, w := range dr.wholes.all {
		fresh := w.root != nil && w.root.base == nil && (w.comes[Local] || w.comes[Remote])
		if w.only && (fresh || w.bothWays()) {
			paths = append(paths, w.path[Local])
		}
	}
	if len(paths) == 0 {
		return
	}
	slices.SortFunc(paths, tree.Compare)
	more := ""
	if len(paths) > 1 {
		more = fmt.Sprintf(" (and %d more)", len(paths)-1)
	}
	dr.warn(RepositoryInTree, nil, &paths[0], fmt.Sprintf("a Git repository%s goes file by file, so that two histories "+
		"may be mixed; the config's atomic takes it whole as [\".git\"], and as [] says that this is known", more))
}
