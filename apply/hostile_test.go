package apply_test

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"treaty/apply"
	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// hostile is what somebody may have put in the place of a file of treaty's, on a stick that was lent out.
var hostile = map[string]func(t *testing.T, at, beside string){
	"giant": func(t *testing.T, at, _ string) {
		f, err := os.Create(at)
		check(t, err)
		check(t, f.Truncate(20<<30))
		check(t, f.Close())
	},
	"folder": func(t *testing.T, at, _ string) { check(t, os.Mkdir(at, 0o700)) },
	"link":   func(t *testing.T, at, beside string) { symlink(t, beside, at) },
	"fifo": func(t *testing.T, at, _ string) {
		needPosix(t, "FIFOs")
		check(t, mkfifo(at))
	},
	"nothing": func(t *testing.T, at, _ string) { check(t, os.WriteFile(at, nil, 0o600)) },
	"brackets": func(t *testing.T, at, _ string) {
		check(t, os.WriteFile(at, []byte(strings.Repeat("[", 1<<20)), 0o600))
	},
	"forged": func(t *testing.T, at, _ string) {
		check(t, os.WriteFile(at, []byte(`{"format": "treaty.tree", "format_version": "1.0", "id": "../../../outside", "host": "x", "number": 1e99}`), 0o600))
	},
}

// synced stands for the id of the plan that was applied.
const synced = "SYNCED"

// hostilePlaces are all files that treaty has in a tree now, and those that it may have at times.
func hostilePlaces(t *testing.T, root, id string) []string {
	t.Helper()
	places := map[string]bool{"lock": true, "tree.new.json": true, "config.json": true, ".gitignore": true,
		"history/head.new.json":          true,
		"journal/" + planID(99) + ".log": true, "journal/" + planID(99) + ".plan.json": true,
		"plans/20260101T000000.000Z-00000099.plan.json": true,
		"baselines": true, "journal": true, "history": true, "plans": true, "trash": true, "stage": true}
	private := filepath.Join(root, ".treaty")
	check(t, filepath.WalkDir(private, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			rel, _ := filepath.Rel(private, path)
			places[strings.ReplaceAll(filepath.ToSlash(rel), id, synced)] = true
		}
		return err
	}))
	return slices.Sorted(maps.Keys(places))
}

// lent is a pair that was synced, with a plan that waits, of which one tree was in other hands.
func lent(t *testing.T, side plan.Side, place, kind string) (*world, apply.Request) {
	t.Helper()
	w, r := faulty(t)
	if _, err := apply.Apply(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	place = strings.ReplaceAll(place, synced, idOf(t, r.Plan))
	writeFile(w, w.path(plan.Local, "new"), node{content: "new", mode: tree.Perm(0o644), mtime: epoch})
	r = w.request(w.compare())
	at := w.path(side, ".treaty/"+place)
	check(t, os.MkdirAll(filepath.Dir(at), 0o700))
	check(t, os.Chmod(filepath.Dir(at), 0o700)) // what lies in the trash may have let nobody write
	check(t, os.RemoveAll(at))
	hostile[kind](t, at, filepath.Join(w.dir, "outside-dir"))
	return w, r
}

func idOf(t *testing.T, text []byte) string {
	t.Helper()
	p, err := plan.Read(text)
	check(t, err)
	return p.ID
}

// reads are all that only looks at what treaty keeps.
func reads(w *world) {
	stores := plan.Sides[*store.Store]{}
	for _, side := range plan.BothSides {
		s, err := reach.Store(w.at[side])
		if err != nil {
			return
		}
		defer s.Close()
		stores[side] = s
	}
	for _, s := range stores {
		s.Identity()
		s.Config()
		s.Available()
		s.Newest()
		s.Verify(nil)
		s.OlderThan(time.Now())
		s.Traits(nil)
		list, _ := s.History()
		for _, a := range list {
			s.Plan(a)
			s.Receipt(a)
			s.Reversal(a)
		}
	}
	readers := plan.Sides[*store.Reader]{stores[plan.Local].Reader, stores[plan.Remote].Reader}
	_ = store.SamePair(readers)
	if m, _, err := store.Remember(readers); err == nil {
		m.Close()
	}
}

// soon fails the test if what is done takes long, or much memory.
func soon(t *testing.T, what string, do func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	done := make(chan struct{})
	go func() { defer close(done); do() }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatalf("%s waits", what)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 512<<20 {
		t.Errorf("%s takes %d bytes of memory", what, used)
	}
}

// dropGiants removes what was set aside and would take long to compare.
func dropGiants(t *testing.T, dir string) {
	t.Helper()
	check(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		if info, err := e.Info(); err == nil && info.Size() > 1<<30 {
			return os.Remove(path)
		}
		return nil
	}))
}

// Whatever stands in the place of any file of treaty's: it is read at once or refused, nothing outside is touched, and
// nothing is lost.
func TestAHostileStickIsReadAtOnceOrRefused(t *testing.T) {
	w, r := faulty(t)
	if _, err := apply.Apply(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	kinds, n := slices.Sorted(maps.Keys(hostile)), 0
	for _, side := range plan.BothSides {
		for _, place := range hostilePlaces(t, w.at[side], idOf(t, r.Plan)) {
			for _, kind := range kinds {
				if strings.HasPrefix(place, "trash/") && kind == "giant" {
					continue // a person's file may be as large as that
				}
				if n++; n%effort.Stride(27, 9) != 0 {
					continue
				}
				t.Run(side.String()+"/"+strings.ReplaceAll(place, "/", "_")+"/"+kind, func(t *testing.T) {
					w, r := lent(t, side, place, kind)
					was, outside := w.trees(), read(t, filepath.Join(w.dir, "outside-dir"), "")
					soon(t, "reading", func() { reads(w) })
					if !equalTrees(w.trees(), was) {
						t.Error("reading changed the trees")
					}
					soon(t, "apply", func() {
						receipt, err := apply.Apply(context.Background(), r)
						if err != nil && receipt == nil && !equalTrees(w.trees(), was) {
							t.Errorf("a refusal (%v) changed the trees", err)
						}
					})
					soon(t, "recover", func() { _, _ = w.recover(nil, plan.Local, plan.Remote) })
					dropGiants(t, w.dir)
					w.keepsEverything(was)
					if !read(t, filepath.Join(w.dir, "outside-dir"), "").equal(outside) {
						t.Error("what lies outside was touched")
					}
				})
			}
		}
	}
}

func equalTrees(a, b plan.Sides[nodes]) bool {
	return a[plan.Local].equal(b[plan.Local]) && a[plan.Remote].equal(b[plan.Remote])
}
