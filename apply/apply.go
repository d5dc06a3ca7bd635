package apply

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"time"

	"treaty/apply/internal/disk"
	"treaty/apply/internal/journal"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Request is what to apply, and how.
type Request struct {
	// Plan is the exact text of the plan file; what is checked, hashed and carried out is this.
	Plan []byte
	// Approval is the text of the approval file, nil where there is none.
	Approval []byte
	// Roots are where the trees are now, "" for where they were when the plan was made.
	Roots plan.Sides[string]
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
	hook func(plan.Side, disk.Call) error
	// probed may make less of what a volume was found to do.
	probed func(plan.Side, *volume.Probed)
	// fat declares a side's volume to be FAT-class.
	fat plan.Sides[bool]
}

// on is the hook for one side's disk.
func (s *seams) on(side plan.Side) func(disk.Call) error {
	if s.hook == nil {
		return nil
	}
	return func(call disk.Call) error { return s.hook(side, call) }
}

// run is one apply under way.
type run struct {
	request  Request
	plan     *plan.Plan
	ref      PlanRef
	approval *Approval
	stores   plan.Sides[*store.Store]
	roots    plan.Sides[*scan.Root]
	files    plan.Sides[*store.TreeFile]
	disks    plan.Sides[*disk.Tree]
	// seen are the directories that the trees had before the first write.
	seen     *store.Digests
	stamps   *stamps
	shift    shift
	progress *Progress
	receipt  *Receipt
	// left are the journals of this plan that an interrupted run has left open, and logs those that this one
	// writes; torn ones end in the middle of a line.
	left plan.Sides[*journal.Journal]
	logs plan.Sides[*disk.Log]
	torn plan.Sides[bool]
	// broken is why nothing more can be written down.
	broken error
	// fat are the volumes that may lose what was renamed.
	fat plan.Sides[bool]
}

// Apply carries out an approved plan. The checks come in the order of the exit codes that they stand
// for; every error before the first write wraps one of the package's sentinels, or is a failure to read.
// Where something was done there is a receipt, and the error, if any, wraps ErrPartial.
func Apply(ctx context.Context, request Request) (*Receipt, error) {
	if request.Now == nil {
		request.Now = time.Now
	}
	r := &run{request: request, progress: request.Progress}
	defer r.close()
	if err := r.gate(); err != nil {
		return nil, err
	}
	unlock, err := r.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := r.probe(); err != nil {
		return nil, err
	}
	steps, err := r.steps(ctx)
	if err != nil {
		return nil, err
	}
	r.receipt = &Receipt{Format: "treaty.receipt", FormatVersion: plan.FormatVersion, Plan: r.ref, By: request.By,
		StartedAt: request.Now().UTC(), TimeShiftSeconds: r.shift.seconds()}
	e := newExecutor(r, steps)
	if e.former, err = r.newFormer(e); err != nil {
		return nil, err
	}
	if j := r.resumed(); j != nil {
		r.receipt.StartedAt = j.Header.StartedAt
		if err := r.begin(steps); err != nil {
			return nil, r.midway(err)
		}
		if err := e.takeUp(ctx, r.left, request.Tell); err != nil {
			_ = r.giveBack() // what is owed still is in the journal
			return nil, r.midway(err)
		}
	}
	var copies plan.Sides[[]endangered]
	for _, side := range plan.BothSides {
		if r.fat[side] {
			copies[side] = e.tasks.inDanger(side)
		}
	}
	if err := r.preflight(e.tasks.pending(), copies); err != nil {
		_ = r.giveBack()
		return nil, err
	}
	if r.resumed() == nil {
		if err := r.begin(steps); err != nil {
			return nil, r.midway(err)
		}
	}
	e.carryOut(ctx)
	if request.Verify {
		e.verify(ctx)
	}
	return r.report(ctx, e)
}

