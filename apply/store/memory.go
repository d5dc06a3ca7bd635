package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"treaty/apply/baseline"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

const baselinesFolder = "baselines"

// Memory is the baseline of two trees, open to be read once.
type Memory struct {
	tree.Memory
	Ref plan.BaselineRef
	// Home is the side that it lies on: the one that was LOCAL when the two first synced.
	Home plan.Side
	file io.Closer
}

// Reuse takes back records to which nobody refers any more.
func (m *Memory) Reuse(listed []tree.Agreed) {
	if r, wants := m.Memory.(tree.Reuser[tree.Agreed]); wants {
		r.Reuse(listed)
	}
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
func Remember(trees plan.Sides[*Reader]) (*Memory, *plan.Problem, error) {
	var files plan.Sides[*TreeFile]
	for _, side := range plan.BothSides {
		file, err := trees[side].Identity()
		if err != nil {
			return nil, nil, err
		}
		files[side] = file
	}
	m, problem := Recall(trees, files)
	return m, problem, nil
}

// Recall is Remember for trees whose own files were read.
func Recall(trees plan.Sides[*Reader], files plan.Sides[*TreeFile]) (*Memory, *plan.Problem) {
	if files[plan.Local] == nil || files[plan.Remote] == nil {
		return nil, nil
	}
	ids := plan.Sides[string]{files[plan.Local].ID, files[plan.Remote].ID}
	local, remote := files[plan.Local].Synced[ids[plan.Remote]], files[plan.Remote].Synced[ids[plan.Local]]
	switch {
	case local == "" && remote == "":
		return nil, nil
	case local != remote && fromFile(trees[plan.Remote]):
		return nil, mismatch("the snapshot is of before the last sync, or of a copy of the tree")
	case local != remote:
		return nil, mismatch("the two trees do not remember the same last sync, so one of them is a copy, or came back " +
			"from a backup")
	}
	problem := mismatch("the baseline of the last sync is missing")
	for _, side := range plan.BothSides {
		m, err := openMemory(trees[side], side, local, ids)
		if err == nil {
			return m, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			problem = mismatch(fmt.Sprintf("the baseline in %s: %v", side, err))
		}
	}
	return nil, problem
}

// fromFile tells whether a tree is what a file says of one.
func fromFile(r *Reader) bool {
	_, is := r.Source().(volume.FromFile)
	return is
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
	return &plan.Problem{Severity: plan.Warning, Code: plan.BaselineMismatch,
		Message: why + "; it is planned like a first sync: nothing is deleted, and what was deleted since then comes back"}
}

func openMemory(s *Reader, home plan.Side, planID string, ids plan.Sides[string]) (*Memory, error) {
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
	return &Memory{Memory: r, Home: home, file: file, Ref: plan.BaselineRef{PlanID: r.PlanID, SyncedAt: r.SyncedAt}}, nil
}

// CreateBaseline begins to write the baseline of a plan. It counts once both trees' own files name the plan.
func (s *Store) CreateBaseline(planID string) (volume.PrivateFile, error) {
	return s.files.CreatePrivate(baselinesFolder + "/" + planID)
}

// openBaseline opens the file of a baseline. What stands there and is none, or no file that treaty would have
// written, is a damaged one.
func (s *Reader) openBaseline(planID string) (io.ReadSeekCloser, error) {
	file, size, err := s.source.OpenPrivate(baselinesFolder + "/" + planID)
	if err != nil {
		return nil, noBaseline(s.inFull(err))
	}
	if size > maxBaseline {
		file.Close()
		return nil, fmt.Errorf("%w: it has %d bytes, and %d are the most", baseline.ErrDamaged, size, int64(maxBaseline))
	}
	return file, nil
}

func noBaseline(err error) error {
	if Foreign(err) {
		return fmt.Errorf("%w: %w", baseline.ErrDamaged, err)
	}
	return err
}

// ForgetBaselines removes the baselines that a pair of trees made and this one, whose own file is mine, refers to no
// more, the superseded one among them. Whatever else lies there is not treaty's to remove, and stays; and all does
// where written, which is asked once they are listed, tells that the file is not written.
func (s *Store) ForgetBaselines(mine *TreeFile, pair plan.Sides[string], superseded string,
	written func() bool) error {
	names, err := s.namesOf(s.files.PrivateNames(baselinesFolder))
	if !written() {
		return nil
	}
	for _, name := range names {
		if err == nil && s.forgettable(mine, pair, name, superseded) {
			err = s.files.RemovePrivate(baselinesFolder + "/" + name)
		}
	}
	if err != nil {
		return fmt.Errorf("an old baseline stays in %s: %w", s.Path(baselinesFolder), err)
	}
	return nil
}

// HasBaselines tells whether there may be baselines in the store.
func (s *folder) HasBaselines() bool {
	names, err := s.names(baselinesFolder)
	return err != nil || len(names) > 0
}

// forgettable tells whether a file is a baseline of a pair that its trees do not refer to: the superseded one, also
// where it is damaged, or one that says itself whose it is.
func (s *Reader) forgettable(mine *TreeFile, pair plan.Sides[string], name, superseded string) bool {
	for _, counts := range mine.Synced {
		if name == counts {
			return false
		}
	}
	if kind, err := s.kind(baselinesFolder + "/" + name); err != nil || kind != tree.File {
		return false
	}
	if name == superseded {
		return true
	}
	m, err := openMemory(s, plan.Local, name, pair)
	return err == nil && m.Close() == nil
}
