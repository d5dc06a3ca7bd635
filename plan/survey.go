package plan

import (
	"context"
	"time"

	"treaty/plan/tree"
)

// Name is one name as both trees have it.
type Name struct {
	// Path is how each side spells it, or would.
	Path Sides[tree.Path]
	// Entry is of type Absent on a side that has nothing there.
	Entry Sides[tree.Entry]
}

// Survey walks both trees in step, as Compare does, and decides nothing. It tells visit of everything in
// scope, directories before what is in them. An error of visit ends it.
func Survey(ctx context.Context, in Input, visit func(*Name) error) (Seen, error) {
	w := newSurvey(ctx, in)
	w.visit = func(d *surveyedDirectory) error {
		for i := range d.trios {
			if t := &d.trios[i]; t.has(Local) || t.has(Remote) {
				if err := visit(&Name{Path: d.pathOf(t), Entry: t.entry}); err != nil {
					return err
				}
			}
		}
		return nil
	}
	digests, err := w.survey()
	seen := w.shiftSeen(leastShifted)
	return Seen{digests, Sides[time.Duration]{time.Duration(seen[Local]), time.Duration(seen[Remote])}}, err
}

// Seen is what a survey comes to.
type Seen struct {
	// Digests are those of the roots.
	Digests Sides[tree.Hash]
	// Shift is by how much the times of each side are off as a whole: since the baseline, or where there
	// is none between the sides. No content was read to confirm it, and nothing was made up for.
	Shift Sides[time.Duration]
}

// surveyedDirectory is a directory with all names in it.
type surveyedDirectory struct {
	*place
	trios []trio
}

func (d *surveyedDirectory) pathOf(t *trio) Sides[tree.Path] {
	return Sides[tree.Path]{d.path[Local].Join(t.name[Local]), d.path[Remote].Join(t.name[Remote])}
}

func newSurvey(ctx context.Context, in Input) *walk {
	traits := Sides[tree.Traits]{in.Trees[Local].Traits, in.Trees[Remote].Traits}
	w := &walk{
		ctx:     ctx,
		policy:  newPolicy(traits, in.Memory != nil, in.Options),
		streams: Sides[tree.Stream]{in.Trees[Local].Stream, in.Trees[Remote].Stream},
		memory:  in.Memory,
		observe: in.Observe,
	}
	w.policy.shiftBy(in.Shift)
	return w
}

func (w *walk) survey() (Sides[tree.Hash], error) {
	f, err := w.directory(&place{on: Sides[bool]{true, true}, fate: surveyed, known: w.memory != nil})
	return f.digest, err
}

// surveyBelow surveys the directory that t is on some side; one that no side can show now is still told
// of as the baseline remembers it.
func (w *walk) surveyBelow(p *place, t *trio, path Sides[tree.Path]) (found, error) {
	known := t.base != nil && t.base.Type == tree.Directory
	for _, side := range BothSides {
		if e := &t.entry[side]; e.Type == tree.Directory && e.Obstacle == "" {
			return w.below(p, t, path, surveyed, known)
		}
	}
	if !known {
		return found{}, w.unwalkedBelow(path)
	}
	return found{}, w.recallBelow(&place{path: path, scope: p.scope, fate: surveyed, known: true,
		base: p.base.Join(t.base.Spelled), blocked: true})
}

func (w *walk) unwalkedBelow(path Sides[tree.Path]) error {
	if w.unwalked == nil {
		return nil
	}
	return w.unwalked(path)
}

// recallBelow tells of what the baseline remembers below a directory that cannot be looked at.
func (w *walk) recallBelow(p *place) error {
	base, err := w.remembered(p, Sides[[]tree.Entry]{})
	if err != nil {
		return err
	}
	d := &surveyedDirectory{place: p}
	for i := range base {
		d.trios = append(d.trios, trio{base: &base[i], name: base[i].Name})
	}
	if err := w.visit(d); err != nil {
		return err
	}
	for i := range d.trios {
		t := &d.trios[i]
		if t.base.Type != tree.Directory {
			if err := w.unwalkedBelow(d.pathOf(t)); err != nil {
				return err
			}
			continue
		}
		if err := w.recallBelow(&place{path: d.pathOf(t), scope: p.scope, fate: surveyed, known: true,
			base: p.base.Join(t.base.Spelled), blocked: true}); err != nil {
			return err
		}
	}
	return nil
}
