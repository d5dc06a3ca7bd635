package disk

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// Groups of 1,000 files of 4 KiB, staged, flushed, installed, flushed.
func BenchmarkGroup(b *testing.B) {
	content := strings.Repeat("x", 4096)
	for _, replace := range []bool{false, true} {
		for _, way := range ways[:2] {
			b.Run(fmt.Sprintf("replace=%v/%s", replace, way.name), func(b *testing.B) {
				s := newSide(b, Options{Can: way.can, RacySince: tree.UnixTime(1<<40, 0)})
				round := 0
				for b.Loop() {
					round++
					var staged [1000]volume.Staged
					for i := range staged {
						p := fmt.Sprintf("d%d/f%d", i/100, i)
						if replace && round == 1 {
							s.write(p, "old")
						}
						var err error
						staged[i], err = s.Stage(context.Background(), strings.NewReader(content), 4096, tree.Hash{},
							tree.UnixTime(5, 0), tree.Perm(0o644))
						check(b, err)
					}
					check(b, s.Barrier(staged[:]...))
					if !replace {
						s.write(fmt.Sprintf("r%d/x", round), "")
					}
					for i := range staged {
						var err error
						if replace {
							p := fmt.Sprintf("d%d/f%d", i/100, i)
							e, _ := s.root.Dir(tree.Path(p).Parent())
							before, _ := e.Lstat(tree.Path(p).Base())
							e.Release()
							_, err = s.Replace(tree.Path(p), before.State(), staged[i], "")
						} else {
							_, err = s.Create(tree.Path(fmt.Sprintf("r%d/f%d", round, i)), staged[i])
						}
						check(b, err)
					}
					check(b, s.Barrier())
				}
				b.ReportMetric(float64(1000*b.N)/b.Elapsed().Seconds(), "files/s")
			})
		}
	}
}
