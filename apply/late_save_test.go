package apply_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"treaty/apply"
	"treaty/apply/internal/disk"
	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// saveAt replaces a file by content that was written at the given time, as an editor does.
func (w *world) saveAt(side plan.Side, path, content string, mtime tree.Time) {
	w.Helper()
	temp := filepath.Join(w.dir, "saving")
	writeFile(w, temp, node{kind: tree.File, content: content, mtime: mtime, mode: tree.Perm(0o644)})
	check(w, os.Rename(temp, w.path(side, path)))
}

// remember is what the two trees now remember, nil for nothing, for the caller to close.
func (w *world) remember() *store.Memory {
	w.Helper()
	var stores plan.Sides[*store.Reader]
	for _, side := range plan.BothSides {
		s, err := reach.Store(w.at[side])
		check(w, err)
		defer s.Close()
		stores[side] = s.Reader
	}
	m, _, err := store.Remember(stores)
	check(w, err)
	return m
}

// recorded is what the two trees now remember of a path; nil for nothing.
func (w *world) recorded(path tree.Path) *tree.Agreed {
	w.Helper()
	m := w.remember()
	defer m.Close()
	if m == nil {
		return nil
	}
	entries, err := m.List(path.Parent())
	check(w, err)
	for i := range entries {
		if entries[i].Name[0] == path.Base() {
			return &entries[i]
		}
	}
	return nil
}

// stride is how many calls lie between two moments that are tried.
func stride() int { return effort.Stride(15, 4) * slowness }

// A save of the same size, within what the other side can tell apart, on either side and at any moment of
// an apply, is never recorded as what was synced.
func TestASaveDuringApplyNeverPassesForWhatWasSynced(t *testing.T) {
	needPosix(t, "files that can be replaced while they are read")
	for _, c := range []struct {
		name          string
		local, remote string
		base          string
		saved         plan.Side
		at            tree.Time
	}{
		{"a source that is created, on a first sync", "a=1@20.1", "", "", plan.Local, epoch.Add(20_900_000_000)},
		{"a source that is created", "a=1@20.1 z=9", "z=9", "z=9", plan.Local, epoch.Add(20_900_000_000)},
		{"a source that is an update", "a=2@20.1", "a=1@10", "a=1@10", plan.Local, epoch.Add(20_900_000_000)},
		{"a newer side that gives its time, on a first sync", "a=1@20.1", "a=1@10", "", plan.Local,
			epoch.Add(20_900_000_000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			for nth := 1; nth < 60; nth += stride() {
				w := newWorld(t, scratch(t))
				w.set("remote-fs=fat")
				tryParse(t, c.local).write(t, w.at[plan.Local])
				tryParse(t, c.remote).write(t, w.at[plan.Remote])
				if c.base != "" {
					w.base = tryParse(t, c.base)
				}
				p := w.compare()
				calls := 0
				request := w.request(p)
				request.SetHook(func(plan.Side, disk.Call) error {
					if calls++; calls == nth {
						w.saveAt(c.saved, "a", "7", c.at)
					}
					return nil
				})
				_, err := apply.Apply(context.Background(), request)
				if err != nil && !errors.Is(err, apply.ErrPartial) && !errors.Is(err, apply.ErrStale) {
					t.Fatalf("save before call %d: %v", nth, err)
				}
				if calls < nth {
					return
				}
				w.recordsTruly("a", nth)
			}
		})
	}
}

// recordsTruly: no side's stamp is on record as that of content which the side does not hold.
func (w *world) recordsTruly(path tree.Path, call int) {
	w.Helper()
	record := w.recorded(path)
	if record == nil {
		return
	}
	for _, side := range plan.BothSides {
		at := w.tree(side)[path]
		same := record.On[side].Mtime == at.mtime && record.Size == int64(len(at.content))
		if same && !record.On[side].Racy && record.SHA256.Known() && record.SHA256 != hashOf([]byte(at.content)) {
			w.Errorf("save before call %d: %s holds %q, and the baseline takes its stat for other content", call, side,
				at.content)
		}
	}
}

