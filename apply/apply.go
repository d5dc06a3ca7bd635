package apply

import (
	"context"
	"errors"
	"io"
	"time"

	"treaty/apply/internal/execute"
	"treaty/apply/internal/journal"
	"treaty/apply/paper"
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
	// Again, where not nil, opens that file once more to be read, so that the text need not be held in memory. It must
	// be the same then: no more is done otherwise.
	Again func() (io.ReadCloser, error)
	// Approval is the text of the approval file, nil where there is none.
	Approval []byte
	// Roots are where the trees are now, "" for where they were when the plan was made.
	Roots plan.Sides[string]
	// Open opens what is there. Where it is nil, roots are directories of this machine.
	Open Opener
	Care
	// Config, where not nil, says what the config of a tree demands and gives. It is asked of both trees, open as
	// they will be changed. An error that is no ErrInvalid means that nobody can tell: then nothing is approved.
	Config func(tree *store.Store) (Config, error)
	By     plan.Author
	// Progress, where not nil, is told how far things are.
	Progress *Progress
	// Tell, where not nil, is given what a person should know and no result says.
	Tell func(Notice)
	// Now is the clock, time.Now where nil.
	Now func() time.Time

	seams seams
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
	papers
	request  Request
	ends     ends
	journals journals
	survey   survey
	receipt  *Receipt
}

// Apply carries out an approved plan. The checks come in the order of the exit codes that they stand
// for; every error before the first write wraps one of the package's sentinels, or is a failure to read.
// Where something was done there is a receipt, and the error, if any, wraps ErrPartial.
func Apply(ctx context.Context, request Request) (*Receipt, error) {
	if request.Now == nil {
		request.Now = Now
	}
	r := &run{request: request}
	request.Plan = nil
	r.journals.ends = &r.ends
	defer r.leave()
	if err := r.enter(); err != nil {
		return nil, err
	}
	unlock, err := r.ends.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := r.probe(); err != nil {
		return nil, err
	}
	steps, err := r.survey.steps(ctx)
	if err != nil {
		return nil, err
	}
	e := r.execution(steps)
	r.receipt = paper.NewReceipt(r.ref, request.By, request.Now().UTC(), r.survey.shift.seconds())
	if r.ends.resumed() != nil {
		if err := r.takeUp(ctx, e, steps); err != nil {
			return nil, r.midway(err)
		}
	}
	pending := e.Pending()
	expected(request.Progress, pending)
	if err := preflight(r.plan, &r.ends, pending, e.ToPreserve()); err != nil {
		_ = r.journals.giveBack() // what is owed still is in the journal
		return nil, err
	}
	if r.ends.resumed() == nil {
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
	if r.papers, err = readPapers(r.request.Plan, r.request.Approval); err != nil {
		return err
	}
	r.request.Plan = nil
	r.papers.again = r.request.Again
	r.journals.id = r.plan.ID
	r.survey = survey{gauge: gauge{plan: r.plan, ends: &r.ends}, scanned: r.request.Progress.scanned,
		allowUnrelated: r.request.AllowUnrelatedDrift}
	missing := r.ends.open(r.plan, r.request.Roots, r.request.Open, &r.request.seams)
	if err := (&gates{&r.papers, &r.ends, r.request.Config, r.request.Now}).pass(missing); err != nil {
		return err
	}
	r.papers.let()
	return nil
}

// probe finds out what both volumes can do, refuses what is less than was planned, and opens them to be changed.
func (r *run) probe() error {
	o := opening{id: r.plan.ID, seams: &r.request.seams, lend: r.journals.lend,
		ignores: func(side plan.Side) { r.request.tell(Notice{TimesIgnored: true, Side: side}) }}
	for _, e := range r.ends {
		if err := o.asPlanned(e, r.plan, r.ends.resumed() != nil); err != nil {
			return err
		}
	}
	return nil
}

// execution makes tasks of steps.
func (r *run) execution(steps []plan.Step) *execute.Execution {
	ends := r.ends.settling(r.survey.shift.since, plan.Sides[volume.Volume]{})
	return execute.New(&execute.Ground{Plan: r.plan, Ends: ends, Write: r.journals.write}, steps,
		execute.Before{Stamps: r.survey.stamps, Had: r.survey.seen.Has}, counts(r.request.Progress))
}

// takeUp goes on with the journals of an interrupted run, and brings the tasks to where that was.
func (r *run) takeUp(ctx context.Context, e *execute.Execution, steps []plan.Step) error {
	r.receipt.StartedAt = r.ends.resumed().Header.StartedAt
	if err := r.begin(steps); err != nil {
		return err
	}
	err := e.TakeUp(ctx, r.ends.interrupted(), r.request.tellWords)
	if err != nil {
		_ = r.journals.giveBack() // what is owed still is in the journal
	}
	return err
}

// begin opens the journals, before anything else is written.
func (r *run) begin(steps []plan.Step) error {
	local := r.ends[plan.Local].store
	if err := local.Hide(); err != nil {
		return err
	}
	if r.ends.resumed() == nil {
		if err := r.papers.keep(local); err != nil {
			return err
		}
	}
	if err := local.Durable(); err != nil {
		return err
	}
	header := journal.Header{Plan: r.plan.ID, SHA256: r.ref.SHA256, Trees: r.ends.ids(),
		Traits:    plan.Sides[tree.Traits]{r.plan.Local.Filesystem, r.plan.Remote.Filesystem},
		StartedAt: r.receipt.StartedAt, By: r.request.By}
	return r.journals.begin(header, recording(steps, r.survey.stamps.Times(steps)))
}

// report writes the receipt: into the history, or, where something failed and can be taken up, beside the
// journal.
func (r *run) report(ctx context.Context, e *execute.Execution) (*Receipt, error) {
	c := &conclusion{papers: &r.papers, ends: &r.ends, journals: &r.journals, receipt: r.receipt, execution: e,
		shift: r.survey.shift.total, now: r.request.Now, tell: r.request.tellWords}
	c.count()
	halted := e.Halted(ctx)
	if unfinished(r.receipt, halted) {
		c.postpone()
		return r.receipt, r.partial(halted, ctx.Err())
	}
	if err := c.conclude(context.WithoutCancel(ctx)); err != nil {
		return r.receipt, r.midway(err)
	}
	if r.receipt.Outcome != Complete {
		return r.receipt, r.partial(nil, nil)
	}
	return r.receipt, nil
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
	r.journals.leave()
	for _, e := range r.ends.there() {
		e.Close()
	}
}
