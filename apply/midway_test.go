package apply_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/disk"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// save replaces a file as editors do: by a rename. (A write in place would wait for treaty's lease.) It
// tells whether the system let it: Windows keeps others from a file that is being examined.
func (w *world) save(side plan.Side, path, content string) bool {
	w.Helper()
	n := node{kind: tree.File, content: content, mtime: epoch.Add(999e9), mode: tree.Perm(0o644)}
	temp := filepath.Join(w.dir, "saving")
	writeFile(w, temp, n)
	err := os.Rename(temp, w.path(side, path))
	if refused(err) {
		check(w, os.Remove(temp))
		return false
	}
	check(w, err)
	return true
}

// busyWorld has a change of every kind from local to remote.
func busyWorld(t *testing.T) (*world, *plan.Plan) {
	t.Helper()
	w := newWorld(t, scratch(t))
	base := "update=1 delete=2 chmod=3 touch=4 from=55 into/!755 gone/ gone/x=6 type=7 kept=8 link->a"
	w.base = native(tryParse(t, base))
	w.base.write(t, w.at[plan.Remote])
	native(tryParse(t, "update=10 chmod=3!755 touch=4@50 to=55 into/ into/new=9 into/sub/ into/sub/y=9 type/ type/z=5 "+
		"kept=8 create=7 made/ made/m=3 link->b")).
		write(t, w.at[plan.Local])
	return w, w.compare()
}

