package conclude

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"slices"

	"treaty/apply/baseline"
	"treaty/apply/internal/ends"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
)

// restoration tells, for a plan that undoes another one, what the paths that it has put back had in the
// baseline before that one.
type restoration struct {
	// affected are the paths that were put back.
	affected plan.Sides[map[tree.Path]bool]
	// before are the records by local's path then, and folded those by its collision key, nil where several
	// share one.
	before map[tree.Path]*tree.Agreed
	folded map[string]*tree.Agreed
	// below are the records right below a directory.
	below map[tree.Path][]tree.Agreed
	// renamed are the files that both sides had renamed, whose old names nothing has.
	renamed renamed
}

// restoration is nil for a plan that undoes nothing. Where what the baseline held was not kept, or is
// damaged, the paths have no record again: what is there is new to the next plan, and nothing is deleted.
func (c *Conclusion) restoration() (*restoration, error) {
	undone, err := c.Ends[plan.Local].Store.Undoes(c.Plan)
	if err != nil || undone == "" {
		return nil, err
	}
	b := &restoration{before: map[tree.Path]*tree.Agreed{}, folded: map[string]*tree.Agreed{},
		below: map[tree.Path][]tree.Agreed{}}
	for _, side := range plan.BothSides {
		b.affected[side] = map[tree.Path]bool{}
	}
	for _, s := range c.Execution.Done() {
		b.affected[s.Side][s.Path], b.affected[s.Side][s.From()] = true, true
	}
	for _, side := range plan.BothSides {
		delete(b.affected[side], tree.Root)
	}
	return b, b.read(c.Ends, undone)
}

// read reads the records that the history has kept with the plan that was undone.
func (b *restoration) read(ends *ends.Ends, undone string) error {
	archived, err := ends[plan.Local].Store.Applied(undone)
	if err != nil || archived == nil {
		return err
	}
	if of, err := ends[plan.Local].Store.Plan(*archived); err == nil {
		b.renamed = renamedBy(of)
	}
	data, err := ends[plan.Local].Store.File(*archived, store.FormerFile)
	if errors.Is(err, fs.ErrNotExist) || store.Foreign(err) {
		return nil // they were not kept
	}
	if err != nil {
		return err
	}
	ids := ends.IDs()
	in, err := baseline.OpenExcerpt(bytes.NewReader(data), ids[plan.Local], ids[plan.Remote])
	if err == nil {
		err = in.Each(b.take)
	}
	if err != nil {
		clear(b.before)
		clear(b.folded)
		clear(b.below)
	}
	return nil
}

func (b *restoration) take(path tree.Path, entries []tree.Agreed) error {
	if len(entries) != 1 || path == tree.Root || b.before[path] != nil {
		return baseline.ErrDamaged
	}
	b.before[path] = &entries[0]
	b.below[path.Parent()] = append(b.below[path.Parent()], entries[0])
	key := tree.CollisionKey(string(path))
	if _, twice := b.folded[key]; twice {
		b.folded[key] = nil
	} else {
		b.folded[key] = &entries[0]
	}
	return nil
}

// record is what a path's record is to be; false for one that was not put back.
func (b *restoration) record(path plan.Sides[tree.Path]) (*tree.Agreed, bool) {
	if !b.affected[plan.Local][path[plan.Local]] && !b.affected[plan.Remote][path[plan.Remote]] {
		return nil, false
	}
	record, found := b.before[path[plan.Local]]
	if !found && path[plan.Local] != path[plan.Remote] {
		// One side has another spelling by now, or again.
		record = b.folded[tree.CollisionKey(string(path[plan.Local]))]
	}
	return record, true
}

// lost are the records right below a directory of files that both sides had renamed before the undone plan settled
// that.
func (b *restoration) lost(dir tree.Path) []tree.Agreed {
	return slices.DeleteFunc(slices.Clone(b.below[dir]), func(record tree.Agreed) bool { return !b.renamed.was(&record) })
}

// restored are the records right below a directory, in order of Key.
func (b *restoration) restored(dir tree.Path) []tree.Agreed {
	list := slices.Clone(b.below[dir])
	slices.SortStableFunc(list, func(a, b tree.Agreed) int { return cmp.Compare(a.Key, b.Key) })
	return list
}
