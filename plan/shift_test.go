package plan_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// A shift of a volume that is in step is nothing to do, on a first sync too.
func TestAShiftIsNothingToDo(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		w := &world{options: defaults()}
		profiles := []tree.Profile{tree.POSIX, tree.APFS, tree.FAT, tree.ExFAT, tree.NTFS}
		for _, side := range plan.BothSides {
			w.trees[side] = newTree(rapid.SampledFrom(profiles).Draw(t, side.String()+" filesystem"))
		}
		for i := range rapid.IntRange(3, 30).Draw(t, "files") {
			path := tree.Path(fmt.Sprintf("d%d/f%d", i%3, i))
			content := rapid.StringN(0, 9, 9).Draw(t, "content")
			mtime := epoch.Add(time.Duration(rapid.Int64Range(0, 1e18).Draw(t, "time")))
			for _, side := range plan.BothSides {
				n := &node{kind: tree.File, content: content, size: int64(len(content)), mtime: w.trees[side].traits.Keep(mtime)}
				if w.trees[side].traits.Modes {
					n.mode = tree.Perm(0o644)
				}
				w.trees[side].put(path, n)
			}
		}
		if rapid.Bool().Draw(t, "baseline") {
			w.base = agreement(w, nil)
		}
		side := rapid.SampledFrom(plan.BothSides[:]).Draw(t, "side")
		by := rapid.SampledFrom([]int64{-104, -96, -40, -4, -1, 1, 3, 4, 22, 104}).Draw(t, "quarters") * 900
		for _, n := range w.trees[side].nodes {
			if n.kind == tree.File {
				n.mtime = n.mtime.Add(time.Duration(by * 1e9))
			}
		}
		p := made(t, w)
		found := p.Summary.TimeShiftSeconds
		if !p.Empty() || len(p.Problems) != 1 ||
			found[plan.Local]-found[plan.Remote] != map[plan.Side]int64{plan.Local: by, plan.Remote: -by}[side] {
			t.Fatalf("%s\nshifted by %d s gives\n%v\n%v", w, by, lines(p), found)
		}
		swapped := made(t, w.mirrored())
		if got, want := canonical(t, mirror(swapped)), canonical(t, p); got != want {
			t.Fatalf("no mirror image:\n%s\n%s", want, got)
		}
	})
}
