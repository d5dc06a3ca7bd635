package apply_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"treaty/apply"
	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// fault is one thing wrong with an apply. Those that are nil are not needed.
type fault struct {
	name  string
	cause error
	why   string // in the error
	plan  func(w *world, p *plan.Plan)
	// request is changed after the plan was approved.
	request func(w *world, p *plan.Plan, r *apply.Request)
	disk    func(w *world, p *plan.Plan)
}

// faults are in the order in which they are found.
var faults = []fault{
	{name: "not a plan", cause: apply.ErrInvalid, why: "format", request: func(_ *world, _ *plan.Plan, r *apply.Request) {
		r.Plan = bytes.Replace(r.Plan, []byte(`"treaty.plan"`), []byte(`"treaty.plam"`), 1)
	}},
	{name: "locked", cause: apply.ErrLocked, why: "another treaty works on", disk: func(w *world, _ *plan.Plan) {
		w.lock(plan.Local, holder(os.Getpid()))
	}},
	{name: "applied already", cause: apply.ErrStale, why: "applied already", disk: func(w *world, p *plan.Plan) {
		check(w, os.MkdirAll(w.path(plan.Local, ".treaty/history/1-"+p.ID), 0o700))
	}},
	{name: "unresolved", cause: apply.ErrConflicts, why: "not resolved", plan: func(w *world, p *plan.Plan) {
		conflict(w, p, "c").Resolution = plan.Unresolved
	}},
	{name: "not approved", cause: apply.ErrNotApproved, why: "not approved",
		request: func(_ *world, _ *plan.Plan, r *apply.Request) {
			r.Approval = nil
		}},
	{name: "no tree", cause: apply.ErrSafety, why: "remote tree is not at",
		request: func(w *world, _ *plan.Plan, r *apply.Request) {
			r.Roots[plan.Remote] = filepath.Join(w.dir, "nowhere")
		}},
	{name: "another tree", cause: apply.ErrSafety, why: "became a tree of its own", disk: func(w *world, p *plan.Plan) {
		w.identify(plan.Local, p)
	}},
	{name: "weaker volume", cause: apply.ErrStale, why: "can do less",
		request: func(_ *world, _ *plan.Plan, r *apply.Request) {
			r.SetProbed(func(side plan.Side, p *volume.Probed) {
				if side == plan.Remote {
					p.Traits.MtimeGranularity = 2e9
				}
			})
		}},
	{name: "drift", cause: apply.ErrStale, why: "not what they were", disk: func(w *world, _ *plan.Plan) {
		writeFile(w, w.path(plan.Remote, "u"), node{content: "edited", mtime: epoch.Add(5e9), mode: tree.Perm(0o644)})
	}},
}

// holder is a lock's text, of a process on this host.
func holder(pid int) string { return holderSince(pid, time.Now()) }

// startedAt is a lock's text with another start of its process.
func startedAt(text, started string) string {
	return strings.Replace(text, `"pid":`, `"started":"`+started+`","pid":`, 1)
}

// tellsStart tells whether the system says when a process started.
func tellsStart() bool {
	return runtime.GOOS == "linux" || runtime.GOOS == "darwin" || runtime.GOOS == "windows"
}

func holderSince(pid int, at time.Time) string {
	host, _ := os.Hostname()
	text, _ := json.Marshal(map[string]any{"host": host, "boot": bootID(), "pid": pid, "at": at.UTC()})
	return string(text)
}

// bootID is what locks name a boot by: nothing on other systems.
func bootID() string {
	if runtime.GOOS != "linux" {
		return ""
	}
	text, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(text))
}

func (w *world) lock(side plan.Side, text string) {
	w.Helper()
	check(w, os.MkdirAll(w.path(side, ".treaty"), 0o700))
	check(w, os.WriteFile(w.path(side, ".treaty/lock"), []byte(text), 0o600))
}

