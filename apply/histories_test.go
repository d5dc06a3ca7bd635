package apply_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"treaty/apply/internal/memory"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// A history is a few trees over time: people edit them, and treaty syncs them by pairs, mostly as
// proposed, sometimes in part, sometimes the other way round, from another mount point, or undone.
// After every step the invariants hold (nothing lost, nothing else touched, the receipt true), and every path is what
// the oracle says.

// partners are two trees and what they have agreed on.
type partners struct {
	trees  [2]*member
	agreed agreement
	last   *appliedOnce
}

type history struct {
	*rapid.T
	// dir is where real trees lie, "" where all are in memory.
	dir     string
	members []*member
	pairs   []*partners
	seconds int
	content int
	log     []string
	// plain histories ignore nothing.
	plain bool
}

var pathNames = []tree.Path{"a", "b", "c.txt", "A", "d", "e"}

// newHistory is that of so many trees: real ones in dir or, where that is "", of any kind in memory.
func newHistory(t *rapid.T, dir string, trees int) *history {
	h := &history{T: t, dir: dir}
	for _, name := range []string{"stick", "desk", "laptop"}[:trees] {
		m := &member{name: name, at: filepath.Join(dir, name)}
		if dir == "" {
			m.at = "/memory/" + name
			m.memory = memory.New(m.at, *anyKind(t, name))
		} else {
			check(t, os.MkdirAll(m.at, 0o755))
		}
		h.members = append(h.members, m)
	}
	for _, m := range h.members[1:] {
		h.pairs = append(h.pairs, &partners{trees: [2]*member{m, h.members[0]}})
	}
	return h
}

func (h *history) note(format string, args ...any) {
	h.log = append(h.log, fmt.Sprintf(format, args...))
}

func union(maps ...nodes) map[tree.Path]bool {
	all := map[tree.Path]bool{}
	for _, m := range maps {
		for path := range m {
			all[path] = true
		}
	}
	return all
}

func differences(got, want nodes) string {
	var b strings.Builder
	for _, path := range slices.SortedFunc(maps.Keys(union(got, want)), tree.Compare) {
		g, there := got[path]
		n, wanted := want[path]
		if there != wanted || g != n {
			fmt.Fprintf(&b, "  %s: %v (%v), not %v (%v)\n", path, g, there, n, wanted)
		}
	}
	return b.String()
}

func facing[T any](sides [2]T, local int) [2]T {
	if local == 1 {
		sides[0], sides[1] = sides[1], sides[0]
	}
	return sides
}

// run lives one history.
func (h *history) run(steps int) {
	defer func() {
		if h.Failed() {
			h.Logf("%s", strings.Join(h.log, "\n"))
		}
	}()
	for range rapid.IntRange(1, 6).Draw(h.T, "first") {
		h.edit(rapid.SampledFrom(h.members).Draw(h.T, "of"))
	}
	for range rapid.IntRange(1, steps).Draw(h.T, "steps") {
		p := rapid.SampledFrom(h.pairs).Draw(h.T, "pair")
		switch rapid.IntRange(0, 9).Draw(h.T, "step") {
		case 0, 1, 2:
			h.sync(p)
		case 3:
			h.undo(p)
		case 4:
			h.remount(rapid.SampledFrom(h.members).Draw(h.T, "mount"))
		default:
			for range rapid.IntRange(1, 4).Draw(h.T, "edits") {
				h.edit(rapid.SampledFrom(h.members).Draw(h.T, "of"))
			}
			h.sync(p)
		}
		if h.Failed() {
			return
		}
	}
}

func TestHistories(t *testing.T) {
	needPosix(t, "links, modes, and names that differ in case")
	t.Cleanup(func() { t.Logf("%d applies died on the way", deaths.Load()) })
	for _, trees := range []int{2, 3} {
		t.Run(fmt.Sprintf("%d trees", trees), func(t *testing.T) {
			effort.Check(t, 1, 12, func(r *rapid.T) {
				dir, err := os.MkdirTemp(scratch(t), "history-")
				check(r, err)
				defer os.RemoveAll(dir)
				newHistory(r, dir, trees).run(8)
			})
		})
	}
}

func TestHistoriesInMemory(t *testing.T) {
	for _, trees := range []int{2, 3} {
		t.Run(fmt.Sprintf("%d trees", trees), func(t *testing.T) {
			effort.Check(t, 3, 20, func(r *rapid.T) { newHistory(r, "", trees).run(8) })
		})
	}
}
