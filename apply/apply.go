package apply

import (
	"context"
	"errors"
	"time"

	"treaty/apply/internal/conclude"
	"treaty/apply/internal/ends"
	"treaty/apply/internal/execute"
	"treaty/apply/internal/gates"
	"treaty/apply/internal/journal"
	"treaty/apply/internal/mandate"
	"treaty/apply/internal/preflight"
	"treaty/apply/internal/survey"
	"treaty/apply/pair"
	"treaty/apply/paper"
	"treaty/apply/policy"
	"treaty/apply/reach"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// Request is what to apply, and how.
type Request struct {
	// Plan is the exact text of the plan file; what is checked, hashed and carried out is this.
	Plan []byte
	// File, where not nil, is in the place of Plan: a plan that was read already, and is apply's from now on. When its
	// file is read again it must be the same: no more is done otherwise.
	File *paper.PlanFile
	// Approval is the text of the approval file, nil where there is none.
	Approval []byte
	// Roots are where the trees are now, "" for where they were when the plan was made.
	Roots plan.Sides[string]
	// Open opens what is there. Where it is nil, roots are directories of this machine.
	Open reach.Opener
	Care
	// Config, where not nil, says what the config of a tree demands and gives. It is asked of both trees, open as
	// they will be changed. An error that is no ErrInvalid means that nobody can tell: then nothing is approved.
	Config func(tree *store.Store) (policy.Config, error)
	By     plan.Author
	// Progress, where not nil, is told how far things are.
	Progress *pair.Progress
	// Tell, where not nil, is given what a person should know and no result says.
	Tell func(Notice)
	// Now is the clock, time.Now where nil.
	Now func() time.Time

	seams ends.Seams
}

// Care is how much is held to the plan.
type Care struct {
	// AllowUnrelatedDrift lets pass what changed on paths that the plan has nothing to do with.
	AllowUnrelatedDrift bool
	// Verify reads back from the device what was written.
	Verify bool
}

// run is one apply under way.
type run struct {
	mandate.Mandate
	request  Request
	ends     ends.Ends
	journals ends.Journals
	survey   survey.Survey
	receipt  *Receipt
	bases    bases
	// texts are kept while they are put in place, nil where none are.
	texts *execute.Texts
}

// Apply carries out an approved plan. The checks come in the order of the exit codes that they stand
// for; every error before the first write wraps one of the package's sentinels, or is a failure to read.
// Where something was done there is a receipt, and the error, if any, wraps ErrPartial.
func Apply(ctx context.Context, request Request) (*Receipt, error) {
	receipt, err := CarryOut(ctx, request)
	if receipt != nil {
		receipt.Hold()
	}
	return receipt, err
}

// CarryOut is Apply with a receipt that does not hold its results, and makes them for All: of a large plan they take
// much memory.
func CarryOut(ctx context.Context, request Request) (*Receipt, error) {
	if request.Now == nil {
		request.Now = reach.Now
	}
	r := &run{request: request}
	request.Plan = nil
	r.journals.Ends = &r.ends
	defer r.leave()
	if err := r.enter(); err != nil {
		return nil, err
	}
	unlock, err := r.ends.Lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := r.probe(); err != nil {
		return nil, err
	}
	steps, err := r.survey.Steps(ctx)
	if nested := r.apart(); nested != nil {
		return nil, nested
	}
	if err == nil && r.ends.Resumed() == nil {
		// The plan, and what lies beside it, may say anything.
		plan.CountFiles(r.Plan, r.survey.Files)
		plan.CountSteps(r.Plan, steps)
		err = gates.FewChanged(r.Plan, &r.ends, r.survey.Seen)
	}
	if err != nil {
		return nil, err
	}
	e := r.execution(steps)
	r.receipt = paper.NewReceipt(r.Ref, request.By, request.Now().UTC(), r.survey.Shift.Seconds())
	if r.ends.Resumed() != nil {
		if err := r.takeUp(ctx, e, steps); err != nil {
			return nil, r.midway(err)
		}
	}
	pending := e.Pending()
	preserved := e.ToPreserve()
	expected(request.Progress, pending, preserved)
	spare, err := preflight.Check(r.Plan, &r.ends, pending, preserved)
	if err != nil {
		_ = r.journals.GiveBack() // what is owed still is in the journal
		return nil, err
	}
	r.bases.room.Store(spare[r.bases.home.Side])
	if r.ends.Resumed() == nil {
		if err := r.begin(steps); err != nil {
			return nil, r.midway(err)
		}
	}
	e.CarryOut(ctx)
	if request.Verify {
		e.Verify(ctx)
	}
	return r.report(ctx, e)
}

// enter reads and checks everything that can be checked before a tree is read.
func (r *run) enter() (err error) {
	if r.Mandate, err = mandate.Read(r.request.File, r.request.Plan, r.request.Approval); err != nil {
		return err
	}
	r.request.Plan = nil
	r.journals.ID = r.Plan.ID
	r.survey = survey.Survey{Gauge: survey.Gauge{Plan: r.Plan, Ends: &r.ends}, Scanned: r.request.Progress.ScanAnew,
		AllowUnrelated: r.request.AllowUnrelatedDrift, Now: r.request.Now}
	missing := r.ends.Open(r.Plan, r.request.Roots, r.request.Open, &r.request.seams)
	if err := (&gates.Gates{Mandate: &r.Mandate, Ends: &r.ends, Config: r.request.Config,
		Now: r.request.Now}).Pass(missing); err != nil {
		return err
	}
	return nil
}

// probe finds out what both volumes can do, refuses what is less than was planned, and opens them to be changed.
func (r *run) probe() error {
	o := ends.Opening{ID: r.Plan.ID, Seams: &r.request.seams, Lend: r.journals.Lend,
		Ignores: func(side plan.Side) { r.request.tell(Notice{TimesIgnored: true, Side: side}) }}
	for _, e := range r.ends {
		if err := o.AsPlanned(e, r.Plan, r.ends.Resumed() != nil); err != nil {
			return err
		}
	}
	return nil
}

// apart refuses trees of which one lies in the other, however that is reached: a directory in the one has the lock that
// was taken of the other. What cannot be opened as a tree is none.
func (r *run) apart() error {
	for side, nested := range r.survey.Nested {
		outer := r.ends[side]
		for _, dir := range nested {
			own, err := r.request.Open.Store(outer.Where(dir))
			if err != nil {
				continue
			}
			held := store.HeldTogether(own.Reader, outer.Store)
			if err := own.Close(); err != nil {
				return err
			}
			if inner := r.ends[outer.Side.Other()]; held {
				return refusal.Because(refusal.CauseNotApart, "the %s tree %s lies inside the %s tree, as %s",
					inner.Side, inner.Root(), outer.Side, outer.Where(dir))
			}
		}
	}
	return nil
}

// execution makes tasks of steps.
func (r *run) execution(steps []plan.Step) *execute.Execution {
	ends := r.ends.InHand(r.survey.Shift.Since, plan.Sides[volume.Volume]{})
	if r.bases.home = r.survey.Home; r.bases.home == nil {
		r.bases.home = r.ends.Home()
	}
	r.texts = r.bases.texts(&r.Plan.Options, steps)
	site := &execute.Site{Plan: r.Plan, Ends: ends, Write: r.journals.Write, Announce: r.journals.WriteAhead,
		Texts: r.texts, Now: r.request.Now}
	return execute.New(site, steps, execute.Before{Stamps: r.survey.Stamps, Had: r.survey.Seen.Has},
		counts(r.request.Progress))
}

// takeUp goes on with the journals of an interrupted run, and brings the tasks to where that was.
func (r *run) takeUp(ctx context.Context, e *execute.Execution, steps []plan.Step) error {
	r.receipt.StartedAt = r.ends.Resumed().Header.StartedAt
	if err := r.begin(steps); err != nil {
		return err
	}
	err := e.TakeUp(ctx, r.ends.Interrupted(), r.request.tellWords)
	if err != nil {
		_ = r.journals.GiveBack() // what is owed still is in the journal
	}
	return err
}

// begin opens the journals, before anything else is written.
func (r *run) begin(steps []plan.Step) error {
	local := r.ends[plan.Local].Store
	if err := r.bases.takeTally(r.ends.Resumed() != nil, r.texts != nil); err != nil {
		return err
	}
	if err := local.Hide(); err != nil {
		return err
	}
	if r.ends.Resumed() == nil {
		if err := r.Mandate.Keep(local); err != nil {
			return err
		}
	}
	if err := local.Durable(); err != nil {
		return err
	}
	if err := r.ends.Each((*store.Store).AsideDisowned); err != nil {
		return err
	}
	header := journal.Header{Plan: r.Plan.ID, SHA256: r.Ref.SHA256, Trees: r.ends.IDs(),
		Traits:    plan.Sides[tree.Traits]{r.Plan.Local.Filesystem, r.Plan.Remote.Filesystem},
		StartedAt: r.receipt.StartedAt, By: r.request.By}
	return r.journals.Begin(header, survey.Recording(steps, r.survey.Stamps.Times(steps)))
}

// report writes the receipt: into the history, or, where something failed and can be taken up, beside the
// journal.
func (r *run) report(ctx context.Context, e *execute.Execution) (*Receipt, error) {
	c := &conclude.Conclusion{Mandate: &r.Mandate, Ends: &r.ends, Journals: &r.journals, Receipt: r.receipt,
		Execution: e, Shift: r.survey.Shift.Total, Now: r.request.Now, Tell: r.request.tellWords,
		Listed: r.survey.Listed, Texts: r.bases.outcome(r.texts.Later(e))}
	c.Count()
	defer r.tellUnkept(c)
	halted := e.Halted(ctx)
	if unfinished(r.receipt, halted) {
		c.Postpone()
		return r.receipt, r.partial(halted, ctx.Err())
	}
	if err := c.Conclude(context.WithoutCancel(ctx)); err != nil {
		return r.receipt, r.midway(err)
	}
	if r.receipt.Outcome != Complete {
		return r.receipt, r.partial(nil, nil)
	}
	return r.receipt, nil
}

// tellUnkept tells, where not all texts were kept, why.
func (r *run) tellUnkept(c *conclude.Conclusion) {
	if c.Texts.Unkept != nil {
		r.request.tell(Notice{Unkept: c.Texts.Unkept, Root: r.bases.home.Root()})
	}
}

// midway is an error after the first write, with how to go on.
func (r *run) midway(err error) error {
	if errors.Is(err, ErrNotApproved) {
		return err // it is found out before anything is begun
	}
	root := r.ends[plan.Local].Root()
	return &Refusal{Cause: refusal.CauseUnfinished, Root: root,
		Why: "the apply is not finished: " + err.Error(), Err: err}
}

// leave lets go of both trees.
func (r *run) leave() {
	r.journals.Leave()
	for _, e := range r.ends.There() {
		e.Close()
	}
}