// identify gives a tree an identity of its own.
func (w *world) identify(side plan.Side, p *plan.Plan) {
	w.Helper()
	text, err := json.Marshal(store.TreeFile{Format: "treaty.tree", FormatVersion: plan.FormatVersion,
		ID: strings.Repeat("a1", 16), Traits: p.Snapshot(side).Filesystem, Synced: map[string]string{},
		Partners: map[string]store.Partner{}})
	check(w, err)
	check(w, os.MkdirAll(w.path(side, ".treaty"), 0o700))
	check(w, os.WriteFile(w.path(side, ".treaty/tree.json"), text, 0o600))
}

// faulty is a world with something of everything, and a request with the faults.
func faulty(t *testing.T, wrong ...*fault) (*world, apply.Request) {
	t.Helper()
	w := newWorld(t, scratch(t))
	tryParse(t, "a=1 c=2@9 d/e=3 u=4").write(t, w.at[plan.Local])
	tryParse(t, "c=33@9 r=5 u=3").write(t, w.at[plan.Remote])
	p := w.compare()
	conflict(t, p, "c").Resolution = plan.TakeLocal
	for _, f := range wrong {
		if f.plan != nil {
			f.plan(w, p)
		}
	}
	r := w.request(p)
	for _, f := range wrong {
		if f.disk != nil {
			f.disk(w, p)
		}
		if f.request != nil {
			f.request(w, p, &r)
		}
	}
	return w, r
}

// refuses holds an apply to a refusal that changes nothing at all.
func (w *world) refuses(r apply.Request, f *fault) {
	w.Helper()
	was := w.snapshot()
	receipt, err := apply.Apply(context.Background(), r)
	if !errors.Is(err, f.cause) || !strings.Contains(fmt.Sprint(err), f.why) {
		w.Errorf("error %v, want %v with %q", err, f.cause, f.why)
	}
	if receipt != nil {
		w.Errorf("there is a receipt")
	}
	if now := w.snapshot(); !now.equal(was) {
		w.Errorf("changed from\n%v\nto\n%v", was, now)
	}
}

func TestRefusalsComeInOrder(t *testing.T) {
	for i := range faults {
		t.Run(faults[i].name, func(t *testing.T) {
			t.Parallel()
			w, r := faulty(t, &faults[i])
			w.refuses(r, &faults[i])
		})
		for j := i + 1; j < len(faults); j++ {
			t.Run(faults[i].name+" before "+faults[j].name, func(t *testing.T) {
				t.Parallel()
				w, r := faulty(t, &faults[j], &faults[i])
				w.refuses(r, &faults[i])
			})
		}
	}
}

func TestARefusedApplyLeavesNoFolderBehind(t *testing.T) {
	for _, name := range []string{"weaker volume", "drift"} {
		for i := range faults {
			if faults[i].name != name {
				continue
			}
			w, r := faulty(t, &faults[i])
			check(t, os.RemoveAll(w.path(plan.Local, ".treaty")))
			w.refuses(r, &faults[i])
			for _, side := range plan.BothSides {
				if _, err := os.Lstat(w.path(side, ".treaty")); err == nil {
					t.Errorf("%s: %s has a .treaty", name, side)
				}
			}
		}
	}
}

