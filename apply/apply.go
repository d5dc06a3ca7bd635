package apply

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"treaty/apply/internal/disk"
	"treaty/apply/internal/journal"
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
	Policy Policy
	By     plan.Author
	// Progress, where not nil, is told how far things are.
	Progress *Progress
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
	probed func(plan.Side, *disk.Probed)
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
	store    *Store
	roots    plan.Sides[*scan.Root]
	files    plan.Sides[*TreeFile]
	disks    plan.Sides[*disk.Tree]
	// seen are the directories that the trees had before the first write.
	seen     *Digests
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
	r.store = &Store{root: r.roots[plan.Local], files: r.disks[plan.Local]}
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
			return nil, unsettled(err)
		}
		if err := e.takeUp(j); err != nil {
			return nil, unsettled(err)
		}
	}
	if err := r.preflight(e.unsettled()); err != nil {
		return nil, err
	}
	if r.resumed() == nil {
		if err := r.begin(steps); err != nil {
			return nil, unsettled(err)
		}
	}
	e.carryOut(ctx)
	return r.finish(ctx, e)
}

// steps are what is to be carried out: as the journal has them, or as the plan says, if the trees are what
// the plan saw.
func (r *run) steps(ctx context.Context) ([]plan.Step, error) {
	if j := r.resumed(); j != nil {
		r.seen = r.store.digests(r.plan.ID)
		if err := r.regauge(ctx); err != nil {
			return nil, err
		}
		return recorded(r.plan, j.Steps), nil
	}
	x, err := r.survey(ctx)
	if err != nil {
		return nil, err
	}
	return r.plan.Steps(contents{r, x}, r.shift.planned())
}

// finish writes the receipt: into the history, or, where something failed and can be taken up, beside the
// journal.
func (r *run) finish(ctx context.Context, e *executor) (*Receipt, error) {
	r.receipt.Results = e.receiptResults()
	r.receipt.Totals.Bytes = e.bytes.Load()
	r.receipt.count()
	if r.receipt.Totals.Failed > 0 || e.halted() != nil {
		r.postpone()
		return r.receipt, errors.Join(ctx.Err(), r.partial())
	}
	if err := r.conclude(context.WithoutCancel(ctx), e); err != nil {
		return r.receipt, unsettled(err)
	}
	if r.receipt.Outcome != Complete {
		return r.receipt, r.partial()
	}
	return r.receipt, ctx.Err()
}

// unsettled is an error after the first write, with how to go on.
func unsettled(err error) error {
	return &Refusal{Cause: ErrPartial, Why: "the apply is not finished: " + err.Error(), Hint: howToGoOn}
}

const howToGoOn = "treaty apply, to go on, or treaty recover, to go back"

func (r *run) close() {
	for _, log := range r.logs {
		if log != nil {
			log.Close()
		}
	}
	for _, root := range r.roots {
		if root != nil {
			root.Close()
		}
	}
}

// gate reads and checks everything that can be checked before a tree is read, in the order of section 6
// of the design.
func (r *run) gate() error {
	p, err := plan.Read(r.request.Plan)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	r.plan, r.ref = p, RefTo(p, r.request.Plan)
	if r.request.Approval != nil {
		if r.approval, err = ReadApproval(r.request.Approval); err != nil {
			return fmt.Errorf("%w approval: %w", ErrInvalid, err)
		}
	}
	missing := r.open()
	for _, check := range []func() error{r.unlocked, r.unapplied, r.unopened, r.resolved, r.approved} {
		if err := check(); err != nil {
			return err
		}
	}
	if missing != nil {
		return missing
	}
	if err := r.sameTrees(); err != nil {
		return err
	}
	return r.fewDeletes()
}

// open opens both roots. The error is for later: other refusals come first.
func (r *run) open() error {
	var missing error
	for _, side := range plan.BothSides {
		path := r.request.Roots[side]
		if path == "" {
			path = r.plan.Snapshot(side).Root
		}
		root, err := scan.Open(path)
		if err != nil {
			if missing == nil {
				missing = refuse(ErrSafety, "mount it, or say where it is now: treaty apply --"+side.String()+" DIR",
					"the %s tree is not at %s: %v", side, path, cause(err))
			}
			continue
		}
		r.roots[side] = root
	}
	if r.roots[plan.Local] != nil {
		var err error
		if r.store, err = storeOf(r.roots[plan.Local]); err != nil {
			return err
		}
	}
	return missing
}

// cause is the innermost error, without the paths that a person has read already.
func cause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

