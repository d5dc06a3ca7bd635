package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"treaty/plan/tree"
)

// An entry that was renamed to a name that the other side cannot hold keeps its old name there: to delete it would
// leave that side without it for as long as nobody gives it another name.

// barredEntry is what the other side lacks and cannot hold, by its own name or by a directory's above it.
type barredEntry struct {
	side  Side // that has it
	path  tree.Path
	entry tree.Entry
	// empty tells of a directory that nothing is in.
	empty bool
	// hash is zero for what was not read, and unread tells that it should have been.
	hash   tree.Hash
	unread bool
	// problem is the one, of the draft's, that says why; -1 where there is none.
	problem int
}

// keptName is a path of a side whose delete is not planned, since the entry may go by a barred name elsewhere.
type keptName struct {
	side Side
	path tree.Path
}

// barring is what the other side cannot hold, and what follows of that.
type barring struct {
	// barred are the entries that the other side cannot hold, and kept the names that entries keep for that.
	barred []barredEntry
	kept   []keptName
}

// bar notes an entry whose create was refused, with what is in it.
func (bs *barring) bar(t *trio, path Sides[tree.Path], in found) {
	for _, side := range BothSides {
		if e := t.now(side); t.base == nil && t.has(side) && !t.has(side.Other()) {
			bs.barred = append(bs.barred, barredEntry{side: side, path: path[side], entry: *e, problem: -1,
				empty: e.Type == tree.Directory && in.entries[side] == 0 && !in.blocked, unread: e.Obstacle != ""})
		}
	}
}

// keepOldNames takes out the deletes of what may only have been renamed, to a name that is barred. Too much is
// kept rather than too little: the next plan, when the name is another, deletes what was none.
func keepOldNames(ctx context.Context, dr *draft) error {
	if len(dr.barred) == 0 {
		return nil
	}
	leaving := whatLeaves(dr.differences)
	if err := readBarred(ctx, dr, leaving); err != nil {
		return err
	}
	dr.blame(dr.problems)
	for _, side := range BothSides {
		o := newOldNames(dr, side, leaving[side])
		o.related()
		o.directories()
		for _, d := range leaving[side] {
			if len(o.by[d]) > 0 {
				d.dropped = true
				d.rare.all().whole.leaveOut()
				dr.kept = append(dr.kept, keptName{side, d.at(side)})
			}
		}
		o.tell()
	}
	dr.drop()
	return nil
}

// blame finds the problem that says why each entry is barred: its own or that of a directory above it.
func (bs *barring) blame(problems problems) {
	at := Sides[map[tree.Path]int]{{}, {}}
	for i, p := range blocks(problems) {
		if p.Side != nil {
			at[p.Side.Other()][*p.Path] = i
		}
	}
	for i := range bs.barred {
		b := &bs.barred[i]
		for path := b.path; path != tree.Root && b.problem < 0; path = path.Parent() {
			if problem, found := at[b.side][path]; found {
				b.problem = problem
			}
		}
	}
}

// whatLeaves are the differences, by the side that would lose it, that delete something. What lies in a directory that
// makes way for something else cannot stay.
func whatLeaves(ds differences) (leaving Sides[[]*difference]) {
	var goes Sides[[]tree.Path]
	for _, d := range ds {
		if d.rare.all().against != nil {
			goes[d.rare.all().against.side] = append(goes[d.rare.all().against.side], d.at(d.rare.all().against.side))
		}
	}
	for _, d := range ds {
		if side, deletes := d.deletes(); deletes && !slices.ContainsFunc(goes[side], d.at(side).Within) {
			leaving[side] = append(leaving[side], d)
		}
	}
	return leaving
}

// readBarred reads the barred files of which one of the same size is leaving, and those that leave, have the size
// of a barred one and were not read yet.
func readBarred(ctx context.Context, dr *draft, leaving Sides[[]*difference]) error {
	var r reads
	goes, comes := Sides[map[int64]bool]{{}, {}}, Sides[map[int64]bool]{{}, {}}
	for i := range dr.barred {
		if b := &dr.barred[i]; hasContent(&b.entry) {
			comes[b.side.Other()][b.entry.Size] = true
		}
	}
	for _, side := range BothSides {
		for _, d := range leaving[side] {
			if e := d.now(side); e.hasContent() && comes[side][e.Size] {
				goes[side][e.Size] = true
				if !d.sum(side).Known() {
					r.add(side, d.wantedOf(side), func(content tree.Content) { d.learn(side, content.SHA256) })
				}
			}
		}
	}
	for i := range dr.barred {
		b := &dr.barred[i]
		if hasContent(&b.entry) && goes[b.side.Other()][b.entry.Size] && !b.unread {
			r.add(b.side, tree.Wanted{Path: b.path, Size: b.entry.Size, Mtime: b.entry.Mtime},
				func(content tree.Content) { b.hash = content.SHA256 })
		}
	}
	return r.run(ctx, dr.readers)
}

func hasContent(e *tree.Entry) bool { return e.Type == tree.File && e.Size > 0 }

// hasContent is that of an entry.
func (it *item) hasContent() bool { return it.Type == tree.File && it.Size > 0 }

// tell says of each block which names stay until it is gone, the uppermost of them.
func (o *oldNames) tell() {
	stay := map[int][]tree.Path{}
	for _, d := range o.leaving {
		for _, b := range o.by[d] {
			if b.problem >= 0 {
				stay[b.problem] = append(stay[b.problem], d.at(o.side))
			}
		}
	}
	for problem, paths := range stay {
		o.draft.problems[problem].Message += "; until then " + staying(paths)
	}
}

// staying names some of the paths, without those in another of them.
func staying(paths []tree.Path) string {
	const most = 3
	slices.SortFunc(paths, tree.Compare)
	var top []string
	last := tree.Root
	for _, path := range paths {
		if last == tree.Root || !path.Within(last) && path != last {
			last = path
			top = append(top, fmt.Sprintf("%q", path))
		}
	}
	if len(top) > most {
		top = append(top[:most], fmt.Sprintf("%d more", len(top)-most))
	}
	verb := " stays there"
	if len(top) > 1 {
		verb = " stay there"
	}
	return strings.Join(top, ", ") + verb
}
