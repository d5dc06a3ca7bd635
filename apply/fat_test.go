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
	"time"

	"treaty/apply"
	"treaty/apply/internal/disk"
	"treaty/plan"
	"treaty/plan/tree"
)

// Whenever a name changes on a volume that may lose it, all that was on that volume, and is to be displaced,
// is on the other side, and was there when that side was last synced. Copies off the volume came before.
func TestNothingIsRenamedWithinReach(t *testing.T) {
	for _, fat := range fats[1:] {
		t.Run(fatNames(fat), func(t *testing.T) {
			w, p := richWorld(t, fat)
			r := w.request(p)
			var lasting plan.Sides[map[string]bool] // what each side's last sync found
			var mu sync.Mutex
			renames := 0
			r.SetHook(func(side plan.Side, call disk.Call) error {
				mu.Lock()
				defer mu.Unlock()
				switch call.Kind {
				case disk.SyncVolume:
					lasting[side] = map[string]bool{}
					for _, m := range []nodes{w.tree(side), w.trash(side)} {
						for _, n := range m {
							lasting[side][contentOf(n)] = true
						}
					}
				case disk.Rename, disk.Exchange:
					path := tree.Path(call.Path)
					if !fat[side] || path.Within(".treaty/history") || path.Within(".treaty/baselines") ||
						path.Parent() == ".treaty" || path.Within(".treaty/journal") {
						return nil
					}
					renames++
					for i := range p.Operations {
						op := &p.Operations[i]
						from := op.Path
						if op.Action == plan.Move {
							from = op.From()
						}
						before := w.was[side][from]
						displaced := op.Action == plan.Move || op.Action == plan.Update || op.Action == plan.Delete
						if op.Side == side && displaced && before.kind == tree.File && !lasting[side.Other()][contentOf(before)] {
							t.Errorf("%s on %s: %s is not out of reach", call, side, from)
						}
						if off := op.Side.Other(); off == side && !fat[op.Side] && wanted(op) &&
							w.tree(op.Side)[op.Path].content != w.was[off][op.Source().Path].content {
							t.Errorf("%s on %s: %s was not copied off the volume before", call, side, op.Path)
						}
					}
				}
				return nil
			})
			if _, err := apply.Apply(context.Background(), r); err != nil {
				t.Fatal(err)
			}
			if renames < 5 {
				t.Errorf("%d renames", renames)
			}
			w.noCopies(p)
		})
	}
}

// wanted tells of operations that bring the content of a file from the other side.
func wanted(op *plan.Operation) bool {
	return (op.Action == plan.Create || op.Action == plan.Update) && op.After.Type == tree.File &&
		op.Before.Of() != tree.Directory
}

// A plan need not know the hashes of what it displaces.
func TestWhatNobodyHasHashedIsOutOfReachToo(t *testing.T) {
	for _, n := range []int{0, 25, 45, 65, 85, 105} {
		w := newWorld(t, scratch(t))
		w.fat = plan.Sides[bool]{false, true}
		w.options.Hash = plan.HashConflicts
		w.base = tryParse(t, "a=1 b=2 gone=3")
		tryParse(t, "a=1 b=2 gone=3").write(t, w.at[plan.Remote])
		tryParse(t, "a=10@50 b=20@50 new=4").write(t, w.at[plan.Local])
		p := w.compare()
		if n > 0 {
			power := newPower(w, &breaker{n: n, with: errDead})
			r := w.request(p)
			r.SetHook(power.hook)
			if _, err := apply.Apply(context.Background(), r); err == nil || !power.broke() {
				t.Fatalf("%d: %v", n, err)
			}
			// Whatever the stick was about to lose, it loses.
			for name, is := range read(t, w.at[plan.Remote], "") {
				if is != power.lasting[plan.Remote][name] && is.kind == tree.File && !name.Within(".treaty/journal") {
					power.put(plan.Remote, name, node{kind: tree.File, mtime: is.mtime, mode: is.mode})
				}
			}
		}
		if r, err := w.apply(p); err != nil {
			t.Errorf("%d: %v\n%s", n, err, outcomes(r))
		}
		w.keepsEverything(w.was)
		w.settled()
		w.noCopies(p)
	}
}

