package paths

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"treaty/plan/tree"
	"treaty/testdata/effort"
)

func TestAnIndexFindsWhatAScanWouldFind(t *testing.T) {
	effort.Check(t, 100, 1000, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) tree.Path {
			return tree.Path(fmt.Sprint("a/", rapid.IntRange(0, 9).Draw(t, "name")))
		}), 0, 30).Draw(t, "list")
		x := New(rapid.IntRange(0, 40).Draw(t, "expected"), func(place int) tree.Path { return list[place] })
		for place := range list {
			x.Add(place)
		}
		for n := range 11 {
			path, want := tree.Path(fmt.Sprint("a/", n)), []int(nil)
			for place, at := range list {
				if at == path {
					want = append(want, place)
				}
			}
			if got := x.All(nil, path); !slices.Equal(got, want) {
				t.Errorf("%s is at %d, not %d", path, got, want)
			}
			last, found := x.Last(path)
			if found != (len(want) > 0) || found != x.Has(path) || found && last != want[len(want)-1] {
				t.Errorf("%s is last at %d, %t", path, last, found)
			}
		}
	})
}

func TestAnIndexOfNothingHasNothing(t *testing.T) {
	if (*Index)(nil).Has("a") || new(Index).Has("a") || New(0, nil).Has("a") {
		t.Error("it has something")
	}
}

// A plan may have a million paths, and what is asked by them is asked of each again and again.
func TestAnIndexTakesLittleRoomAndAsksWithoutAny(t *testing.T) {
	list := make([]tree.Path, 10_000)
	for n := range list {
		list[n] = tree.Path(fmt.Sprint("a/", n))
	}
	x := New(len(list), func(place int) tree.Path { return list[place] })
	for place := range list {
		x.Add(place)
	}
	if room := 8 * len(x.slots) / len(list); room > 12 {
		t.Errorf("an element takes %d bytes", room)
	}
	if n := testing.AllocsPerRun(10, func() { x.Has(list[3]) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
