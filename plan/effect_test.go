package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"treaty/plan/tree"
)

// What a choice comes to on each side, as it is counted for who approves it.
func TestAChoiceIsCountedOnTheSidesThatItChanges(t *testing.T) {
	file := func(size int64) *tree.State { return &tree.State{Type: tree.File, Size: size} }
	merged := &Merge{Lines: []string{"abc"}, FinalNewline: true, SHA256: tree.Hash{1}}
	for _, c := range []struct {
		name       string
		conflict   Conflict
		resolution Resolution
		want       string
	}{
		{"open", Conflict{Local: file(1), Remote: file(2)}, Unresolved, ""},
		{"skipped", Conflict{Local: file(1), Remote: file(2)}, SkipPath, ""},
		{"replaced", Conflict{Local: file(1), Remote: file(2)}, TakeRemote, "update local 1->2"},
		{"the newer", Conflict{Local: &tree.State{Type: tree.File, Size: 1, Mtime: tree.UnixTime(9, 0)}, Remote: file(2)},
			TakeNewer, "update remote 2->1"},
		{"deleted", Conflict{Local: file(1)}, TakeRemote, "delete local 1->-"},
		{"brought back", Conflict{Local: file(1)}, TakeLocal, "create remote -->1"},
		{"both", Conflict{Local: file(1), Remote: file(2), KeepBothAs: "x 2"}, KeepBoth,
			"create local -->2, create remote -->1"},
		{"renamed", Conflict{Kind: RenamedDifferently, Path: "a", RemotePath: "b", Local: file(1), Remote: file(1)},
			TakeLocal, "move remote 1->1"},
		{"merged", Conflict{Local: file(1), Remote: file(2), Merge: merged}, TakeMerged,
			"update local 1->4, update remote 2->4"},
	} {
		if c.conflict.Path == "" {
			c.conflict.Path = "x"
		}
		c.conflict.Resolution = c.resolution
		if got := effectsText(c.conflict.Effects()); got != c.want {
			t.Errorf("%s: %q, and not %q", c.name, got, c.want)
		}
	}
}

func effectsText(effects []Effect) string {
	size := func(s *tree.State) string {
		if s == nil {
			return "-"
		}
		return fmt.Sprint(s.Size)
	}
	var texts []string
	for _, e := range effects {
		texts = append(texts, fmt.Sprintf("%s %v %s->%s", e.Action, e.Side, size(e.Before), size(e.After)))
	}
	slices.Sort(texts)
	return strings.Join(texts, ", ")
}
