package apply

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"treaty/apply/baseline"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

const baselinesFolder = "baselines"

// Memory is the baseline of two trees, open to be read once.
type Memory struct {
	tree.Memory
	Ref plan.BaselineRef
	// home is the side that it lies on: the one that was LOCAL when the two first synced.
	home plan.Side
	file *os.File
}

// Close closes the baseline's file. A nil Memory is closed already.
func (m *Memory) Close() error {
	if m == nil {
		return nil
	}
	return m.file.Close()
}

// Remember finds what two trees last agreed on; nil where they never synced. It counts only if both
// trees name the plan that wrote it: of a cloned or restored tree, or where the file is missing or
// damaged, the problem says so, and nothing is remembered, so that nothing is deleted.
func Remember(stores plan.Sides[*Store]) (*Memory, *plan.Problem, error) {
	var files plan.Sides[*TreeFile]
	for _, side := range plan.BothSides {
		file, err := stores[side].Identity()
		if err != nil {
			return nil, nil, err
		}
		files[side] = file
	}
	m, problem := remembered(stores, files)
	return m, problem, nil
}

// remembered is Remember for trees whose own files were read.
func remembered(stores plan.Sides[*Store], files plan.Sides[*TreeFile]) (*Memory, *plan.Problem) {
	if files[plan.Local] == nil || files[plan.Remote] == nil {
		return nil, nil
	}
	ids := plan.Sides[string]{files[plan.Local].ID, files[plan.Remote].ID}
	local, remote := files[plan.Local].Synced[ids[plan.Remote]], files[plan.Remote].Synced[ids[plan.Local]]
	switch {
	case local == "" && remote == "":
		return nil, nil
	case local != remote:
		return nil, mismatch("the two trees do not remember the same last sync, so one of them was cloned, restored or reset")
	}
	problem := mismatch("the baseline of the last sync is missing")
	for _, side := range plan.BothSides {
		m, err := openMemory(stores[side], side, local, ids)
		if err == nil {
			return m, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			problem = mismatch(fmt.Sprintf("the baseline in %s: %v", side, err))
		}
	}
	return nil, problem
}

// Forgotten is the problem that a baseline turned out to be damaged while it was read; nil for other errors.
// It then counts as none, as if Remember had found that.
func Forgotten(err error) *plan.Problem {
	if !errors.Is(err, baseline.ErrDamaged) {
		return nil
	}
	return mismatch(err.Error())
}

func mismatch(why string) *plan.Problem {
	return &plan.Problem{Severity: plan.Warning, Code: plan.BaselineMismatch, Message: why + "; this is planned like a first sync, without deletes"}
}

