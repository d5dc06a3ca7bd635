package apply_test

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"treaty/apply"
	"treaty/apply/internal/memory"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// tallies are what is known in a tree of the texts that are kept.
func (w *world) tallies() []string {
	w.Helper()
	names, err := w.memory[w.at[plan.Local]].PrivateNames("plans")
	if !errors.Is(err, fs.ErrNotExist) {
		check(w, err)
	}
	return slices.DeleteFunc(names, func(name string) bool { return !strings.HasSuffix(name, ".bases") })
}

// keptTexts are the hashes of the texts that are kept, sorted.
func (w *world) keptTexts() (kept []string) {
	w.Helper()
	s := w.store(plan.Local)
	defer s.Close()
	check(w, s.EachBase(func(sum tree.Hash) { kept = append(kept, sum.String()) }))
	slices.Sort(kept)
	return kept
}

// An apply that looks at those texts alone that may have changed keeps what one keeps that looks at all.
func TestOfTextsThoseThatChangedAreEnough(t *testing.T) {
	var tallied int
	effort.Check(t, 3, 15, func(r *rapid.T) {
		var worlds [2]*world
		for i := range worlds {
			worlds[i] = newWorldOf(r, "", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX})
		}
		for range 4 {
			keep := rapid.SampledFrom([]string{"4KiB", "12KiB", "12KiB", "256MiB"}).Draw(r, "keep")
			sensitive := rapid.SampledFrom([][]string{{"b*"}, {"b*"}, {"*renamed"}}).Draw(r, "sensitive")
			trees := worlds[0].trees()
			for _, side := range plan.BothSides {
				trees[side] = edited(r, trees[side], side.String())
				for path, n := range anyTree(r, side.String()) {
					if n.kind == tree.File && path.Depth() == 1 && trees[side][path].kind != tree.Directory {
						trees[side][path] = n
					}
				}
			}
			var kept [2][]string
			for i, w := range worlds {
				w.options.SetKeep(keep)
				w.options.Sensitive = sensitive
				for _, side := range plan.BothSides {
					w.becomes(side, trees[side])
				}
				for _, name := range w.tallies() {
					if i == 0 {
						tallied++
					} else {
						check(w, w.memory[w.at[plan.Local]].RemovePrivate("plans/"+name))
					}
				}
				if i == 1 {
					// That there are none yet does not show there.
					check(w, w.memory[w.at[plan.Local]].WritePrivate("bases/other/file", nil))
				}
				p := w.paired((*apply.Pair).Plan)
				for i := range p.Conflicts {
					p.Conflicts[i].Resolution = plan.SkipPath
				}
				w.apply(p) // what is skipped is no failure here
				kept[i] = w.keptTexts()
			}
			if !slices.Equal(kept[0], kept[1]) {
				r.Fatalf("%v are kept, not %v", kept[0], kept[1])
			}
		}
	})
	if tallied == 0 {
		t.Error("nothing was ever tallied")
	}
}

// Texts that an apply has nothing to do with cost it nothing.
func TestTextsThatDidNotChangeAreNotLookedAt(t *testing.T) {
	for _, untallied := range []bool{false, true} {
		w := newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX})
		w.place(plan.Local).write(t, tryParse(t, "a=one b=two c=three"))
		w.takes(plan.Unresolved)
		w.place(plan.Local).remove(t, "b")
		w.place(plan.Local).write(t, tryParse(t, "b=four@99"))
		p := w.paired((*apply.Pair).Plan)
		if tallies := w.tallies(); len(tallies) != 1 {
			t.Fatalf("%q are tallies", tallies)
		} else if untallied {
			check(t, w.memory[w.at[plan.Local]].RemovePrivate("plans/"+tallies[0]))
		}
		if got := w.listsTexts(p) > 0; got != untallied {
			t.Errorf("the texts were listed: %t", got)
		}
		if kept := w.keptTexts(); len(kept) != 3 {
			t.Errorf("%d texts are kept", len(kept))
		}
	}
}

