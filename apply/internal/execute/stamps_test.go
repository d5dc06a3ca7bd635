package execute

import (
	"runtime"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// A stamp that is not kept, since the plan states it, and one that is kept tell the same of whatever is found later.
func TestAStampThatThePlanStatesNeedNotBeKept(t *testing.T) {
	path := tree.Path("a")
	effort.Check(t, 1000, 10_000, func(t *rapid.T) {
		filesystem := func(name string) tree.Traits {
			profile := rapid.SampledFrom([]tree.Profile{tree.POSIX, tree.NTFS, tree.FAT, tree.Unknown}).Draw(t, name)
			traits := profile.Traits()
			traits.MtimeGranularity = rapid.SampledFrom([]int64{1, 100, 150, 1e9, 2e9}).Draw(t, name+" granularity")
			return traits
		}
		p := &plan.Plan{Local: plan.Snapshot{Filesystem: filesystem("from")},
			Remote: plan.Snapshot{Filesystem: filesystem("to")}}
		times := rapid.Custom(func(t *rapid.T) tree.Time {
			seconds := []int64{-1, 0, 315_532_800, 315_532_801, 1 << 31, 1 << 40}
			return tree.UnixTime(rapid.SampledFrom(seconds).Draw(t, "seconds"),
				rapid.SampledFrom([]int64{0, 1, 99, 100, 150, 300}).Draw(t, "nanoseconds"))
		})
		off := rapid.SampledFrom([]time.Duration{0, 0, time.Hour, 1}).Draw(t, "off")
		was := stamp{rapid.Int64Range(0, 2).Draw(t, "size"), times.Draw(t, "was")}
		now := stamp{was.size + rapid.SampledFrom([]int64{0, 0, 0, 1}).Draw(t, "more"), rapid.SampledFrom([]tree.Time{
			was.mtime, was.mtime.Add(1), was.mtime.Add(off), was.mtime.Add(-off), times.Draw(t, "any")}).Draw(t, "now")}
		after := &tree.State{Type: tree.File, Size: was.size,
			Mtime: p.Remote.Filesystem.Keep(was.mtime.Cut(p.Local.Filesystem.MtimeGranularity).Add(-off))}
		if rapid.Bool().Draw(t, "of another time") {
			after.Mtime = was.mtime.Cut(p.Local.Filesystem.MtimeGranularity)
		}
		if rapid.Bool().Draw(t, "hashed") {
			after.SHA256 = tree.Hash{1}
		}
		op := &plan.Operation{Side: plan.Remote, Action: plan.Create, Path: path, After: after}
		op.Take(&plan.Source{Tree: plan.Local, Path: path})
		if rapid.Bool().Draw(t, "undone") {
			op.Reason = plan.Undo
		}
		total := plan.Sides[time.Duration]{off, 0}
		without, with := NewStamps(p, plan.Sides[time.Duration]{}, total), NewStamps(p, plan.Sides[time.Duration]{}, total)
		name := &plan.Name{Path: plan.Sides[tree.Path]{path, path},
			Entry: plan.Sides[tree.Entry]{{Type: tree.File, Size: was.size, Mtime: was.mtime}}}
		without.Note(name, name.Path, plan.Sides[*plan.Operation]{op, nil})
		with.Note(name, name.Path, plan.Sides[*plan.Operation]{})
		if got, want := without.unchanged(op, now, false), with.unchanged(op, now, false); got != want {
			t.Fatalf("it is unchanged: %v, and with its stamp kept: %v", got, want)
		}
	})
}

// Of a first copy of very many files there is little to keep beside the plan: no stamp, and of each task what becomes
// of it, and where it is found.
func TestWhatIsKnownOfAFirstCopyTakesLittleRoomBesideThePlan(t *testing.T) {
	const many = 4096
	p := &plan.Plan{Local: plan.Snapshot{Filesystem: tree.POSIX.Traits()},
		Remote: plan.Snapshot{Filesystem: tree.POSIX.Traits()}}
	after := &tree.State{Type: tree.File, Size: 1, Mtime: tree.UnixTime(5, 6)}
	for i := range many {
		op := plan.Operation{ID: i + 1, Side: plan.Remote, Action: plan.Create, After: after,
			Path: tree.Path("f" + strconv.Itoa(many+i))}
		op.Take(&plan.Source{Tree: plan.Local, Path: op.Path})
		p.Operations = append(p.Operations, op)
	}
	steps, err := p.Steps(nil, plan.Sides[time.Duration]{})
	if err != nil {
		t.Fatal(err)
	}
	name := &plan.Name{Entry: plan.Sides[tree.Entry]{{Type: tree.File, Size: 1, Mtime: after.Mtime}}}
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	stamps := NewStamps(p, plan.Sides[time.Duration]{}, plan.Sides[time.Duration]{})
	for i := range p.Operations {
		stamps.Note(name, name.Path, plan.Sides[*plan.Operation]{&p.Operations[i], nil})
	}
	ts := newTasks(p, steps, nil, nil)
	runtime.ReadMemStats(&now)
	if each, most := (now.TotalAlloc-before.TotalAlloc)/many, uint64(104); each > most {
		t.Errorf("%d bytes are allocated a file, at most %d are meant", each, most)
	}
	runtime.KeepAlive(ts)
}

// Which texts are still to be kept is told without a list of their paths.
func TestATextThatIsToBeKeptLaterIsToldByItsPath(t *testing.T) {
	p := &plan.Plan{}
	for _, path := range []tree.Path{"a", "b"} {
		p.Operations = append(p.Operations, plan.Operation{Side: plan.Remote, Action: plan.Create, Path: path,
			After: &tree.State{Type: tree.File}})
	}
	steps, err := p.Steps(nil, plan.Sides[time.Duration]{})
	if err != nil {
		t.Fatal(err)
	}
	e := &Execution{tasks: newTasks(p, steps, nil, nil)}
	for _, all := range []*Texts{nil, {}} {
		if all.Later(e) != nil {
			t.Error("where none is left for later, some are")
		}
	}
	later := (&Texts{later: []bool{false, true}}).Later(e)
	if later("a") || !later("b") || later("c") {
		t.Errorf("later are kept a: %v, b: %v, c: %v", later("a"), later("b"), later("c"))
	}
	if n := testing.AllocsPerRun(10, func() { later("b") }); n > 0 {
		t.Errorf("to tell takes %v allocations", n)
	}
}
