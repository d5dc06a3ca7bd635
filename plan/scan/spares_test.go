//go:build unix

package scan

import (
	"runtime"
	"testing"

	"treaty/plan/tree"
)

// goThrough asks for all that a walk descends into, and gives each listing back.
func goThrough(t testing.TB, w *Walk) (entries int) {
	t.Helper()
	var ask func(dir tree.Path)
	ask = func(dir tree.Path) {
		l, err := w.List(dir)
		must(t, err)
		entries += len(l.Entries)
		for i := range l.Entries {
			if e := &l.Entries[i]; e.Type == tree.Directory {
				ask(dir.Join(e.Name))
			}
		}
		w.Reuse(l.Entries)
	}
	ask(tree.Root)
	must(t, w.Finish())
	return entries
}

// Of an entry that nobody refers to any more, there remain its name and its path, which others may keep.
func TestAWalkListsInTheMemoryThatItIsGivenBack(t *testing.T) {
	r := open(t, forest(t, 10_000))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	entries := goThrough(t, r.Walk(t.Context(), Options{Granularity: 1, Modes: true}))
	runtime.ReadMemStats(&after)
	if each, most := (after.TotalAlloc-before.TotalAlloc)/uint64(entries), uint64(200); each > most {
		t.Errorf("%d bytes are allocated an entry, at most %d are meant", each, most)
	}
}

func TestASpareListIsOfNothing(t *testing.T) {
	s := make(spares, 1)
	list := s.take(3)
	list[0].Name, list[2].Target = "old", "older"
	s.give(list)
	again := s.take(2)
	if &again[0] != &list[0] {
		t.Error("it is another list")
	}
	for i := range again {
		if again[i] != (tree.Entry{}) {
			t.Errorf("entry %d is %+v", i, again[i])
		}
	}
	if long := s.take(4); len(long) != 4 {
		t.Errorf("of 4 entries there are %d", len(long))
	}
}