// Where none was kept and none was to be, that is known as well.
func TestWhereNoTextIsKeptNoneIsLookedFor(t *testing.T) {
	w := newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX})
	w.options.Sensitive = []string{"*"}
	w.place(plan.Local).write(t, tryParse(t, "a=one b=two d/c=three"))
	w.takes(plan.Unresolved)
	w.place(plan.Local).remove(t, "b")
	w.place(plan.Local).write(t, tryParse(t, "b=four@99"))
	p := w.paired((*apply.Pair).Plan)
	if tallies := w.tallies(); len(tallies) != 1 {
		t.Fatalf("%q are tallies", tallies)
	}
	if n := w.listsTexts(p); n != 0 {
		t.Errorf("they were looked for %d times", n)
	}
	if kept := w.keptTexts(); len(kept) != 0 {
		t.Errorf("%d texts are kept", len(kept))
	}
}

// Where none was kept before, those are enough that were put in place; what was not agreed on in the end goes.
func TestOfFirstTextsThoseAreEnoughThatWereKept(t *testing.T) {
	for _, saved := range []bool{false, true} {
		w := newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX})
		w.place(plan.Local).write(t, tryParse(t, "a=one b=two c=two"))
		p := w.compare()
		request := w.request(p)
		var listed atomic.Int32
		open, save := request.Open, sync.OnceFunc(func() {
			if saved {
				w.place(plan.Remote).write(t, tryParse(t, "a=three"))
			}
		})
		request.Open = func(root string) (volume.Volume, error) {
			v, err := open(root)
			return saving{listing{v, &listed}, save}, err
		}
		want := 2
		if _, err := apply.Apply(context.Background(), request); saved {
			want--
			if !errors.Is(err, apply.ErrPartial) {
				t.Error(err)
			}
		} else {
			check(t, err)
		}
		if kept := w.keptTexts(); len(kept) != want || len(w.tallies()) != 1 {
			t.Errorf("%d texts are kept, and %d tallies", len(kept), len(w.tallies()))
		}
		if n := listed.Load(); n != 1 {
			t.Errorf("they were looked for %d times", n)
		}
	}
}

// saving is a volume on which a person saves something when the first text is kept.
type saving struct {
	volume.Volume
	save func()
}

func (s saving) Change(run string, options volume.Options) (volume.Changer, error) {
	c, err := s.Volume.Change(run, options)
	return &savingChanger{c, s.save}, err
}

type savingChanger struct {
	volume.Changer
	save func()
}

func (c *savingChanger) ClaimPrivate(name string, data []byte) error {
	if strings.HasPrefix(name, "bases/") {
		c.save()
	}
	return c.Changer.ClaimPrivate(name, data)
}

// listsTexts applies a plan, and tells how often the texts are listed that are kept.
func (w *world) listsTexts(p *plan.Plan) int32 {
	w.Helper()
	var listed atomic.Int32
	request := w.request(p)
	open := request.Open
	request.Open = func(root string) (volume.Volume, error) {
		v, err := open(root)
		return listing{v, &listed}, err
	}
	_, err := apply.Apply(context.Background(), request)
	check(w, err)
	return listed.Load()
}

// listing is a volume that counts how often the texts are listed that are kept.
type listing struct {
	volume.Volume
	times *atomic.Int32
}

func (l listing) PrivateNames(folder string) ([]string, error) {
	if strings.HasPrefix(folder, "bases") {
		l.times.Add(1)
	}
	return l.Volume.PrivateNames(folder)
}

// A tally that counts is not old, whatever is removed; one that an apply has left behind is.
func TestATallyThatCountsIsNotOld(t *testing.T) {
	w := newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX})
	w.place(plan.Local).write(t, tryParse(t, "a=one"))
	w.takes(plan.Unresolved)
	folder := w.store(plan.Local)
	defer folder.Close()
	left := "plans/" + string(planID(1)) + ".bases"
	check(t, w.memory[w.at[plan.Local]].ClaimPrivate(left, []byte("left")))
	old, err := folder.OlderThan(time.Now())
	check(t, err)
	var tallies []string
	for _, d := range old {
		if strings.HasSuffix(d.Path, ".bases") {
			tallies = append(tallies, d.Path)
			check(t, d.Remove())
		}
	}
	if len(tallies) != 1 || !strings.HasSuffix(tallies[0], left) || len(w.tallies()) != 1 {
		t.Errorf("of tallies %q are old, and %q stay", tallies, w.tallies())
	}
}
