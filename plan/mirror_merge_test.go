package plan_test

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/internal/textdiff"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// drawTexts is a world of texts that both sides agreed on and have edited since, some of them in a directory that is
// taken whole.
func drawTexts(t *rapid.T) *world {
	w := &world{options: defaults(), kept: map[tree.Hash][]byte{}}
	w.options.Atomic = []string{"whole"}
	profiles := []tree.Profile{tree.POSIX, tree.FAT}
	for _, side := range plan.BothSides {
		w.trees[side] = newTree(rapid.SampledFrom(profiles).Draw(t, side.String()+" filesystem"))
	}
	paths := []tree.Path{"a.txt", "b/a.txt", "b/b.txt", "whole/a.txt", "whole/b.txt"}
	for _, path := range paths {
		text := drawText(t, string(path))
		w.kept[sha256.Sum256([]byte(text))] = []byte(text)
		for _, side := range plan.BothSides {
			w.put(side, path, text, 0)
		}
	}
	w.base = agreement(w, nil)
	for _, path := range paths {
		for _, side := range plan.BothSides {
			if rapid.IntRange(0, 4).Draw(t, "edited") > 0 {
				base := w.trees[side].nodes[path].content
				w.put(side, path, editText(t, base), 100*rapid.Int64Range(1, 3).Draw(t, "second"))
			}
		}
	}
	return w
}

// put writes a text at a second, with the mode that the side's filesystem gives it.
func (w *world) put(side plan.Side, path tree.Path, text string, second int64) {
	n := &node{kind: tree.File, content: text, size: int64(len(text)), mtime: tree.UnixTime(epoch.Time().Unix()+second, 0)}
	w.trees[side].put(path, n)
	if w.trees[side].traits.Modes {
		n.mode = tree.Perm(0o644)
		return
	}
	for dir := path.Parent(); dir != tree.Root; dir = dir.Parent() {
		w.trees[side].nodes[dir].mode = 0
	}
}

func drawText(t *rapid.T, of string) string {
	var text strings.Builder
	for i := range rapid.IntRange(1, 8).Draw(t, "lines") {
		fmt.Fprintf(&text, "line %d of %s\n", i, of)
	}
	return text.String()
}

// editText is a text of which some lines are replaced, removed, or have another before them.
func editText(t *rapid.T, text string) string {
	lines := strings.SplitAfter(text, "\n")
	for range rapid.IntRange(1, 3).Draw(t, "edits") {
		at := rapid.IntRange(0, len(lines)-1).Draw(t, "place")
		line := rapid.SampledFrom([]string{"x\n", "y\n", "z\n", ""}).Draw(t, "line")
		lines = slices.Replace(lines, at, at+rapid.IntRange(0, 1).Draw(t, "of")*min(1, len(lines)-at), line)
	}
	return strings.Join(lines, "")
}

// mirrored is the merge with the versions of its open regions in each other's places.
func mirrored(m *plan.Merge) *plan.Merge {
	if m == nil {
		return nil
	}
	twin := *m
	twin.Lines = nil
	var parts [3][]string
	in := -1
	for _, line := range m.Lines {
		switch sign, name, _ := strings.Cut(line, " "); {
		case name == "local" && strings.Trim(sign, "<") == "" && in < 0:
			in = 0
		case name == "base" && strings.Trim(sign, "|") == "" && in == 0:
			in = 1
		case line == "=======" && in == 1:
			in = 2
		case name == "remote" && strings.Trim(sign, ">") == "" && in == 2:
			twin.Lines = slices.Concat(twin.Lines, []string{"<<<<<<< local"}, parts[2], []string{"||||||| base"},
				parts[1], []string{"======="}, parts[0], []string{line})
			parts, in = [3][]string{}, -1
		case in < 0:
			twin.Lines = append(twin.Lines, line)
		default:
			parts[in] = append(parts[in], line)
		}
	}
	return &twin
}

// What both sides changed of texts is merged to the same, whichever is called local: in open regions they change
// places. A directory that is taken whole is one conflict either way.
func TestSwappedSidesGiveTheMirroredMerges(t *testing.T) {
	var merges, open, units int
	effort.Check(t, 60, 300, func(t *rapid.T) {
		w := drawTexts(t)
		p, swapped := made(t, w), made(t, w.mirrored())
		for i := range swapped.Conflicts {
			c := &swapped.Conflicts[i]
			switch {
			case c.Merge != nil:
				merges, open = merges+1, open+c.Merge.Open
			case c.Local.Of() == tree.Directory:
				units++
			}
			c.Merge = mirrored(c.Merge)
		}
		if got, want := canonical(t, mirror(swapped)), canonical(t, p); got != want {
			t.Fatalf("%s\nis not the mirror image:\n%s", w, textdiff.Unified("want", "got", []byte(want), []byte(got)).Lines)
		}
	})
	if merges == 0 || open == 0 || open == merges || units == 0 {
		t.Errorf("%d merges, %d open regions, %d directories: some of it was not tried", merges, open, units)
	}
}

func TestTextsReadInAnyOrderGiveTheSameMerges(t *testing.T) {
	effort.Check(t, 30, 100, func(t *rapid.T) {
		w := drawTexts(t)
		first := text(t, made(t, w))
		order := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0))
		for _, side := range plan.BothSides {
			w.trees[side].shuffle = order.Shuffle
		}
		if second := text(t, made(t, w)); first != second {
			t.Fatalf("%s\ngives\n%s\nand\n%s", w, first, second)
		}
	})
}
