package pair

import (
	"context"
	"errors"
	"io"
	"time"

	"treaty/apply/internal/sources"
	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/address"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Pair is two trees, open to be compared. What is read is these trees, whatever their paths name by now.
type Pair struct {
	local *store.Store
	trees plan.Sides[*store.Reader]
	// forgotten is why the baseline counts as none, once it turned out damaged while it was read.
	forgotten *plan.Problem
}

// Open opens two directories of this machine. Errors are those of scan.Open, or wrap ErrInvalid where one is the other,
// or in it.
func Open(local, remote string) (*Pair, error) {
	here, err := reach.Store(local)
	if err != nil {
		return nil, err
	}
	there, err := reach.Store(remote)
	if err != nil {
		return nil, errors.Join(err, here.Close())
	}
	return Of(here, there.Reader)
}

// Of is the pair of two trees that are open, of which the remote one need only be one that can be read; whoever
// closes the pair closes both. Errors wrap ErrInvalid where one tree is the other, or in it: then both are closed.
func Of(local *store.Store, remote *store.Reader) (*Pair, error) {
	p := &Pair{local: local, trees: plan.Sides[*store.Reader]{local.Reader, remote}}
	if err := sources.Apart(p.sources()); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// Close closes both trees.
func (p *Pair) Close() error {
	return errors.Join(p.trees[plan.Local].Close(), p.trees[plan.Remote].Close())
}

// sources are the two trees as they are read.
func (p *Pair) sources() plan.Sides[volume.Source] {
	return plan.Sides[volume.Source]{p.trees[plan.Local].Source(), p.trees[plan.Remote].Source()}
}

// Planning is how a plan is made, and by whom.
type Planning struct {
	// Options are those of the plan. A umask that is not known is 022.
	Options plan.Options
	By      plan.Author
	// NewPair takes a path for a new tree where another one was known, or a copy of the local tree is.
	NewPair bool
	// Now is the clock, time.Now where nil.
	Now func() time.Time
	// Progress, where not nil, is told how far things are.
	Progress *Progress
}

// Planned is a plan that was made, and what is to be kept beside it.
type Planned struct {
	Plan *plan.Plan
	// Idle are patterns in the trees' rule files that can match nothing.
	Idle    plan.Sides[[]scan.IdlePattern]
	digests *store.Digests
	// known is the listing of the remote tree, where that came over a line.
	known *volume.Known
}

// Text is the plan as its file holds it: what a person reads and edits, and approves by its exact bytes.
func (made *Planned) Text() ([]byte, error) { return store.PlanText(made.Plan) }

// Write writes the plan as Text has it. Of one that is not valid nothing is written.
func (made *Planned) Write(to io.Writer) error { return store.WritePlan(to, made.Plan) }

// Plan makes a plan of the two trees, from what they hold and what both last agreed on. It changes nothing. Errors wrap
// ErrLocked where another treaty works on one of them, ErrOpen where an apply was interrupted, ErrInvalid where one is
// a copy of the other, ErrSafety where a path that held a known tree holds another one or none, or a tree went away
// while it was read.
func (p *Pair) Plan(ctx context.Context, how Planning) (*Planned, error) {
	if how.NewPair {
		for _, t := range p.trees {
			t.TakeAnew()
		}
		if err := store.DisownCopy(p.trees); err != nil {
			return nil, err
		}
	} else if err := store.SamePair(p.trees); err != nil {
		return nil, err
	}
	var shift *plan.Sides[time.Duration]
	for {
		made, err := p.planOnce(ctx, how, func(ctx context.Context, in plan.Input) (*plan.Plan, error) {
			in.Shift = shift
			return plan.Compare(ctx, in)
		})
		switch problem := store.Forgotten(err); {
		case problem != nil && p.forgotten == nil:
			p.forgotten = problem
		case errors.Is(err, plan.ErrShift) && shift == nil:
			// What looked like a shift of a volume's times was none.
			shift = &plan.Sides[time.Duration]{}
		default:
			return made, err
		}
	}
}

// Undo makes a plan that undoes an applied one, whose reversal the local tree's store has, from the trees as they are
// now. Errors are those of Plan, or refuse a remote tree that is not the one that the plan was applied to.
func (p *Pair) Undo(ctx context.Context, done store.Archived, reversal []plan.Operation,
	how Planning) (*Planned, error) {
	if err := p.available(); err != nil {
		return nil, err
	}
	if err := store.SamePairAs(done, p.trees); err != nil {
		return nil, err
	}
	how.Options.AllowManyDeletes = true
	return p.planOnce(ctx, how, func(ctx context.Context, in plan.Input) (*plan.Plan, error) {
		return plan.Reverse(ctx, in, reversal, p.lies)
	})
}

// Restore makes a plan that brings back what applies of the two trees displaced. Errors are those of Plan.
func (p *Pair) Restore(ctx context.Context, displaced []plan.Displaced, how Planning) (*Planned, error) {
	if err := p.available(); err != nil {
		return nil, err
	}
	if err := store.SamePair(p.trees); err != nil {
		return nil, err
	}
	return p.planOnce(ctx, how, func(ctx context.Context, in plan.Input) (*plan.Plan, error) {
		return plan.Restore(ctx, in, displaced, p.lies)
	})
}

// lies is what a tree has at the path of a source, nil where that cannot be seen.
func (p *Pair) lies(source plan.Source) *tree.Entry {
	entry, err := p.trees[source.Tree].Source().Entry(source.Path)
	if err != nil {
		return nil
	}
	return &entry
}

// Save keeps a plan, with what belongs beside it, in the local tree, and returns where.
func (p *Pair) Save(made *Planned) (path string, err error) {
	path, err = p.local.SavePlan(made.Plan)
	if err != nil {
		return "", err
	}
	return path, p.SaveBeside(made)
}

// SaveBeside keeps in the local tree what belongs beside a plan that is kept elsewhere.
func (p *Pair) SaveBeside(made *Planned) error {
	if err := p.local.SaveDigests(made.Plan.ID, made.digests); err != nil {
		return err
	}
	return p.local.SaveListing(made.Plan.ID, made.known)
}

// available refuses trees on one of which another treaty works, or an interrupted apply is open.
func (p *Pair) available() error {
	for _, t := range p.trees {
		if err := t.Available(); err != nil {
			return err
		}
	}
	return nil
}

// planOnce reads both trees once, if they are available, and makes a document of what decide makes of them, if the
// trees can be relied on to have been there all the time.
func (p *Pair) planOnce(ctx context.Context, how Planning,
	decide func(context.Context, plan.Input) (*plan.Plan, error)) (*Planned, error) {
	if err := p.available(); err != nil {
		return nil, err
	}
	now := how.Now
	if now == nil {
		now = reach.Now
	}
	// What is written after this may not show in a coarse time.
	began := now().UTC()
	if !how.Options.Umask.Known() {
		how.Options.Umask = tree.Perm(0o022)
	}
	made := &Planned{digests: &store.Digests{}, known: &volume.Known{}}
	in := plan.Input{Options: how.Options, Observe: made.digests.Observe}
	memory, err := p.remember(&in)
	if err != nil {
		return nil, err
	}
	defer memory.Close()
	if err := p.describe(&in, how.Progress); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	from := p.sources()
	from[plan.Remote] = volume.Knowing(from[plan.Remote], made.known)
	listing := sources.List(ctx, from, &in, false, how.Progress.ScanAnew())
	defer listing.Close()
	made.Plan, err = decide(ctx, in)
	if err := listing.Finish(err); err != nil {
		return nil, err
	}
	for side, walk := range listing {
		made.Idle[side] = walk.IdlePatterns()
	}
	made.Plan.ID, made.Plan.CreatedAt, made.Plan.CreatedBy = newID(began), began, how.By
	return made, nil
}

// remember opens the baseline, if there is one that counts, for the caller to close.
func (p *Pair) remember(in *plan.Input) (*store.Memory, error) {
	if p.forgotten != nil {
		in.Problems = append(in.Problems, *p.forgotten)
		return nil, nil
	}
	memory, problem, err := store.Remember(p.trees)
	if memory != nil {
		in.Memory, in.Baseline = memory, &memory.Ref
		if in.Options.Keep() > 0 {
			in.Base = p.trees[memory.Home].Base
		}
	}
	if problem != nil {
		in.Problems = append(in.Problems, *problem)
	}
	return memory, err
}

// treeOf is which tree a source is of, and, of a file's word for one, where that is from.
func treeOf(source volume.Source) plan.Tree {
	from := plan.Tree{Root: source.Root(), Ahead: source.Host().Ahead()}
	if address.Is(from.Root) {
		from.Host = source.Host().Name()
	}
	if file, ok := source.(volume.FromFile); ok {
		at, sum := file.Taken()
		from.Host, from.From = source.Host().Name(), &plan.FileRef{TakenAt: at, SHA256: sum}
	}
	return from
}

// describe tells in which the two trees are, but for their streams.
func (p *Pair) describe(in *plan.Input, progress *Progress) error {
	for side, t := range p.trees {
		identity, err := t.Identity()
		if err != nil {
			return err
		}
		from := treeOf(t.Source())
		if identity != nil {
			from.ID = &identity.ID
		}
		if from.Traits, err = t.Traits(in.Options.Declared(plan.Side(side))); err != nil {
			return err
		}
		from.Reader = t.Source().Reader(from.Traits.MtimeGranularity, progress.CompareAnew())
		in.Trees[side] = from
	}
	return nil
}