// steps are what is to be carried out: as the journal has them, or as the plan says, if the trees are what
// the plan saw.
func (r *run) steps(ctx context.Context) ([]plan.Step, error) {
	if j := r.resumed(); j != nil {
		r.seen = r.stores[plan.Local].Digests(r.plan.ID)
		if err := r.regauge(ctx); err != nil {
			return nil, err
		}
		steps := recorded(r.plan, j.Steps)
		r.stamps = newStamps(r.plan, &r.shift)
		r.stamps.recall(steps, j.Steps.Sources)
		return steps, nil
	}
	x, err := r.survey(ctx)
	if err != nil {
		return nil, err
	}
	steps, err := r.plan.Steps(lookup{r, x}, r.shift.planned())
	x.respellSteps(steps)
	for _, o := range x.occupied {
		for i := range steps {
			if steps[i].Operation == o.op {
				steps[i].Skipped = plan.NotVacated + plan.Why(": "+o.why)
			}
		}
	}
	return steps, err
}

// report writes the receipt: into the history, or, where something failed and can be taken up, beside the
// journal.
func (r *run) report(ctx context.Context, e *executor) (*Receipt, error) {
	r.receipt.Results = e.results()
	r.receipt.Totals.Bytes = e.tasks.bytes
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
	root := r.roots[plan.Local].Path()
	return &Refusal{Cause: refusal.CauseUnfinished, Root: root, Why: "the apply is not finished: " + err.Error(), Err: err}
}

func (r *run) close() {
	r.closeLogs()
	for _, root := range r.roots {
		if root != nil {
			root.Close()
		}
	}
}

func (r *run) closeLogs() {
	for side, log := range r.logs {
		if log != nil {
			log.Close()
		}
		r.logs[side] = nil
	}
}

// lock takes the locks of both trees, the lower path first, so that two treaties cannot wait for each
// other.
func (r *run) lock() (unlock func(), err error) {
	var held []func() error
	unlock = func() {
		for _, release := range slices.Backward(held) {
			// A lock that stays is found stale by the next run.
			_ = release()
		}
	}
	order := plan.BothSides
	if r.roots[plan.Remote].Path() < r.roots[plan.Local].Path() {
		order = [2]plan.Side{plan.Remote, plan.Local}
	}
	for _, side := range order {
		s := r.stores[side]
		if !s.There() {
			// A refusal leaves nothing behind.
			held = append(held, s.RemoveEmpty)
		}
		release, err := s.Lock()
		if err != nil {
			unlock()
			return nil, r.writable(side, err)
		}
		held = append(held, release)
	}
	return unlock, nil
}

// writable turns an error of the first write into a safety stop where nothing can be written at all.
func (r *run) writable(side plan.Side, err error) error {
	if errors.Is(err, volume.ErrReadOnly) || errors.Is(err, fs.ErrPermission) {
		root := r.roots[side].Path()
		return refusal.Because(refusal.CauseReadOnly, "the %s tree %s cannot be written to: %v", side, root, refusal.Innermost(err)).On(side, root)
	}
	return err
}

// probe finds out what both volumes can do, and refuses what is less than was planned.
func (r *run) probe() error {
	for _, side := range plan.BothSides {
		probed, err := disk.Probe(r.roots[side], nil)
		if err != nil {
			return r.writable(side, err)
		}
		if r.request.seams.probed != nil {
			r.request.seams.probed(side, &probed)
		}
		r.plan.Snapshot(side).Filesystem.IgnoresTimes = probed.Traits.IgnoresTimes
		planned := r.plan.Snapshot(side).Filesystem
		if err := r.truthful(side, planned); err != nil {
			return err
		}
		actual := seen(planned, &probed)
		if weaker := actual.Weaker(planned); weaker != "" {
			return refusal.Because(refusal.CauseWeaker, "the filesystem of %s can do less than was planned with: %s", side, weaker).On(side, r.roots[side].Path())
		}
		mount, err := r.roots[side].Mount()
		if err != nil {
			return err
		}
		fat := !journalled(mount) || r.request.seams.fat[side]
		r.fat[side] = fat
		r.disks[side], err = disk.Open(r.roots[side], r.plan.ID, disk.Options{
			Hook: r.request.seams.on(side), Traits: planned, Can: probed.Can, Hash: fat, SyncEach: fat, RacySince: racySince(r.plan.CreatedAt, planned),
			Lend: r.lend(side),
		})
		if err != nil {
			return err
		}
		r.stores[side] = r.stores[side].On(r.disks[side])
		if r.files[side] == nil {
			r.files[side] = store.NewTreeFile()
		}
		if err := r.recordTraits(side, &probed); err != nil {
			return err
		}
	}
	return nil
}