func (r *run) unlocked() error {
	for _, side := range plan.BothSides {
		if r.roots[side] == nil {
			continue
		}
		s, err := storeOf(r.roots[side])
		if err != nil {
			return err
		}
		if err := s.Locked(); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) unapplied() error {
	if r.store == nil {
		return nil
	}
	archived, err := r.store.Applied(r.plan.ID)
	if err != nil || archived == nil {
		return err
	}
	if j, err := r.store.journal(r.plan.ID); err != nil || j != nil {
		return err // only its conclusion is missing
	}
	return refuse(ErrStale, "treaty plan", "this plan was applied already, as number %d", archived.Number)
}

func (r *run) resolved() error {
	if n := r.plan.Unresolved(); n > 0 {
		return refuse(ErrConflicts, "treaty show, then treaty resolve", "%d of %d conflicts are not resolved", n, len(r.plan.Conflicts))
	}
	return nil
}

// sameTrees holds the roots to the identities that were planned.
func (r *run) sameTrees() error {
	for _, side := range plan.BothSides {
		file, err := readTreeFile(storeFiles(r.roots[side]))
		if err != nil {
			return err
		}
		r.files[side] = file
		planned := r.plan.Snapshot(side)
		var given string // out by the run that was interrupted
		if j := r.resumed(); j != nil && planned.ID == nil {
			given = j.Header.Trees[side]
		}
		switch {
		case given != "" && file == nil:
			r.files[side] = newTreeFile()
			r.files[side].ID = given
			continue
		case given != "" && file.ID == given:
			continue
		case file == nil && planned.ID != nil:
			return refuse(ErrSafety, "treaty plan --new-pair, if this is meant to be another tree",
				"%s is not the %s tree that was planned: it has no .treaty/tree.json", r.roots[side].Path(), side)
		case file != nil && planned.ID == nil:
			return refuse(ErrSafety, "treaty plan", "%s became a tree of its own after the plan was made", r.roots[side].Path())
		case file != nil && file.ID != *planned.ID:
			return refuse(ErrSafety, "mount the right one, or: treaty plan --new-pair",
				"%s is not the %s tree that was planned, but another one", r.roots[side].Path(), side)
		}
		if err := r.notEmptied(side, planned); err != nil {
			return err
		}
	}
	return r.apart()
}

// apart refuses roots of which one is the other, or in it.
func (r *run) apart() error {
	relation, err := scan.Relate(r.roots[plan.Local], r.roots[plan.Remote])
	if err != nil {
		return err
	}
	local, remote := r.roots[plan.Local].Path(), r.roots[plan.Remote].Path()
	switch relation {
	case scan.Same:
		return refuse(ErrInvalid, "", "both trees are the same: %s", local)
	case scan.Inside:
		return refuse(ErrInvalid, "", "the local tree %s lies inside the remote tree %s", local, remote)
	case scan.Around:
		return refuse(ErrInvalid, "", "the remote tree %s lies inside the local tree %s", remote, local)
	}
	return nil
}

// notEmptied refuses a root that lost everything: the folder that an unmounted volume leaves behind.
func (r *run) notEmptied(side plan.Side, planned *plan.Snapshot) error {
	if planned.Files+planned.Directories == 0 || r.files[side] != nil {
		return nil
	}
	dir, err := r.roots[side].Dir(tree.Root)
	if err != nil {
		return err
	}
	defer dir.Release()
	names, err := dir.Names()
	if err != nil {
		return err
	}
	for _, name := range names {
		if !tree.Reserved(name) {
			return nil
		}
	}
	return refuse(ErrSafety, "mount it again, and then: treaty apply", "%s is empty, and was not when the plan was made", r.roots[side].Path())
}

func (r *run) fewDeletes() error {
	for _, side := range plan.BothSides {
		if why := r.plan.TooManyDeletes(side); why != "" {
			return refuse(ErrSafety, "look at the deletes, and then: treaty plan --allow-many-deletes", "%s", why)
		}
	}
	return nil
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
		files, err := disk.Open(r.roots[side], r.plan.ID, disk.Options{})
		if err == nil {
			if r.untouched(side) {
				// A refusal leaves nothing behind.
				held = append(held, files.RemoveEmptyPrivate)
			}
			var release func() error
			if release, err = lock(files, r.roots[side].Path()); err == nil {
				held = append(held, release)
				continue
			}
		}
		unlock()
		return nil, writable(side, err)
	}
	return unlock, nil
}

