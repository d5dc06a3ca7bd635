package tree_test

import (
	"maps"
	"slices"
	"testing"

	"treaty/plan/tree"
)

func TestOfPathsThatLookAlikeAllButTheComposedOneAreTold(t *testing.T) {
	t.Parallel()
	const composed, decomposed, mixed = "\u1ec7", "e\u0323\u0302", "\u1eb9\u0302"
	for _, c := range []struct {
		name        string
		paths, want []tree.Path
	}{
		{"one spelling is no two", []tree.Path{decomposed, decomposed, "a"}, nil},
		{"in any order", []tree.Path{composed, decomposed}, []tree.Path{decomposed}},
		{"in the other order", []tree.Path{decomposed, composed}, []tree.Path{decomposed}},
		{"of three", []tree.Path{mixed, decomposed, composed}, []tree.Path{decomposed, mixed}},
		{"of two that are not composed", []tree.Path{mixed, decomposed}, []tree.Path{decomposed, mixed}},
		{"directories too", []tree.Path{decomposed + "/a", composed + "/b"}, []tree.Path{decomposed}},
		{"case is seen", []tree.Path{"E\u0323", "\u1eb9"}, nil},
	} {
		alike := tree.Alike(slices.Values(c.paths))
		maps.DeleteFunc(alike, func(_ tree.Path, told bool) bool { return !told })
		if got := slices.Sorted(maps.Keys(alike)); !slices.Equal(got, slices.Sorted(slices.Values(c.want))) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