func TestAPlanIsAppliedOnce(t *testing.T) {
	w, r := faulty(t)
	if _, err := apply.Apply(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	w.refuses(r, &fault{cause: apply.ErrStale, why: "applied already, as number 1"})
}

func TestAnApprovalIsOfTheExactBytes(t *testing.T) {
	w, r := faulty(t)
	for at := 0; at < len(r.Plan); at += 37 {
		edited := r
		edited.Plan = append(bytes.Clone(r.Plan[:at]), r.Plan[at:]...)
		edited.Plan[at] ^= 1
		if _, err := plan.Read(edited.Plan); err != nil {
			continue
		}
		w.refuses(edited, &fault{cause: apply.ErrNotApproved, why: ""})
	}
	spaced := r
	spaced.Plan = append(bytes.Clone(r.Plan), '\n')
	w.refuses(spaced, &fault{cause: apply.ErrNotApproved, why: "another text"})
	if r.Approval = w.approve(spaced.Plan); r.Approval != nil {
		w.refuses(r, &fault{cause: apply.ErrNotApproved, why: "another text"})
	}
	spaced.Approval = r.Approval
	if _, err := apply.Apply(context.Background(), spaced); err != nil {
		t.Errorf("not canonical, but approved: %v", err)
	}
}

func TestAPlanThatIsEditedWhileTreesAreComparedIsNotBegun(t *testing.T) {
	w, r := faulty(t)
	text := bytes.Clone(r.Plan)
	r = fromFile(t, r, func() []byte { return text })
	text = append(text, '\n')
	was := w.trees()
	if receipt, err := apply.Apply(context.Background(), r); !errors.Is(err, apply.ErrNotApproved) || receipt != nil {
		t.Errorf("%v, and a receipt: %v", err, receipt != nil)
	}
	for _, side := range plan.BothSides {
		if now := w.tree(side); !now.equal(was[side]) {
			t.Errorf("changed from\n%v\nto\n%v", was[side], now)
		}
	}
	text = text[:len(text)-1]
	r = fromFile(t, r, func() []byte { return text })
	if _, err := apply.Apply(context.Background(), r); err != nil {
		t.Errorf("as it was approved: %v", err)
	}
}

func TestAnApprovalOfNobodyCountsForNothing(t *testing.T) {
	w, r := faulty(t)
	for text, f := range map[string]*fault{
		"{":                         {cause: apply.ErrInvalid, why: "approval"},
		"[]":                        {cause: apply.ErrInvalid, why: "approval"},
		`{"format": "treaty.plan"}`: {cause: apply.ErrInvalid, why: "approval"},
	} {
		r.Approval = []byte(text)
		w.refuses(r, f)
	}
}

func TestAnEmptyPlanNeedsNoApproval(t *testing.T) {
	w := newWorld(t, scratch(t))
	w.options = unshaped()
	for _, side := range plan.BothSides {
		tryParse(t, "a=1 d/b=2").write(t, w.at[side])
	}
	p := w.compare()
	r := w.request(p)
	r.Approval = nil
	was := w.trees()
	receipt, err := apply.Apply(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	if receipt.ApprovalSHA256 != nil || len(receipt.Results) != 0 {
		t.Errorf("receipt: %+v", receipt)
	}
	w.honest(p, receipt, was)
	w.touchesOnly(p, was)
	if p := w.compare(); p.Local.ID == nil || p.Remote.ID == nil {
		t.Error("no ids were recorded")
	}
}

func TestALockHoldsAsLongAsItsProcessLives(t *testing.T) {
	if os.Getenv(waiting) != "" {
		io.Copy(io.Discard, os.Stdin)
		return
	}
	dead, alive := deadPID(t), livePID(t)
	for _, side := range plan.BothSides {
		for text, held := range map[string]bool{
			holder(alive):       true,
			holder(os.Getpid()): true,
			holder(dead):        false,
			`{"host": "elsewhere", "boot": "", "pid": 1, "at": "2026-01-01T00:00:00Z"}`: true,
			strings.Replace(holder(alive), bootID(), "an earlier boot", 1):              bootID() == "",
			strings.Replace(holder(dead), `"host":"`, `"host":"another-`, 1):            true,
			// A process that has the number of the one that took the lock, and our own, as a container's first one
			// does.
			startedAt(holder(alive), "1"):                              !tellsStart(),
			startedAt(holder(os.Getpid()), "1"):                        !tellsStart(),
			holderSince(os.Getpid(), time.Now().Add(-30*24*time.Hour)): !tellsStart(),
			holderSince(alive, time.Now().Add(-30*24*time.Hour)):       !tellsStart(),
			holder(zombie(t)):                                          false,
			"garbage":                                                  true,
			"":                                                         false, // as a power cut leaves it
			"\x00\x00\x00":                                             false,
		} {
			w, r := faulty(t)
			w.lock(side, text)
			if held {
				w.refuses(r, &fault{cause: apply.ErrLocked, why: w.at[side]})
				continue
			}
			if _, err := apply.Apply(context.Background(), r); err != nil {
				t.Errorf("%s: a stale lock (%s) is in the way: %v", side, text, err)
			}
			w.nothingStaged()
		}
	}
}

const waiting = "TREATY_TEST_WAITING"

// livePID is of another process, which lives until the test is over.
func livePID(t *testing.T) int {
	t.Helper()
	p := exec.Command(os.Args[0], "-test.run=^TestALockHoldsAsLongAsItsProcessLives$")
	p.Env = append(os.Environ(), waiting+"=1")
	in, err := p.StdinPipe()
	check(t, err)
	check(t, p.Start())
	t.Cleanup(func() {
		in.Close()
		check(t, p.Wait())
	})
	return p.Process.Pid
}

// zombie is a process that has ended and that nobody asked how, as far as this system has such.
func zombie(t *testing.T) int {
	t.Helper()
	p := exec.Command(os.Args[0], "-test.run=^$")
	out, err := p.StdoutPipe()
	check(t, err)
	check(t, p.Start())
	io.Copy(io.Discard, out) // to the end, which is the process's
	t.Cleanup(func() { check(t, p.Wait()) })
	for range 100 {
		if runtime.GOOS != "linux" {
			break
		}
		if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Process.Pid)); err == nil &&
			bytes.Contains(stat, []byte(") Z ")) {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return p.Process.Pid
}

// deadPID is of a process that has ended.
func deadPID(t *testing.T) int {
	t.Helper()
	p := exec.Command(os.Args[0], "-test.run=^$")
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	return p.Process.Pid
}

func TestTreesMustBeThosePlanned(t *testing.T) {
	settle := func(t *testing.T) (*world, *plan.Plan) {
		w, r := faulty(t)
		if _, err := apply.Apply(context.Background(), r); err != nil {
			t.Fatal(err)
		}
		writeFile(w, w.path(plan.Local, "new"), node{content: "5", mtime: epoch, mode: tree.Perm(0o644)})
		return w, w.compare()
	}
	t.Run("moved", func(t *testing.T) {
		w, p := settle(t)
		r := w.request(p)
		for _, side := range plan.BothSides {
			r.Roots[side] = filepath.Join(w.dir, "moved-"+side.String())
			check(t, os.Rename(w.at[side], r.Roots[side]))
		}
		if _, err := apply.Apply(context.Background(), r); err != nil {
			t.Error(err)
		}
	})
	t.Run("swapped", func(t *testing.T) {
		w, p := settle(t)
		r := w.request(p)
		r.Roots = plan.Sides[string]{w.at[plan.Remote], w.at[plan.Local]}
		w.refuses(r, &fault{cause: apply.ErrSafety, why: "another one"})
	})
	t.Run("twice the same", func(t *testing.T) {
		w, p := settle(t)
		r := w.request(p)
		r.Roots[plan.Remote] = w.at[plan.Local]
		w.refuses(r, &fault{cause: apply.ErrSafety, why: "another one"})
	})
	t.Run("one id", func(t *testing.T) {
		w, p := settle(t)
		p.Remote.ID = p.Local.ID
		own, err := os.ReadFile(w.path(plan.Local, ".treaty/tree.json"))
		check(t, err)
		check(t, os.WriteFile(w.path(plan.Remote, ".treaty/tree.json"), own, 0o600))
		w.refuses(w.request(p), &fault{cause: apply.ErrInvalid, why: "has the id of"})
	})
	t.Run("identity lost", func(t *testing.T) {
		w, p := settle(t)
		check(t, os.RemoveAll(w.path(plan.Remote, ".treaty")))
		w.refuses(w.request(p), &fault{cause: apply.ErrSafety, why: "not the remote tree that was planned"})
	})
	t.Run("unmounted", func(t *testing.T) {
		w, r := faulty(t)
		check(t, os.RemoveAll(w.at[plan.Remote]))
		check(t, os.Mkdir(w.at[plan.Remote], 0o755))
		w.refuses(r, &fault{cause: apply.ErrSafety, why: "is empty"})
	})
	t.Run("a file now", func(t *testing.T) {
		w, r := faulty(t)
		check(t, os.RemoveAll(w.at[plan.Remote]))
		check(t, os.WriteFile(w.at[plan.Remote], nil, 0o600))
		w.refuses(r, &fault{cause: apply.ErrSafety, why: "not a directory"})
	})
}

func TestTreesMustBeApart(t *testing.T) {
	w := newWorld(t, scratch(t))
	tryParse(t, "a=1 in/b=2").write(t, w.at[plan.Local])
	tryParse(t, "a=1 in/b=2").write(t, w.at[plan.Remote])
	p := w.compare()
	for roots, why := range map[plan.Sides[string]]string{
		{w.at[0], w.at[0]}:                      "same",
		{w.at[0], filepath.Join(w.at[0], "in")}: "inside",
		{filepath.Join(w.at[0], "in"), w.at[0]}: "inside",
	} {
		r := w.request(p)
		r.Roots = roots
		w.refuses(r, &fault{cause: apply.ErrInvalid, why: why})
	}
}

// mounted is a tree as a network mount shows it: nothing tells where it lies, and listings may be old, so that what has
// just come is in none.
type mounted struct {
	volume.Volume
	old bool
}

func (mounted) Relate(volume.Source) (scan.Relation, error) { return scan.Apart, nil }

func (m mounted) Walk(ctx context.Context, options scan.Options) volume.Walk {
	w := m.Volume.Walk(ctx, options)
	if m.old {
		return oldWalk{w}
	}
	return w
}

// oldWalk lists no folder of treaty's own.
type oldWalk struct{ volume.Walk }

func (oldWalk) Trees() []tree.Path { return nil }

// What only a mount leads to is found out by the locks, before anything is written.
func TestATreeInTheOtherThatIsReachedByAMountIsRefused(t *testing.T) {
	for _, inner := range plan.BothSides {
		for _, old := range []bool{false, true} {
			w := newWorld(t, scratch(t))
			tryParse(t, "a=1 deep/ deep/in/").write(t, w.at[inner.Other()])
			r := w.request(w.compare())
			r.Roots[inner] = filepath.Join(w.at[inner.Other()], "deep", "in")
			r.Open = func(root string) (volume.Volume, error) {
				v, err := reach.Open(root)
				return mounted{v, old}, err
			}
			w.refuses(r, &fault{cause: apply.ErrInvalid, why: "lies inside"})
		}
	}
}

// renamed gives an operation another path. Its content comes from where it came from.
func renamed(op *plan.Operation, path tree.Path) {
	from := op.Source()
	op.Path = path
	op.Take(from)
}

func TestAPlanThatLiesAboutTheTreesIsRefused(t *testing.T) {
	for name, lie := range map[string]func(p *plan.Plan){
		"size":          func(p *plan.Plan) { operation(t, p, "update remote u").Before.Size++ },
		"time":          func(p *plan.Plan) { later(operation(t, p, "update remote u").Before) },
		"mode":          func(p *plan.Plan) { operation(t, p, "update remote u").Before.Mode = tree.Perm(0o640) },
		"path":          func(p *plan.Plan) { renamed(operation(t, p, "update remote u"), "nowhere") },
		"source":        func(p *plan.Plan) { operation(t, p, "update remote u").Take(&plan.Source{Path: "a"}) },
		"source's size": func(p *plan.Plan) { operation(t, p, "create remote a").After.Size++ },
		"source's time": func(p *plan.Plan) { later(operation(t, p, "create remote a").After) },
		"source elsewhere": func(p *plan.Plan) {
			operation(t, p, "create remote a").Take(&plan.Source{Tree: plan.Remote, Path: "a"})
		},
		"a name that is":    func(p *plan.Plan) { renamed(operation(t, p, "create remote a"), "r") },
		"a conflict's time": func(p *plan.Plan) { later(conflict(t, p, "c").Remote) },
		"kept as what is":   func(p *plan.Plan) { k := conflict(t, p, "c"); k.Resolution, k.KeepBothAs = plan.KeepBoth, "u" },
	} {
		if name == "mode" && !posix {
			continue
		}
		w, _ := faulty(t)
		p := w.compare()
		conflict(t, p, "c").Resolution = plan.TakeLocal
		if lie(p); len(p.Check()) > 0 {
			if name != "kept as what is" && name != "source elsewhere" {
				t.Errorf("%s: %v", name, p.Check())
			}
			continue
		}
		w.refuses(w.request(p), &fault{cause: apply.ErrStale, why: "does not fit the trees"})
	}
	// What only reading tells is found out when it is read, and then nothing else is wrong.
	for _, of := range []string{"update remote u", "create remote a"} {
		w, _ := faulty(t)
		p := w.compare()
		conflict(t, p, "c").Resolution = plan.TakeLocal
		operation(t, p, of).After.SHA256[0]++
		was := w.trees()
		receipt, err := w.apply(p)
		if !errors.Is(err, apply.ErrPartial) || receipt.Totals.Drifted != 1 {
			t.Errorf("%s: %v\n%s", of, err, outcomes(receipt))
		}
		w.keepsEverything(was)
		w.touchesOnly(p, was)
		w.nothingStaged()
	}
}

func TestAnUndoTakesAFileBackFromWhereItGotAnotherTime(t *testing.T) {
	undo := func(change func(op *plan.Operation)) (*world, *plan.Plan) {
		w := newWorld(t, scratch(t))
		tryParse(t, "z=9").write(t, w.at[plan.Local])
		tryParse(t, "a=5 b=1@70").write(t, w.at[plan.Remote])
		p := w.compare()
		w.byHand(p, []string{"update remote a from remote b", "delete remote b"})
		op := operation(t, p, "update remote a")
		op.Reason, op.After.Mtime = plan.Undo, epoch.Add(20e9)
		change(op)
		return w, p
	}
	w, p := undo(func(*plan.Operation) {})
	if r, err := w.apply(p); err != nil {
		t.Errorf("%v\n%s", err, outcomes(r))
	}
	if got, want := w.tree(plan.Remote), tryParse(t, "a=1@20"); !got.equal(want) {
		t.Errorf("%v, want %v", got, want)
	}
	w, p = undo(func(op *plan.Operation) { op.Reason = plan.ChangedOn.On(plan.Local) })
	w.refuses(w.request(p), &fault{cause: apply.ErrStale, why: "does not fit"})
	w, p = undo(func(op *plan.Operation) { op.After.SHA256[0]++ })
	if r, err := w.apply(p); !errors.Is(err, apply.ErrPartial) || r.Totals.Drifted != 1 {
		t.Errorf("another content: %v\n%s", err, outcomes(r))
	}
}

func operation(t *testing.T, p *plan.Plan, wanted string) *plan.Operation {
	t.Helper()
	for i := range p.Operations {
		if name(&p.Operations[i]) == wanted {
			return &p.Operations[i]
		}
	}
	t.Fatalf("no operation %q in\n%s", wanted, describe(p))
	return nil
}

func TestTooManyDeletesAreCountedAgain(t *testing.T) {
	w := newWorld(t, scratch(t))
	w.options.AllowManyDeletes = false
	w.base = nodes{}
	for i := range 12 {
		w.base[tree.Path(fmt.Sprint("f", i))] = node{kind: tree.File, content: fmt.Sprint(i), mode: tree.Perm(0o644)}
	}
	w.base.write(t, w.at[plan.Remote])
	w.refuses(w.request(w.compare()), &fault{cause: apply.ErrSafety, why: ""})
}

// later gives a state another time.
func later(s *tree.State) { s.Mtime = s.Mtime.Add(100) }