// untouched tells whether a tree has no folder of treaty's yet.
func (r *run) untouched(side plan.Side) bool {
	d, err := r.roots[side].Dir(tree.PrivateFolder)
	if err == nil {
		d.Release()
	}
	return errors.Is(err, fs.ErrNotExist)
}

// writable turns an error of the first write into a safety stop where nothing can be written at all.
func writable(side plan.Side, err error) error {
	if errors.Is(err, disk.ErrReadOnly) || errors.Is(err, fs.ErrPermission) {
		return refuse(ErrSafety, "", "the %s tree cannot be written to: %v", side, cause(err))
	}
	return err
}

// probe finds out what both volumes can do, and refuses what is less than was planned.
func (r *run) probe() error {
	for _, side := range plan.BothSides {
		probed, err := disk.Probe(r.roots[side], nil)
		if err != nil {
			return writable(side, err)
		}
		if r.request.seams.probed != nil {
			r.request.seams.probed(side, &probed)
		}
		planned := r.plan.Snapshot(side).Filesystem
		actual := seen(planned, &probed)
		if weaker := actual.Weaker(planned); weaker != "" {
			return refuse(ErrStale, "treaty plan --"+side.String()+"-fs unknown, or what it is",
				"the filesystem of %s can do less than was planned with: %s", side, weaker)
		}
		mount, err := r.roots[side].Mount()
		if err != nil {
			return err
		}
		fat := !journalled(mount.Type) || r.request.seams.fat[side]
		r.fat[side] = fat
		r.disks[side], err = disk.Open(r.roots[side], r.plan.ID, disk.Options{
			Hook: r.request.seams.on(side), Traits: planned, Can: probed.Can, Hash: fat, SyncEach: fat, RacySince: racySince(r.plan.CreatedAt, planned),
		})
		if err != nil {
			return err
		}
		if r.files[side] == nil {
			r.files[side] = newTreeFile()
		}
		recorded, err := r.roots[side].Traits("", nil)
		if err != nil {
			return err
		}
		r.files[side].Traits, r.files[side].Volume = record(recorded, &probed), recorded.Volume
	}
	return nil
}

// seen are traits with what was seen in the place of what was thought.
func seen(thought tree.Traits, probed *disk.Probed) tree.Traits {
	actual := thought
	actual.MtimeGranularity, actual.Modes = probed.Traits.MtimeGranularity, probed.Traits.Modes
	actual.Symlinks, actual.CaseSensitive = probed.Traits.Symlinks, probed.Traits.CaseSensitive
	if probed.Traits.Names == tree.WindowsNames {
		actual.Names = tree.WindowsNames
	}
	return actual
}

// record is what the tree's file keeps: what was seen, but of names never more than the volume's type
// promises. A driver may take names that the next machine cannot read: NTFS under Linux holds "a" beside
// "A", and "a:b" (FILESYSTEMS.md 1.2). Where the type says nothing, what was seen is all there is. FAT's
// times are as coarse as they are, whatever a driver holds in memory.
func record(hinted tree.Traits, probed *disk.Probed) tree.Traits {
	recorded := seen(hinted, probed)
	recorded.Source = tree.Recorded
	switch hinted.Profile {
	case tree.Unknown:
		recorded.Names = probed.Traits.Names
	case tree.FAT:
		recorded.MtimeGranularity = max(recorded.MtimeGranularity, hinted.MtimeGranularity)
		fallthrough
	default:
		recorded.CaseSensitive = recorded.CaseSensitive && hinted.CaseSensitive
	}
	return recorded
}

// journalled tells whether a filesystem is known to keep its promises in a power cut; all others are
// treated as FAT. tmpfs has nothing to lose there.
func journalled(fstype string) bool {
	switch fstype {
	case "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "bcachefs", "jfs", "reiserfs", "tmpfs", "ramfs",
		"overlay", "apfs", "hfs", "ntfs", "NTFS", "ReFS", "ntfs3":
		return true
	}
	return false
}

// contents looks things up for the steps that settle conflicts.
type contents struct {
	run *run
	x   *expectations
}

func (c contents) List(side plan.Side, dir tree.Path) ([]tree.Entry, error) {
	return c.x.listed[side][dir], nil
}

func (c contents) Head(side plan.Side, file tree.Path) ([]byte, error) {
	dir, err := c.run.roots[side].Dir(file.Parent())
	if err != nil {
		return nil, err
	}
	defer dir.Release()
	f, err := dir.Open(file.Base())
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readHead(f)
}