func openMemory(s *Store, home plan.Side, planID string, ids plan.Sides[string]) (*Memory, error) {
	file, err := s.openBaseline(planID)
	if err != nil {
		return nil, err
	}
	r, err := baseline.Open(file, ids[plan.Local], ids[plan.Remote])
	if err == nil && r.PlanID != planID {
		err = fmt.Errorf("%w: it is of another sync", baseline.ErrDamaged)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return &Memory{Memory: r, home: home, file: file, Ref: plan.BaselineRef{PlanID: r.PlanID, SyncedAt: r.SyncedAt}}, nil
}

// openBaseline opens the file of a baseline. What stands there and is none, or no file that treaty would have
// written, is a damaged one.
func (s *Store) openBaseline(planID string) (*os.File, error) {
	dir, err := s.folder(baselinesFolder)
	if err != nil {
		return nil, noBaseline(err)
	}
	defer dir.Release()
	file, err := dir.Open(planID)
	if err != nil {
		return nil, noBaseline(err)
	}
	info, err := file.Stat()
	if err == nil && info.Size() > maxBaseline {
		err = fmt.Errorf("%w: it has %d bytes, and %d are the most", baseline.ErrDamaged, info.Size(), int64(maxBaseline))
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

func noBaseline(err error) error {
	if foreign(err) {
		return fmt.Errorf("%w: %w", baseline.ErrDamaged, err)
	}
	return err
}

// remember writes the new baseline: what both sides were found or made to hold, walked anew, so that what
// a person changed while the plan was carried out is not taken for agreed. An old one that turns out to be
// damaged counts as none. What would be no tree is not written: the two trees then have no baseline.
func (r *run) remember(ctx context.Context, e *executor) error {
	stores := plan.Sides[*Store]{}
	for _, side := range plan.BothSides {
		s, err := storeOf(r.roots[side])
		if err != nil {
			return err
		}
		stores[side] = s
	}
	old, _ := remembered(stores, r.files)
	defer old.Close()
	restoration, err := r.restoration(e)
	if err != nil {
		return err
	}
	err = r.agree(ctx, e, old, restoration)
	if errors.Is(err, baseline.ErrDamaged) {
		err = r.agree(ctx, e, nil, nil)
	}
	if errors.Is(err, baseline.ErrDamaged) {
		return nil
	}
	return err
}

// agree writes the new baseline, from an old one and what an undo has put back; nil where there is none.
func (r *run) agree(ctx context.Context, e *executor, old *Memory, back *restoration) error {
	home := plan.Local
	in := plan.Input{Options: r.plan.Options}
	if old != nil {
		home, in.Memory = old.home, old.Memory
	}
	out, err := r.disks[home].CreatePrivate(baselinesFolder + "/" + r.plan.ID)
	if err != nil {
		return err
	}
	defer out.Close()
	w, err := baseline.NewWriter(out, baseline.Header{IDs: [2]string{r.files[plan.Local].ID, r.files[plan.Remote].ID},
		PlanID: r.plan.ID, SyncedAt: r.receipt.StartedAt})
	if err != nil {
		return err
	}
	facts := e.tasks.learned(r.stamps)
	recorder := plan.Recorder{Write: w.Directory, Old: e.former.old, Gone: e.former.gone,
		Known: func(side plan.Side, path tree.Path, entry *tree.Entry) tree.Hash {
			traits := r.plan.Snapshot(side).Filesystem
			return facts[side][path].knows(entry, traits.MtimeGranularity, racySince(r.reliedSince(), traits))
		}}
	recorder.Settled = e.tasks.settledNames()
	if back != nil {
		recorder.Restore, recorder.Restored = back.record, back.restored
	}
	var walks plan.Sides[*scan.Walk]
	for _, side := range plan.BothSides {
		traits := r.plan.Snapshot(side).Filesystem
		recorder.RacySince[side] = racySince(r.request.Now(), traits)
		// Times are kept whole, so that a baseline holds under whatever granularity it is read with.
		walks[side] = r.roots[side].Walk(ctx, scan.Options{Patterns: r.plan.Options.Ignore,
			DefaultIgnores: r.plan.Options.DefaultIgnores, Granularity: 1, Modes: traits.Modes})
		defer walks[side].Close()
		in.Trees[side] = plan.Tree{Traits: traits, Stream: walks[side],
			Reader: scan.Reader{Hasher: scan.Hasher{Root: r.roots[side]}, Granularity: 1}}
	}
	in.Shift = &r.shift.total
	if err := plan.Agree(ctx, in, recorder); err != nil {
		return err
	}
	for _, side := range plan.BothSides {
		if err := walks[side].Finish(); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return out.Commit()
}

// reliedSince is when the first content was read on which the new baseline relies: what was planned without
// a look at it since was read for the plan.
func (r *run) reliedSince() time.Time {
	if r.plan.CreatedAt.Before(r.receipt.StartedAt) {
		return r.plan.CreatedAt
	}
	return r.receipt.StartedAt
}

// racySince is the first mtime that may hide a change made after a scan that began at the given time.
func racySince(scan time.Time, traits tree.Traits) tree.Time {
	// The kernel's clock for files moves in steps of up to 10 ms.
	const tick = int64(10 * time.Millisecond)
	return tree.TimeOf(scan.Add(-2 * time.Duration(max(traits.MtimeGranularity, tick))))
}