func TestDriftMidwaySkipsOnlyItsOwn(t *testing.T) {
	const remote = plan.Remote
	for _, c := range []struct {
		name string
		edit func(w *world)
		want []string
		// at and holds: where the edit must be found afterwards.
		at, holds string
	}{
		{"a target of an update is saved", func(w *world) { w.save(remote, "update", "mine") },
			[]string{"drifted update remote update"}, "update", "=mine@999!644"},
		{"a target of an update is gone", func(w *world) { os.Remove(w.path(remote, "update")) },
			[]string{"drifted update remote update"}, "", ""},
		{"a target of an update is a directory", func(w *world) {
			os.Remove(w.path(remote, "update"))
			os.Mkdir(w.path(remote, "update"), 0o755)
		}, []string{"drifted update remote update"}, "update", "/!755"},
		{"a new name is taken", func(w *world) { w.save(remote, "create", "mine") },
			[]string{"drifted create remote create"}, "create", "=mine@999!644"},
		{"a new name is taken by a link", func(w *world) { os.Symlink("../outside", w.path(remote, "create")) },
			[]string{"drifted create remote create"}, "create", "->../outside"},
		{"a file to delete is saved", func(w *world) { w.save(remote, "delete", "mine") },
			[]string{"drifted delete remote delete"}, "delete", "=mine@999!644"},
		{"a file to delete is gone", func(w *world) { os.Remove(w.path(remote, "delete")) },
			[]string{"drifted delete remote delete"}, "", ""},
		{"a file to move is saved", func(w *world) { w.save(remote, "from", "mine") },
			[]string{"drifted move remote to"}, "from", "=mine@999!644"},
		{"the name to move to is taken", func(w *world) { w.save(remote, "to", "mine") },
			[]string{"drifted move remote to"}, "to", "=mine@999!644"},
		{"a file to chmod is saved", func(w *world) { w.save(remote, "chmod", "mine") },
			[]string{"drifted chmod remote chmod"}, "chmod", "=mine@999!644"},
		{"a file to touch is saved", func(w *world) { w.save(remote, "touch", "mine") },
			[]string{"drifted touch remote touch"}, "touch", "=mine@999!644"},
		{"a link points elsewhere", func(w *world) {
			os.Remove(w.path(remote, "link"))
			os.Symlink("mine", w.path(remote, "link"))
		}, []string{"drifted update remote link"}, "link", "->mine"},
		{"a file that becomes a directory is saved", func(w *world) { w.save(remote, "type", "mine") },
			[]string{"drifted update remote type", "drifted create remote type/z"}, "type", "=mine@999!644"},
		{"something new in a directory that goes", func(w *world) { w.save(remote, "gone/new", "mine") },
			[]string{"drifted delete remote gone"}, "gone/new", "=mine@999!644"},
		{"a source is saved", func(w *world) { w.save(plan.Local, "create", "mine") },
			[]string{"drifted create remote create"}, "", ""},
		{"a source is gone", func(w *world) { os.Remove(w.path(plan.Local, "update")) },
			[]string{"drifted update remote update"}, "", ""},
		{"a source is a link", func(w *world) {
			os.Remove(w.path(plan.Local, "create"))
			os.Symlink("../outside", w.path(plan.Local, "create"))
		}, []string{"drifted create remote create"}, "", ""},
		{"a parent is gone", func(w *world) { os.Rename(w.path(remote, "into"), w.path(remote, "elsewhere")) },
			[]string{"drifted create remote into/new", "drifted create remote into/sub/y"}, "", ""},
		{"a parent is a link that leads out", func(w *world) {
			os.Rename(w.path(remote, "into"), w.path(remote, "elsewhere"))
			os.Symlink("../outside-dir", w.path(remote, "into"))
		}, []string{"drifted create remote into/new", "drifted create remote into/sub/y"}, "into", "->../outside-dir"},
		{"a name for a directory is taken by a link that leads out", func(w *world) {
			os.Symlink("../outside-dir", w.path(remote, "made"))
		}, []string{"drifted create remote made", "drifted create remote made/m"}, "made", "->../outside-dir"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if strings.Contains(c.name, "link") || strings.Contains(c.name, "chmod") {
				needPosix(t, "links, or modes")
			}
			if c.name == "a parent is gone" {
				needPosix(t, "directories that can be moved while something in them is open")
			}
			w, p := busyWorld(t)
			var was plan.Sides[nodes]
			r := w.request(p)
			var once sync.Once
			r.SetHook(func(_ plan.Side, call disk.Call) error {
				// The first call that changes a tree makes into/sub: that it may land in a directory moved just
				// now is the one race that is known.
				if tree.Path(call.Path).Within(tree.PrivateFolder) {
					return nil
				}
				once.Do(func() {
					c.edit(w)
					was = w.trees()
				})
				return nil
			})
			receipt, err := apply.Apply(context.Background(), r)
			if !errors.Is(err, apply.ErrPartial) {
				t.Fatalf("error %v\n%s", err, outcomes(receipt))
			}
			var notDone []string
			for i := range receipt.Results {
				if receipt.Results[i].Outcome != apply.Done {
					notDone = append(notDone, line(&receipt.Results[i]))
				}
			}
			if !slices.Equal(notDone, c.want) {
				t.Errorf("not done: %q\nwant      %q\n%s", notDone, c.want, outcomes(receipt))
			}
			if c.at != "" {
				if got, err := readNode(w.path(remote, c.at)); err != nil || got.String() != c.holds {
					t.Errorf("%s is %v (%v), want %s", c.at, got, err, c.holds)
				}
			}
			if _, err := os.Lstat(w.path(remote, "kept")); err != nil {
				t.Error(err)
			}
			w.keepsEverything(was)
			w.sparesCanary()
			w.nothingStaged()
			w.archived(p)
		})
	}
}