// What somebody saves before it is copied out of reach stays where it is, and nothing is done about it.
func TestDriftBeforeTheCopyIsDrift(t *testing.T) {
	for _, path := range []string{"update", "delete", "from"} {
		w, p := busyWorld(t)
		w.fat = plan.Sides[bool]{false, true}
		r := w.request(p)
		var once sync.Once
		r.SetHook(func(side plan.Side, call disk.Call) error {
			if strings.Contains(call.Path, ".treaty/journal") {
				once.Do(func() { w.save(plan.Remote, path, "mine") })
			}
			return nil
		})
		receipt, err := apply.Apply(context.Background(), r)
		if !errors.Is(err, apply.ErrPartial) || receipt.Totals.Drifted != 1 || receipt.Totals.Failed != 0 {
			t.Errorf("%s: %v\n%s", path, err, outcomes(receipt))
		}
		if n := w.tree(plan.Remote)[tree.Path(path)]; n.content != "mine" {
			t.Errorf("%s is %v", path, n)
		}
		w.nothingStaged()
	}
}

// A stick that a power cut has damaged cannot be settled by itself: a gap would be read as a delete there.
// With the other tree it can, also after that one was settled alone.
func TestADamagedStickNeedsTheOtherTree(t *testing.T) {
	for _, alone := range []bool{false, true} {
		w := newWorld(t, scratch(t))
		w.fat = plan.Sides[bool]{false, true}
		w.base = tryParse(t, "a=1 gone=2")
		tryParse(t, "a=1 gone=2").write(t, w.at[plan.Remote])
		tryParse(t, "a=10@50").write(t, w.at[plan.Local])
		p := w.compare()
		r := w.request(p)
		swapped := false
		var mu sync.Mutex
		r.SetHook(func(side plan.Side, call disk.Call) error {
			mu.Lock()
			defer mu.Unlock()
			if swapped = swapped || side == plan.Remote && call.Kind == disk.SyncFile && call.Path == "a"; swapped {
				return errDead
			}
			return nil
		})
		if _, err := apply.Apply(context.Background(), r); err == nil {
			t.Fatal("not broken")
		}
		check(t, os.Truncate(w.path(plan.Remote, "a"), 0))
		check(t, os.Remove(w.path(plan.Remote, ".treaty/trash/"+p.ID+"/a")))
		w.keepsEverything(w.was)
		var refusal *apply.Refusal
		if _, err := w.recover(nil, plan.Remote); !errors.Is(err, apply.ErrOpen) || !errors.As(err, &refusal) ||
			!strings.Contains(strings.Join(refusal.Details, "\n"), "a") {
			t.Errorf("alone: %v", err)
		}
		if !w.open(plan.Remote) {
			t.Errorf("its journal is closed")
		}
		if alone {
			if err := os.Rename(w.at[plan.Remote], w.at[plan.Remote]+"-away"); err != nil {
				t.Fatal(err)
			}
			if _, err := w.recover(nil, plan.Local); err != nil || w.open(plan.Local) {
				t.Errorf("the other tree alone: %v", err)
			}
			check(t, os.Rename(w.at[plan.Remote]+"-away", w.at[plan.Remote]))
			w.keepsEverything(w.was)
		}
		recovered, err := w.recover(nil, plan.Local, plan.Remote)
		if err != nil || len(recovered) != 1 || len(recovered[0].Mended) == 0 {
			t.Errorf("both: %v, %+v", err, recovered)
		}
		if now := w.tree(plan.Remote); now["a"].content != "1" || now["gone"].content != "2" || w.open(plan.Remote) {
			t.Errorf("it is %v", now)
		}
		w.keepsEverything(w.was)
	}
}

