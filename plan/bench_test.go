package plan_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"treaty/plan"
	"treaty/plan/tree"
)

// ready is a tree, or what is remembered of one, that was listed beforehand.
type ready[T any] map[tree.Path]T

func (r ready[T]) List(dir tree.Path) (T, error) { return r[dir], nil }

// synced are two equal trees of so many directories with so many files each, and their baseline. Every such file is
// written at a time of its own; those named are written once more on local since.
func synced(directories, files int, edited func(file int) bool) plan.Input {
	var listed plan.Sides[ready[tree.Listing]]
	for _, side := range plan.BothSides {
		listed[side] = ready[tree.Listing]{tree.Root: {}}
	}
	memory := ready[[]tree.Agreed]{}
	perm := tree.Perm(0o644)
	note := func(dir tree.Path, e tree.Entry, local tree.Entry) {
		for _, side := range plan.BothSides {
			l := listed[side][dir]
			l.Dir = dir
			l.Entries = append(l.Entries, plan.Sides[tree.Entry]{local, e}[side])
			listed[side][dir] = l
		}
		kept := tree.Kept{Mtime: e.Mtime, Mode: e.Mode}
		memory[dir] = append(memory[dir],
			tree.Agreed{Name: [2]string{e.Name, e.Name}, Spelled: e.Name, Key: e.Key, Type: e.Type,
				Size: e.Size, SHA256: tree.Hash{1}, Mtime: e.Mtime, On: [2]tree.Kept{kept, kept}})
	}
	for i := range directories {
		dir := tree.Entry{Name: fmt.Sprintf("directory %04d", i), Type: tree.Directory, Mode: tree.Perm(0o755)}
		dir.Key = tree.CollisionKey(dir.Name)
		note(tree.Root, dir, dir)
		for j := range files {
			e := tree.Entry{Name: fmt.Sprintf("file %04d.txt", j), Type: tree.File, Mode: perm, Size: int64(j + 1),
				Mtime: tree.TimeOf(time.Unix(int64(i*files+j), 0)), Links: 1}
			e.Key = tree.CollisionKey(e.Name)
			local := e
			if edited(i*files + j) {
				local.Mtime, local.Size = e.Mtime.Add(time.Hour), e.Size+1
			}
			note(tree.Path(dir.Name), e, local)
		}
	}
	in := plan.Input{Memory: memory, Baseline: &plan.BaselineRef{}, Options: plan.DefaultOptions()}
	for _, side := range plan.BothSides {
		in.Trees[side] = plan.Tree{Root: "/" + side.String(), Traits: tree.POSIX.Traits(),
			Stream: listed[side], Reader: sameHash{}}
	}
	return in
}

// sameHash reads of every file what is not on record.
type sameHash struct{}

func (sameHash) Hash(_ context.Context, wanted []tree.Wanted, done func(int, tree.Content)) error {
	for i := range wanted {
		done(i, tree.Content{SHA256: tree.Hash{2, byte(i), byte(i >> 8)}})
	}
	return nil
}

func (sameHash) Text(context.Context, tree.Wanted, int64) ([]byte, error) { return nil, nil }

func none(int) bool { return false }

func BenchmarkCompareWithNothingToDo(b *testing.B) { benchmarkCompare(b, none) }
func BenchmarkCompareWithOneInAHundred(b *testing.B) {
	benchmarkCompare(b, func(i int) bool { return i%100 == 0 })
}

func benchmarkCompare(b *testing.B, edited func(file int) bool) {
	const directories, files = 100, 200
	in := synced(directories, files, edited)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := plan.Compare(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(directories*(files+1)), "ns/name")
}

// What nobody changed is gone through without a string, a path or a copy of its own.
func TestWhatIsInStepCostsNoAllocations(t *testing.T) {
	const directories, files = 20, 200
	in := synced(directories, files, none)
	allocations := testing.AllocsPerRun(3, func() {
		if _, err := plan.Compare(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	})
	if most := 0.1; allocations/(directories*files) > most {
		t.Errorf("%.2f allocations a name, at most %.2f are meant", allocations/(directories*files), most)
	}
}

// A name that is held to a plan, or recorded anew, costs its path and nothing else.
func TestANameIsSurveyedAndRecordedWithFewAllocations(t *testing.T) {
	const directories, files = 20, 200
	in := synced(directories, files, none)
	for what, walk := range map[string]func() error{
		"surveyed": func() error {
			_, err := plan.Survey(t.Context(), in, func(*plan.Name) error { return nil })
			return err
		},
		"recorded": func() error {
			return plan.Agree(t.Context(), in, plan.Recorder{Write: func(tree.Path, []tree.Agreed) error { return nil }})
		},
	} {
		allocations := testing.AllocsPerRun(3, func() {
			if err := walk(); err != nil {
				t.Fatal(err)
			}
		})
		if most := 1.2; allocations/(directories*files) > most {
			t.Errorf("%s: %.2f allocations a name, at most %.1f are meant", what, allocations/(directories*files), most)
		}
	}
}

// first is what a first sync to where nothing is compares.
func first(directories, files int) plan.Input {
	in := synced(directories, files, none)
	in.Memory, in.Baseline = nil, nil
	in.Trees[plan.Remote].Stream = ready[tree.Listing]{tree.Root: {}}
	return in
}

func BenchmarkCompareOfAFirstCopy(b *testing.B) {
	const directories, files = 100, 200
	in := first(directories, files)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := plan.Compare(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
}

// A plan that copies everything is as large as the tree: what is made on the way to it is bounded too, garbage
// included.
func TestANewFileTakesLittleMemoryOnItsWayIntoAPlan(t *testing.T) {
	const directories, files = 20, 200
	in := first(directories, files)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := plan.Compare(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	each := (after.TotalAlloc - before.TotalAlloc) / (directories * files)
	if most := uint64(860); each > most {
		t.Errorf("%d bytes are allocated a new file, at most %d are meant", each, most)
	}
}
