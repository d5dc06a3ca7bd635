package plan

import (
	"errors"
	"fmt"
	"slices"

	"treaty/plan/tree"
)

// A file that was renamed to a name that the other side cannot hold keeps its old name there: to delete it would
// leave that side without the file for as long as nobody gives it another name.

// barredFile is a file that the other side lacks and cannot hold, by its own name or by a directory's above it.
type barredFile struct {
	side  Side // that has it
	path  tree.Path
	entry tree.Entry
}

// keptName is a path of a side whose delete is not planned, since the file goes by a barred name elsewhere.
type keptName struct {
	side Side
	path tree.Path
}

// bar notes a file whose create was refused; empty files are nobody's.
func (w *walk) bar(t *trio, path Sides[tree.Path]) {
	for _, side := range BothSides {
		e := &t.entry[side]
		if t.base == nil && !t.has(side.Other()) && e.Type == tree.File && e.Size > 0 && e.Obstacle == "" {
			w.barred = append(w.barred, barredFile{side, path[side], *e})
		}
	}
}

// refuse goes on below what a side cannot hold. Files in a directory that is new and barred are barred with it.
func (w *walk) refuse(p *place, d *difference) (found, error) {
	fate := closed
	if changes := d.verdict.changes; len(changes) == 1 && changes[0].action == Create {
		fate = barred
		w.bar(&d.trio, d.path)
	}
	f, err := w.below(p, &d.trio, d.path, fate, false)
	f.stays = true
	return f, err
}

// keepOldNames takes out the deletes of files that were only renamed, to a name that is barred. As for a move,
// the match must be unique on both sides.
func (w *walk) keepOldNames(readers Sides[Reader]) error {
	if len(w.barred) == 0 {
		return nil
	}
	leaving := w.leavingFor(w.barred)
	hashes, err := w.hashBarred(readers, leaving)
	if err != nil {
		return err
	}
	arriving := w.arriving()
	by := map[content][]int{}
	for i, f := range w.barred {
		if hashes[i].Known() {
			key := content{f.entry.Size, hashes[i]}
			by[key] = append(by[key], i)
		}
	}
	drop := map[int]bool{}
	for i, f := range w.barred {
		side, key := f.side.Other(), content{f.entry.Size, hashes[i]}
		var from []int
		for _, at := range leaving[side] {
			if d := &w.differences[at]; d.hash[side].Known() && (content{d.entry[side].Size, d.hash[side]}) == key {
				from = append(from, at)
			}
		}
		if len(from) == 1 && len(by[key]) == 1 && !arriving[side][key] {
			drop[from[0]] = true
			w.keepName(side, w.differences[from[0]].path[side], f.path)
		}
	}
	w.drop(drop)
	return nil
}

// keepName notes that a file keeps its old name, and says so where its new one is blocked.
func (w *walk) keepName(side Side, old, barred tree.Path) {
	w.kept = append(w.kept, keptName{side, old})
	for i := range w.problems {
		p := &w.problems[i]
		if p.Severity == Blocked && p.Side != nil && *p.Side == side && p.Path != nil && *p.Path == barred {
			p.Message += fmt.Sprintf("; until then the file stays %q there", old)
		}
	}
}

// leavingFor are the differences, by the side that would lose it, that delete a file of the size of a barred one.
// What lies in a directory that makes way for something else cannot stay.
func (w *walk) leavingFor(files []barredFile) (leaving Sides[[]int]) {
	var sizes Sides[map[int64]bool]
	sizes[Local], sizes[Remote] = map[int64]bool{}, map[int64]bool{}
	for _, f := range files {
		sizes[f.side.Other()][f.entry.Size] = true
	}
	var goes Sides[[]tree.Path]
	for i := range w.differences {
		if d := &w.differences[i]; d.against != nil {
			goes[*d.against] = append(goes[*d.against], d.path[*d.against])
		}
	}
	giveWay := func(side Side, path tree.Path) bool { return slices.ContainsFunc(goes[side], path.Within) }
	for i := range w.differences {
		d := &w.differences[i]
		side, ok := d.leaves()
		if ok && d.verdict.changes[0].action == Delete && sizes[side][d.entry[side].Size] && !giveWay(side, d.path[side]) {
			leaving[side] = append(leaving[side], i)
		}
	}
	return leaving
}

// arriving are the contents that a side gets under some name.
func (w *walk) arriving() (contents Sides[map[content]bool]) {
	contents[Local], contents[Remote] = map[content]bool{}, map[content]bool{}
	for i := range w.differences {
		d := &w.differences[i]
		if side, ok := d.arrives(); ok && d.hash[side.Other()].Known() {
			contents[side][content{d.entry[side.Other()].Size, d.hash[side.Other()]}] = true
		}
	}
	return contents
}

// hashBarred reads the barred files of which one of the same size is leaving, and those that leave and were not
// read yet. It returns the hashes of the barred files, zero for those that were not or cannot be read.
func (w *walk) hashBarred(readers Sides[Reader], leaving Sides[[]int]) ([]tree.Hash, error) {
	hashes := make([]tree.Hash, len(w.barred))
	var wanted Sides[[]tree.Wanted]
	var to Sides[[]*tree.Hash]
	want := func(side Side, path tree.Path, e *tree.Entry, hash *tree.Hash) {
		wanted[side] = append(wanted[side], tree.Wanted{Path: path, Size: e.Size, Mtime: e.Mtime})
		to[side] = append(to[side], hash)
	}
	var sizes Sides[map[int64]bool]
	for _, side := range BothSides {
		sizes[side] = map[int64]bool{}
		for _, at := range leaving[side] {
			d := &w.differences[at]
			sizes[side][d.entry[side].Size] = true
			if !d.hash[side].Known() {
				want(side, d.path[side], &d.entry[side], &d.hash[side])
			}
		}
	}
	for i := range w.barred {
		if f := &w.barred[i]; sizes[f.side.Other()][f.entry.Size] {
			want(f.side, f.path, &f.entry, &hashes[i])
		}
	}
	var errs Sides[error]
	for _, side := range BothSides {
		if len(wanted[side]) > 0 {
			errs[side] = readers[side].Hash(w.ctx, wanted[side],
				func(i int, content tree.Content) { *to[side][i] = content.SHA256 })
		}
	}
	return hashes, errors.Join(errs[Local], errs[Remote])
}