// TestASaveAtAnyMomentIsKept saves over one path right before each of the calls that an apply makes in
// turn, and finds what was saved there in the end.
func TestASaveAtAnyMomentIsKept(t *testing.T) {
	for _, path := range []string{"update", "create", "from", "to", "delete", "touch", "chmod", "type", "gone/x"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			for n := 0; ; n += effort.Stride(50, 15) * slowness {
				w, p := busyWorld(t)
				r := w.request(p)
				calls, saved := 0, false
				var mu sync.Mutex
				r.SetHook(func(plan.Side, disk.Call) error {
					mu.Lock()
					defer mu.Unlock()
					if calls++; calls-1 == n {
						if _, err := os.Lstat(filepath.Dir(w.path(plan.Remote, path))); err == nil {
							info, err := os.Lstat(w.path(plan.Remote, path))
							if err != nil || !info.IsDir() {
								saved = w.save(plan.Remote, path, "mine")
							}
						}
					}
					return nil
				})
				receipt, err := apply.Apply(context.Background(), r)
				if calls <= n {
					return
				}
				if receipt == nil || err != nil && !errors.Is(err, apply.ErrPartial) {
					t.Fatalf("%d: %v", n, err)
				}
				if got, err := readNode(w.path(plan.Remote, path)); saved &&
					(err != nil || got.content != "mine") && !w.moved("mine") {
					t.Fatalf("before call %d: %s is %v (%v), and nothing else is what was saved\n%s", n, path,
						got, err, outcomes(receipt))
				}
				w.sparesCanary()
			}
		})
	}
}

// moved tells whether a content is anywhere on remote, visible.
func (w *world) moved(content string) bool {
	for _, n := range w.tree(plan.Remote) {
		if n.content == content {
			return true
		}
	}
	return false
}

// An interrupt ends an apply before it is done, which then is told and goes on another time; one that comes when all is
// done has nothing to interrupt.
func TestAnInterruptedApplyStops(t *testing.T) {
	calls, _ := interrupt(t, -1)
	for n := 0; n < calls-1; n += effort.Stride(60, 20) * slowness {
		interrupt(t, n)
	}
	if _, err := interrupt(t, calls-1); err != nil {
		t.Errorf("interrupted when all was done: %v", err)
	}
}

// interrupt interrupts an apply at its call number n, or never where it makes none. It returns how many it made.
func interrupt(t *testing.T, n int) (calls int, err error) {
	t.Helper()
	w, p := busyWorld(t)
	was := w.trees()
	r := w.request(p)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var mu sync.Mutex
	r.SetHook(func(plan.Side, disk.Call) error {
		mu.Lock()
		defer mu.Unlock()
		if calls++; calls-1 == n {
			cancel()
		}
		return nil
	})
	receipt, err := apply.Apply(ctx, r)
	if receipt == nil {
		t.Fatalf("%d: error %v, no receipt", n, err)
	}
	w.keepsEverything(was)
	w.touchesOnly(p, was)
	if complete := receipt.Outcome == apply.Complete; complete != (err == nil) || complete == w.open(plan.Local) ||
		complete != (receipt.Totals.Failed == 0) || err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("%d: the outcome is %s, and the error %v", n, receipt.Outcome, err)
	}
	for i := range receipt.Results {
		result := &receipt.Results[i]
		if strings.Contains(result.Error, "context") || strings.Contains(result.Error, `"`+string(result.Path)+`"`) {
			t.Errorf("beside %s it says %q", result.Path, result.Error)
		}
	}
	if t.Failed() {
		t.Fatalf("interrupted at call %d\n%s", n, outcomes(receipt))
	}
	return calls, err
}

func TestAFailureFailsOnlyWhatDependsOnIt(t *testing.T) {
	broken := errors.New("broken")
	for _, at := range []string{"update", "create", "delete", "to", "made", "into/sub", "type", "link"} {
		if at == "link" && !posix {
			continue
		}
		w, p := busyWorld(t)
		was := w.trees()
		r := w.request(p)
		r.SetHook(func(side plan.Side, call disk.Call) error {
			if side == plan.Remote && (call.Path == at || strings.HasSuffix(call.Path, p.ID+"/"+at)) {
				return broken
			}
			return nil
		})
		receipt, err := apply.Apply(context.Background(), r)
		if !errors.Is(err, apply.ErrPartial) {
			t.Errorf("%s: %v", at, err)
			continue
		}
		for i := range receipt.Results {
			result := &receipt.Results[i]
			if depends := result.Path.Within(tree.Path(at)); (result.Outcome == apply.Done) == depends {
				t.Errorf("with %s broken: %s: %s", at, line(result), result.Error)
			}
		}
		w.keepsEverything(was)
		w.touchesOnly(p, was)
	}
}
