package apply

import (
	"context"
	"time"

	"treaty/apply/internal/local"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
)

// Request is what to apply, and how.
type Request struct {
	// Plan is the exact text of the plan file; what is checked, hashed and carried out is this.
	Plan []byte
	// Approval is the text of the approval file, nil where there is none.
	Approval []byte
	// Roots are where the trees are now, "" for where they were when the plan was made.
	Roots plan.Sides[string]
	// Open opens what is there. Where it is nil, roots are directories of this machine.
	Open Opener
	// AllowUnrelatedDrift lets pass what changed on paths that the plan has nothing to do with.
	AllowUnrelatedDrift bool
	// Verify reads back from the device what was written.
	Verify bool
	// Config, where not nil, says what the config of a tree demands and gives. It is asked of both trees, open as
	// they will be changed. An error that is no ErrInvalid means that nobody can tell: then nothing is approved.
	Config func(tree *store.Store) (Config, error)
	By     plan.Author
	// Progress, where not nil, is told how far things are.
	Progress *Progress
	// Tell, where not nil, is given, in words, what a person should know and no result says.
	Tell func(words string)
	// Now is the clock, time.Now where nil.
	Now func() time.Time

	seams seams
}

// seams let tests look in, and interfere. The zero value does neither.
type seams struct {
	// hook is offered every call that changes a tree, before it is made; its error takes the call's
	// place.
	hook func(plan.Side, local.Call) error
	// probed may make less of what a volume was found to do.
	probed func(plan.Side, *volume.Probed)
	// fat declares a side's volume to be FAT-class.
	fat plan.Sides[bool]
}

// run is one apply under way.
type run struct {
	papers
	request Request
	ends    ends
	// idle are volumes that are there and not settled, of which copies can be read still.
	idle     plan.Sides[volume.Volume]
	survey   survey
	progress *Progress
	receipt  *Receipt
	journals journals
}

// Apply carries out an approved plan. The checks come in the order of the exit codes that they stand
// for; every error before the first write wraps one of the package's sentinels, or is a failure to read.
// Where something was done there is a receipt, and the error, if any, wraps ErrPartial.
func Apply(ctx context.Context, request Request) (*Receipt, error) {
	if request.Now == nil {
		request.Now = local.Now
	}
	r := &run{request: request, progress: request.Progress}
	r.journals.ends = &r.ends
	defer r.close()
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
	r.receipt = &Receipt{Format: "treaty.receipt", FormatVersion: plan.FormatVersion, Plan: r.ref, By: request.By,
		StartedAt: request.Now().UTC(), TimeShiftSeconds: r.survey.shift.seconds()}
	e, err := r.newExecution(steps)
	if err != nil {
		return nil, err
	}
	if j := r.ends.resumed(); j != nil {
		r.receipt.StartedAt = j.Header.StartedAt
		if err := r.begin(steps); err != nil {
			return nil, r.midway(err)
		}
		if err := e.TakeUp(ctx, r.ends.interrupted(), request.Tell); err != nil {
			_ = r.journals.giveBack() // what is owed still is in the journal
			return nil, r.midway(err)
		}
	}
	pending := e.Pending()
	r.progress.expect(pending)
	if err := preflight(r.plan, &r.ends, pending, e.ToPreserve()); err != nil {
		_ = r.journals.giveBack()
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
	r.journals.id = r.plan.ID
	r.survey = survey{gauge: gauge{plan: r.plan, ends: &r.ends}, progress: r.progress,
		allowUnrelated: r.request.AllowUnrelatedDrift}
	missing := r.ends.open(r.plan, &r.request)
	return (&gates{&r.papers, &r.request, &r.ends}).pass(missing)
}

// report writes the receipt: into the history, or, where something failed and can be taken up, beside the
// journal.
func (r *run) report(ctx context.Context, e *execution) (*Receipt, error) {
	r.receipt.Results = e.Results()
	r.receipt.Totals.Bytes = e.Bytes()
	r.receipt.Count()
	if r.unfinished(ctx, e) {
		r.postpone()
		return r.receipt, r.partial(ctx, e)
	}
	if err := r.conclude(context.WithoutCancel(ctx), e); err != nil {
		return r.receipt, r.midway(err)
	}
	if r.receipt.Outcome != Complete {
		return r.receipt, r.partial(ctx, e)
	}
	return r.receipt, ctx.Err()
}

// midway is an error after the first write, with how to go on.
func (r *run) midway(err error) error {
	root := r.ends[plan.Local].Root()
	return &Refusal{Cause: refusal.CauseUnfinished, Root: root, Why: "the apply is not finished: " + err.Error(), Err: err}
}

func (r *run) close() {
	r.journals.close()
	for _, e := range r.ends.there() {
		e.Close()
	}
}

// opening opens the ends of this run.
func (r *run) opening() *opening {
	return &opening{id: r.plan.ID, seams: &r.request.seams, lend: r.journals.lend, tell: r.request.Tell}
}

// probe finds out what both volumes can do, refuses what is less than was planned, and opens them to be changed.
func (r *run) probe() error {
	opening := r.opening()
	for _, e := range r.ends {
		if err := opening.asPlanned(e, r.plan, r.ends.resumed() != nil); err != nil {
			return err
		}
	}
	return nil
}