// A person may have worked on a stick between the power cut and its settling.
func TestWorkAfterAPowerCutIsNoDamage(t *testing.T) {
	for _, content := range []string{"m", "mine", "much longer than anything"} {
		w := newWorld(t, scratch(t))
		w.fat = plan.Sides[bool]{false, true}
		w.base = tryParse(t, "a=old-content")
		tryParse(t, "a=old-content").write(t, w.at[plan.Remote])
		tryParse(t, "a=new-content@50").write(t, w.at[plan.Local])
		p := w.compare()
		r := w.request(p)
		b := &breaker{with: errDead}
		r.SetHook(func(side plan.Side, call disk.Call) error {
			if side == plan.Remote && call.Kind == disk.SyncFile && call.Path == "a" {
				b.n = b.calls + 1
			}
			return b.hook(side, call)
		})
		if _, err := apply.Apply(context.Background(), r); err == nil {
			t.Fatal("not broken")
		}
		w.save(plan.Remote, "a", content)
		if receipt, err := w.apply(p); !errors.Is(err, apply.ErrPartial) || receipt.Totals.Drifted != 1 {
			t.Errorf("%q: %v\n%s", content, err, outcomes(receipt))
		}
		if n := w.tree(plan.Remote)["a"]; n.content != content {
			t.Errorf("%q became %v", content, n)
		}
		w.keepsEverything(w.was)
	}
}

// Where a program has a file open for long, what it writes may come when the file is in the trash already.
func TestALateWriteIsSurfaced(t *testing.T) {
	needPosix(t, "files that get another name while they are open")
	for _, fat := range []plan.Sides[bool]{{}, {false, true}} {
		for _, path := range []string{"update", "delete", "type", "gone/x"} {
			w, p := busyWorld(t)
			w.fat = fat
			was := w.trees()
			r := w.request(p)
			// This one was opened before anything happened. (Opened for writing, it would make the file busy.)
			old, err := os.Open(w.path(plan.Remote, path))
			check(t, err)
			defer old.Close()
			var mu sync.Mutex
			written := false
			r.SetHook(func(side plan.Side, call disk.Call) error {
				mu.Lock()
				defer mu.Unlock()
				place := w.path(plan.Remote, filepath.Join(".treaty/trash", p.ID, path))
				if info, err := os.Stat(place); err == nil && !written && side == plan.Remote && call.Kind == disk.SyncVolume {
					opened, err := old.Stat()
					check(t, err)
					if written = os.SameFile(info, opened); written {
						check(t, os.WriteFile(place, []byte("late"), 0o600))
						check(t, os.Chtimes(place, time.Now(), time.Now()))
					}
				}
				return nil
			})
			receipt, err := apply.Apply(context.Background(), r)
			if !written || !errors.Is(err, apply.ErrPartial) {
				t.Fatalf("%s: written %v, %v\n%s", path, written, err, outcomes(receipt))
			}
			i := slices.IndexFunc(receipt.Results, func(r apply.Result) bool {
				return string(r.Path) == path && *r.Side == plan.Remote
			})
			if result := &receipt.Results[i]; result.Outcome != apply.Drifted ||
				!strings.Contains(result.Error, "(treaty conflict)") {
				t.Errorf("%s: %s", line(result), result.Error)
			}
			if receipt.Totals.Drifted != 1 {
				t.Errorf("%s: %d drifted", path, receipt.Totals.Drifted)
			}
			if !w.moved("late") {
				t.Errorf("%s: what was written late is not to be seen: %v", path, w.tree(plan.Remote))
			}
			if fat[plan.Remote] {
				w.keepsEverything(was) // the old version has its copy
			}
			w.archived(p)
		}
	}
}

// What is copied out of a stick's reach before anything changes there may be most of the work: it is part of what is
// told of it, before and while it is done.
func TestWhatIsCopiedOutOfReachIsCounted(t *testing.T) {
	var put int64 // what the same plan puts in place
	for n, fat := range fats {
		w, p := richWorld(t, fat)
		r := w.request(p)
		r.Progress = &apply.Progress{}
		if _, err := apply.Apply(context.Background(), r); err != nil {
			t.Fatal(err)
		}
		todo, copied := r.Progress.ToCopy.Load(), r.Progress.Copied.Load()
		if n == 0 {
			put = todo
		}
		if copied != todo {
			t.Errorf("%s: %d bytes were copied where %d were told of", fatNames(fat), copied, todo)
		}
		if n > 0 && todo <= put {
			t.Errorf("%s: %d bytes are told of, and %d are put in place alone", fatNames(fat), todo, put)
		}
	}
}