// What was saved after the plan was made, of the same size and within what the other side can tell apart, is not
// what was planned, where only that is compared which the plan reads: it neither travels nor is recorded as synced.
func TestASaveBeforeAnApplyThatAllowsDriftNeverPassesForWhatWasPlanned(t *testing.T) {
	needPosix(t, "files that can be replaced while they are read")
	for _, c := range []struct {
		name, local, remote, base string
		hash                      plan.HashWhat
		align                     bool
	}{
		{"a source that is created", "a=1@20.1", "", "", plan.HashOperations, false},
		{"a source that is created, and was not read", "a=1@20.1", "", "", plan.HashConflicts, false},
		{"a source that is an update, and was not read", "a=2@20.1", "a=1@10", "a=1@10", plan.HashConflicts, false},
		{"a newer side that gives its time", "a=1@20.1", "a=1@10", "", plan.HashOperations, false},
		{"a newer side that gives its time, with a baseline", "a=1@20.1", "a=1@10", "a=1@10", plan.HashOperations, false},
		{"a side that gets the other's time", "a=1@20.1", "a=1@20", "", plan.HashOperations, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, scratch(t))
			w.set("remote-fs=fat")
			w.options.Hash, w.options.AlignTimes = c.hash, c.align
			tryParse(t, c.local+" z=9").write(t, w.at[plan.Local])
			tryParse(t, c.remote+" z=9").write(t, w.at[plan.Remote])
			if c.base != "" {
				w.base = tryParse(t, c.base+" z=9")
			}
			request := w.request(w.compare())
			request.AllowUnrelatedDrift = true
			w.saveAt(plan.Local, "a", "7", epoch.Add(20_900_000_000))
			_, err := apply.Apply(context.Background(), request)
			if err != nil && !errors.Is(err, apply.ErrPartial) && !errors.Is(err, apply.ErrStale) {
				t.Fatal(err)
			}
			if w.tree(plan.Remote)["a"].content == "7" {
				t.Error("what was saved since went to remote with the plan")
			}
			w.recordsTruly("a", 0)
		})
	}
}

// The same holds of what was saved between an apply that was interrupted and the one that takes it up.
func TestASaveBetweenTwoRunsOfAnApplyNeverPassesForWhatWasPlanned(t *testing.T) {
	needPosix(t, "files that can be replaced while they are read")
	broken := errors.New("unplugged")
	for _, c := range []struct {
		name, local, remote, base string
		hash                      plan.HashWhat
	}{
		{"a source that is created", "a=1@20.1", "", "", plan.HashOperations},
		{"a source that is created, and was not read", "a=1@20.1", "", "", plan.HashConflicts},
		{"a source that is an update, and was not read", "a=2@20.1", "a=1@10", "a=1@10", plan.HashConflicts},
		{"a newer side that gives its time", "a=1@20.1", "a=1@10", "", plan.HashOperations},
	} {
		t.Run(c.name, func(t *testing.T) {
			for nth := 1; nth < 60; nth += stride() {
				w := newWorld(t, scratch(t))
				w.set("remote-fs=fat")
				w.options.Hash = c.hash
				tryParse(t, c.local).write(t, w.at[plan.Local])
				tryParse(t, c.remote).write(t, w.at[plan.Remote])
				if c.base != "" {
					w.base = tryParse(t, c.base)
				}
				request := w.request(w.compare())
				calls := 0
				request.SetHook(func(plan.Side, disk.Call) error {
					if calls++; calls >= nth {
						return broken
					}
					return nil
				})
				_, err := apply.Apply(context.Background(), request)
				if calls < nth {
					return
				}
				if err == nil {
					t.Fatalf("broken at call %d, the apply says that it is done", nth)
				}
				was := w.tree(plan.Remote)["a"].content
				w.saveAt(plan.Local, "a", "7", epoch.Add(20_900_000_000))
				request.SetHook(nil)
				_, err = apply.Apply(context.Background(), request)
				if err != nil && !errors.Is(err, apply.ErrPartial) && !errors.Is(err, apply.ErrStale) {
					t.Fatalf("taken up after call %d: %v", nth, err)
				}
				if now := w.tree(plan.Remote)["a"].content; now == "7" && was != "7" {
					t.Errorf("broken at call %d: what was saved since went to remote with the plan", nth)
				}
				w.recordsTruly("a", nth)
			}
		})
	}
}

// What was taken as equal by its stat alone is recorded without a hash, also where times are aligned.
func TestAligningTimesProvesNothingAboutContent(t *testing.T) {
	w := newWorld(t, scratch(t))
	w.set("remote-fs=fat")
	w.options.AlignTimes = true
	tryParse(t, "a=1@20.1").write(t, w.at[plan.Local])
	tryParse(t, "a=2@20").write(t, w.at[plan.Remote])
	_, err := w.apply(w.compare())
	check(t, err)
	w.recordsTruly("a", 0)
}