// recordTraits notes in a tree's own file what its volume was found to do.
func (r *run) recordTraits(side plan.Side, probed *volume.Probed) error {
	hinted, err := r.roots[side].Traits("", nil)
	if err != nil {
		return err
	}
	file := r.files[side]
	if probed.Traits.IgnoresTimes && !file.IgnoresTimes && r.request.Tell != nil {
		r.request.Tell("warning: " + TimesIgnored(side))
	}
	file.Traits, file.Volume, file.IgnoresTimes = record(hinted, probed), hinted.Volume, probed.Traits.IgnoresTimes
	r.recordDeclared(side)
	return nil
}

// seen are traits with what was seen in the place of what was thought. How fine times are that cannot be set is
// only seen by chance.
func seen(thought tree.Traits, probed *volume.Probed) tree.Traits {
	actual := thought
	if actual.IgnoresTimes = probed.Traits.IgnoresTimes; !actual.IgnoresTimes {
		actual.MtimeGranularity = probed.Traits.MtimeGranularity
	}
	actual.Modes = probed.Traits.Modes
	actual.Symlinks, actual.CaseSensitive = probed.Traits.Symlinks, probed.Traits.CaseSensitive
	if probed.Traits.Names == tree.WindowsNames {
		actual.Names = tree.WindowsNames
	}
	return actual
}

// record is what the tree's file keeps: what was seen, but of names never more than the volume's type
// promises. A driver may take names that the next machine cannot read: NTFS under Linux holds "a" beside
// "A", and "a:b", which Windows cannot open. Where the type says nothing, what was seen is all there is. FAT's
// times are as coarse as they are, whatever a driver holds in memory, and what macOS makes of a link there
// no other system knows as one (XSym). APFS and HFS+ come in both kinds, of which the probe tells.
func record(hinted tree.Traits, probed *volume.Probed) tree.Traits {
	recorded := seen(hinted, probed)
	recorded.Source = tree.Recorded
	if recorded.IgnoresTimes {
		recorded.MtimeGranularity = max(recorded.MtimeGranularity, probed.Traits.MtimeGranularity)
	}
	switch hinted.Profile {
	case tree.Unknown:
		recorded.Names = probed.Traits.Names
		return recorded
	case tree.APFS:
		return recorded
	case tree.FAT:
		recorded.MtimeGranularity = max(recorded.MtimeGranularity, hinted.MtimeGranularity)
		recorded.Symlinks = false
	case tree.ExFAT:
		recorded.Symlinks = false
	}
	recorded.CaseSensitive = recorded.CaseSensitive && hinted.CaseSensitive
	return recorded
}

// journalled tells whether a filesystem is known to keep its promises in a power cut; all others are
// treated as FAT. tmpfs has nothing to lose there.
func journalled(on scan.Mount) bool {
	switch on.Type {
	case "hfs":
		return on.Journaled()
	case "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "bcachefs", "jfs", "reiserfs", "tmpfs", "ramfs",
		"overlay", "apfs", "ntfs", "NTFS", "ReFS", "ntfs3":
		return true
	}
	return false
}

// lookup looks things up for the steps that resolve conflicts.
type lookup struct {
	run *run
	x   *expectations
}

func (c lookup) List(side plan.Side, dir tree.Path) ([]tree.Entry, error) {
	return c.x.listed[side][dir], nil
}

func (c lookup) Spelled(side plan.Side, path tree.Path, of plan.Side) tree.Path {
	return c.x.spellings.on(side, path, of)
}

func (c lookup) Head(side plan.Side, file tree.Path) ([]byte, error) {
	f, err := openFile(c.run.roots[side], file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, scan.HeadLimit))
}
