package plan

import (
	"errors"
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
	// problem is the one, of the walk's, that says why; -1 where there is none.
	problem int
}

// keptName is a path of a side whose delete is not planned, since the entry may go by a barred name elsewhere.
type keptName struct {
	side Side
	path tree.Path
}

// bar notes an entry whose create was refused, with what is in it.
func (w *walk) bar(t *trio, path Sides[tree.Path], in found) {
	for _, side := range BothSides {
		if e := &t.entry[side]; t.base == nil && t.has(side) && !t.has(side.Other()) {
			w.barred = append(w.barred, barredEntry{side: side, path: path[side], entry: *e, problem: -1,
				empty: e.Type == tree.Directory && in.entries[side] == 0 && !in.blocked, unread: e.Obstacle != ""})
		}
	}
}

// refuse goes on below what a side cannot hold. What is in a directory that is new and barred is barred with it.
func (w *walk) refuse(p *place, d *difference) (found, error) {
	changes := d.verdict.changes
	if len(changes) == 1 && changes[0].action == Create {
		f, err := w.barBelow(p, &d.trio, d.path)
		f.stays = true
		return f, err
	}
	f, err := w.below(p, &d.trio, d.path, closed, false)
	f.stays = true
	return f, err
}

// barBelow bars an entry and all in it.
func (w *walk) barBelow(p *place, t *trio, path Sides[tree.Path]) (found, error) {
	f, err := w.below(p, t, path, barred, false)
	w.bar(t, path, f)
	return f, err
}

// keepOldNames takes out the deletes of what may only have been renamed, to a name that is barred. Too much is
// kept rather than too little: the next plan, when the name is another, deletes what was none.
func (w *walk) keepOldNames(readers Sides[Reader]) error {
	if len(w.barred) == 0 {
		return nil
	}
	leaving := w.leaving()
	if err := w.readBarred(readers, leaving); err != nil {
		return err
	}
	w.blame()
	drop := map[int]bool{}
	for _, side := range BothSides {
		o := w.oldNames(side, leaving[side])
		o.related()
		o.directories()
		for _, at := range leaving[side] {
			if by := o.by[at]; len(by) > 0 {
				drop[at] = true
				w.kept = append(w.kept, keptName{side, w.differences[at].path[side]})
			}
		}
		o.tell()
	}
	w.drop(drop)
	return nil
}

// blame finds the problem that says why each entry is barred: its own or that of a directory above it.
func (w *walk) blame() {
	at := Sides[map[tree.Path]int]{{}, {}}
	for i := range w.problems {
		if p := &w.problems[i]; p.Severity == Blocked && p.Side != nil && p.Path != nil {
			at[p.Side.Other()][*p.Path] = i
		}
	}
	for i := range w.barred {
		b := &w.barred[i]
		for path := b.path; path != tree.Root && b.problem < 0; path = path.Parent() {
			if problem, found := at[b.side][path]; found {
				b.problem = problem
			}
		}
	}
}

// leaving are the differences, by the side that would lose it, that delete something. What lies in a directory that
// makes way for something else cannot stay.
func (w *walk) leaving() (leaving Sides[[]int]) {
	var goes Sides[[]tree.Path]
	for i := range w.differences {
		if d := &w.differences[i]; d.against != nil {
			goes[*d.against] = append(goes[*d.against], d.path[*d.against])
		}
	}
	for i := range w.differences {
		d := &w.differences[i]
		if len(d.verdict.changes) != 1 || d.verdict.changes[0].action != Delete {
			continue
		}
		if side := d.verdict.changes[0].side; !slices.ContainsFunc(goes[side], d.path[side].Within) {
			leaving[side] = append(leaving[side], i)
		}
	}
	return leaving
}

// readBarred reads the barred files of which one of the same size is leaving, and those that leave, have the size
// of a barred one and were not read yet.
func (w *walk) readBarred(readers Sides[Reader], leaving Sides[[]int]) error {
	var wanted Sides[[]tree.Wanted]
	var to Sides[[]*tree.Hash]
	want := func(side Side, path tree.Path, e *tree.Entry, hash *tree.Hash) {
		wanted[side] = append(wanted[side], tree.Wanted{Path: path, Size: e.Size, Mtime: e.Mtime})
		to[side] = append(to[side], hash)
	}
	goes, comes := Sides[map[int64]bool]{{}, {}}, Sides[map[int64]bool]{{}, {}}
	for i := range w.barred {
		if b := &w.barred[i]; hasContent(&b.entry) {
			comes[b.side.Other()][b.entry.Size] = true
		}
	}
	for _, side := range BothSides {
		for _, at := range leaving[side] {
			d := &w.differences[at]
			if e := &d.entry[side]; hasContent(e) && comes[side][e.Size] {
				goes[side][e.Size] = true
				if !d.hash[side].Known() {
					want(side, d.path[side], e, &d.hash[side])
				}
			}
		}
	}
	for i := range w.barred {
		b := &w.barred[i]
		if hasContent(&b.entry) && goes[b.side.Other()][b.entry.Size] && !b.unread {
			want(b.side, b.path, &b.entry, &b.hash)
		}
	}
	var errs Sides[error]
	for _, side := range BothSides {
		if len(wanted[side]) > 0 {
			errs[side] = readers[side].Hash(w.ctx, wanted[side], func(i int, content tree.Content) { *to[side][i] = content.SHA256 })
		}
	}
	return errors.Join(errs[Local], errs[Remote])
}

func hasContent(e *tree.Entry) bool { return e.Type == tree.File && e.Size > 0 }

// tell says of each block which names stay until it is gone, the uppermost of them.
func (o *oldNames) tell() {
	stay := map[int][]tree.Path{}
	for _, at := range o.leaving {
		for _, b := range o.by[at] {
			if problem := o.w.barred[b].problem; problem >= 0 {
				stay[problem] = append(stay[problem], o.w.differences[at].path[o.side])
			}
		}
	}
	for problem, paths := range stay {
		o.w.problems[problem].Message += "; until then " + staying(paths)
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