// What was written just before an apply could be written again in the same granule: it is read again.
func TestATimeTooNearTheApplyProvesNothing(t *testing.T) {
	needPosix(t, "files that can be replaced while they are read")
	w := newWorld(t, scratch(t))
	w.set("remote-fs=fat")
	now := tree.TimeOf(time.Now()).Cut(2e9)
	writeFile(w, w.path(plan.Local, "a"), node{kind: tree.File, content: "1", mtime: now, mode: tree.Perm(0o644)})
	p := w.compare()
	request := w.request(p)
	later := time.Now()
	request.Now = func() time.Time { return later }
	request.SetHook(func(side plan.Side, call disk.Call) error {
		if strings.Contains(call.Path, "baselines") {
			later = later.Add(time.Minute)
			w.saveAt(plan.Remote, "a", "2", now)
		}
		return nil
	})
	_, err := apply.Apply(context.Background(), request)
	check(t, err)
	record := w.recorded("a")
	if record != nil && record.SHA256.Known() && record.SHA256 != hashOf([]byte("2")) && !record.On[plan.Remote].Racy {
		t.Errorf("the baseline takes what was saved since for %q", "1")
	}
}

// Whoever saves, deletes or makes something while an apply runs finds one side changed in the next plan, and no
// conflict: what the apply did is on record also where it is not so any more.
func TestAChangeDuringApplyIsAChangeOfOneSide(t *testing.T) {
	needPosix(t, "files that can be replaced while they are read")
	for _, c := range []struct{ name, base, local, remote string }{
		{"a file that is created", "", "a=1", ""},
		{"a file that is updated", "a=1", "a=22", "a=1"},
		{"a file that is moved", "b=1", "a=1", "b=1"},
		{"a file that is deleted", "a=1", "", "a=1"},
	} {
		for _, saved := range plan.BothSides {
			for _, content := range []string{"333", ""} {
				if testing.Short() && (content == "") == (saved == plan.Remote) {
					continue
				}
				t.Run(strings.Join([]string{c.name, "and " + saved.String(), "becomes", content}, " "), func(t *testing.T) {
					for nth := 1; nth < 80; nth += 2*stride() + 1 {
						w := newWorld(t, scratch(t))
						w.agreeOn(c.base + " z=9")
						for side, text := range []string{c.local, c.remote} {
							w.replaceBy(plan.BothSides[side], text+" z=9")
						}
						w.base = tryParse(t, c.base+" z=9")
						calls := 0
						request := w.request(w.compare())
						request.SetHook(func(side plan.Side, call disk.Call) error {
							if calls++; calls == nth {
								w.setTo(saved, "a", content)
							}
							return nil
						})
						r, err := apply.Apply(context.Background(), request)
						if calls < nth {
							break
						}
						if errors.Is(err, apply.ErrStale) {
							continue
						}
						if err != nil && !errors.Is(err, apply.ErrPartial) {
							t.Fatalf("changed before call %d: %v", nth, err)
						}
						if r.Totals.Done == len(r.Results) {
							w.oneSideChanged("a", nth)
						}
					}
				})
			}
		}
	}
}

// agreeOn gives both sides the same, and has them synced.
func (w *world) agreeOn(text string) {
	w.Helper()
	for _, side := range plan.BothSides {
		tryParse(w, text).write(w, w.at[side])
	}
	w.options.Hash = plan.HashAll
	_, err := w.apply(w.compare())
	check(w, err)
	w.options.Hash = plan.HashOperations
}

// replaceBy makes the files of a side those of text.
func (w *world) replaceBy(side plan.Side, text string) {
	w.Helper()
	for path := range w.tree(side) {
		check(w, os.RemoveAll(w.path(side, string(path))))
	}
	tryParse(w, text).write(w, w.at[side])
}

// setTo saves a file, or deletes it where there is no content.
func (w *world) setTo(side plan.Side, path, content string) {
	w.Helper()
	if content != "" {
		w.saveAt(side, path, content, epoch.Add(90e9))
		return
	}
	if err := os.Remove(w.path(side, path)); err != nil && !errors.Is(err, os.ErrNotExist) {
		w.Fatalf("%v", err)
	}
}

// oneSideChanged holds the record of a path to be what one side has at least.
func (w *world) oneSideChanged(path tree.Path, call int) {
	w.Helper()
	record, now := w.recorded(path), w.trees()
	for _, side := range plan.BothSides {
		at, there := now[side][path]
		if there == (record != nil) && (!there || record.SHA256 == hashOf([]byte(at.content))) {
			return
		}
	}
	w.Errorf("changed before call %d: local %v, remote %v, and on record is %+v", call, now[plan.Local][path],
		now[plan.Remote][path], record)
}
