package apply_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"treaty/apply"
	"treaty/plan"
	"treaty/plan/tree"
)

// keeps are how much room there is for texts: none is what keeping some is held against.
var keeps = []string{"0", plan.DefaultKeep}

// A first apply of many small texts, with and without keeping them to merge by: it should take at most 1.25 times as
// long.
func BenchmarkAFirstApplyOfTexts(b *testing.B) {
	n := 100_000
	if testing.Short() {
		n = 2_000
	}
	for _, keep := range keeps {
		b.Run("keep="+keep, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				w := newWorld(b, scratch(b))
				w.options.SetKeep(keep)
				manyTexts(n).write(b, w.at[plan.Local])
				timed(b, w, w.compare())
				b.StartTimer()
			}
		})
	}
}

// An apply of ten updates among as many texts as can be kept: beside them it should take at most 1.1 times as long as
// where none are.
func BenchmarkApplyBesideBases(b *testing.B) {
	n := 65_536
	if testing.Short() {
		n = 2_000
	}
	for _, keep := range keeps {
		b.Run("keep="+keep, func(b *testing.B) {
			w := newWorld(b, scratch(b))
			w.options.SetKeep(keep)
			manyTexts(n).write(b, w.at[plan.Local])
			timed(b, w, w.paired((*apply.Pair).Plan))
			b.ResetTimer()
			b.StartTimer()
			for try := 0; b.Loop(); try++ {
				b.StopTimer()
				for i := range 10 {
					path := tree.Path(fmt.Sprintf("d%d/f%d", i, i))
					w.place(plan.Local).write(b, nodes{path: {kind: tree.File, mode: tree.Perm(0o644),
						content: fmt.Sprint("edit ", try, " of ", path), mtime: afterSeconds(n + try)}})
				}
				timed(b, w, w.paired((*apply.Pair).Plan))
				b.StartTimer()
			}
		})
	}
}

// timed applies a plan while the time runs.
func timed(b *testing.B, w *world, p *plan.Plan) {
	request := w.request(p)
	b.StartTimer()
	receipt, err := apply.Apply(b.Context(), request)
	b.StopTimer()
	if err != nil || receipt.Totals.Done != len(p.Operations) || len(p.Operations) == 0 {
		b.Fatalf("%v, of %d: %+v", err, len(p.Operations), receipt.Totals)
	}
}

// manyTexts is a tree of n small texts, of a hundred in each folder.
func manyTexts(n int) nodes {
	texts := nodes{}
	for i := range n {
		dir := fmt.Sprintf("d%d", i/100)
		texts[tree.Path(dir)] = node{kind: tree.Directory, mode: tree.Perm(0o755)}
		text := strings.Repeat(fmt.Sprintf("line of text %d\n", i), 4)
		texts[tree.Path(fmt.Sprintf("%s/f%d", dir, i%100))] = node{kind: tree.File, mode: tree.Perm(0o644), content: text,
			mtime: afterSeconds(i)}
	}
	return texts
}

func afterSeconds(n int) tree.Time { return epoch.Add(time.Duration(n) * time.Second) }
