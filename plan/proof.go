package plan

import (
	"context"
	"slices"

	"treaty/plan/tree"
)

// proof is what is known of the contents of a name before its record is made.
type proof struct {
	// path is where it is, "" where that was not asked yet.
	path Sides[tree.Path]
	// learned tells that it was asked what is known from elsewhere, and doubted what that came to.
	learned, doubted bool
	// contents are those that were read ahead, nil where none were.
	contents Sides[*tree.Content]
}

// prove has the contents read together that records of a directory take but for those that stay: each by itself would
// be waited for where a tree is far away. What is restored takes none.
func (a *agreeing) prove(ctx context.Context, d *directory, stays func(*trio) bool) error {
	a.proofs = slices.Grow(a.proofs[:0], len(d.trios))[:len(d.trios)]
	clear(a.proofs)
	if a.to.Restore != nil || d.blocked {
		return nil
	}
	var wanted Sides[[]tree.Wanted]
	var of Sides[[]*proof]
	for i := range d.trios {
		t, known := &d.trios[i], &a.proofs[i]
		if t.now(Local).Type != tree.File || t.now(Remote).Type != tree.File || stays(t) {
			continue
		}
		known.path = d.pathOf(t)
		if a.to.Unfinished != nil && a.to.Unfinished(known.path) {
			continue
		}
		need := a.needed(t, known.path, known)
		for _, side := range BothSides {
			if e := t.now(side); need[side] {
				wanted[side] = append(wanted[side], tree.Wanted{Path: known.path[side], Size: e.Size, Mtime: e.Mtime})
				of[side] = append(of[side], known)
			}
		}
	}
	for _, side := range BothSides {
		if len(wanted[side]) < 2 {
			continue
		}
		err := a.readers[side].Hash(ctx, wanted[side], func(n int, is tree.Content) {
			of[side][n].contents[side] = &is
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// needed is whose content a record takes, as far as is known before any is read.
func (a *agreeing) needed(t *trio, path Sides[tree.Path], known *proof) Sides[bool] {
	if !known.learned {
		known.learned, known.doubted = true, a.learn(t, path)
		t.recall(a.policy)
	}
	return t.toProve(decide(t, a.policy), known.doubted)
}

// toProve tells whose content must be read before a record can be made: what the decision needs, and of two files that
// agree the one whose content is not known where the other's is, or both where neither is and the stats are doubted.
// A hash on record holds of both.
func (t *trio) toProve(v verdict, doubted bool) Sides[bool] {
	if !v.agreed() || t.now(Local).Type != tree.File || t.now(Remote).Type != tree.File {
		return v.unsure
	}
	l, r := t.hash[Local].Known(), t.hash[Remote].Known()
	return Sides[bool]{!l && (r || doubted), !r && (l || doubted)}
}

// read reads what a decision needs; false where a file does not hold still or cannot be read.
func (a *agreeing) read(ctx context.Context, t *trio, path Sides[tree.Path], need Sides[bool],
	known *proof) (bool, error) {
	readable := true
	take := func(side Side, content *tree.Content) {
		t.hash[side] = content.SHA256
		readable = readable && content.Err == nil
	}
	for _, side := range BothSides {
		if !need[side] {
			continue
		}
		if content := known.contents[side]; content != nil {
			take(side, content)
			continue
		}
		e := t.now(side)
		err := a.readers[side].Hash(ctx, []tree.Wanted{{Path: path[side], Size: e.Size, Mtime: e.Mtime}},
			func(_ int, content tree.Content) { take(side, &content) })
		if err != nil {
			return false, err
		}
	}
	return readable, nil
}
