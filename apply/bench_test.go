package apply_test

import (
	"fmt"
	"strings"
	"testing"

	"treaty/apply"
	"treaty/plan"
)

// Operations of each kind, on two trees in memory, and on a remote that may lose what is renamed: the cost of the
// journals, the system calls and what is recorded in the end.
func BenchmarkApply(b *testing.B) {
	for _, fat := range []plan.Sides[bool]{{}, {plan.Remote: true}} {
		b.Run(fmt.Sprintf("fat=%v", fat[plan.Remote]), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				w, p := manyOperations(b)
				w.fat = fat
				request := w.request(p)
				b.StartTimer()
				receipt, err := apply.Apply(b.Context(), request)
				b.StopTimer()
				if err != nil || receipt.Totals.Done != len(p.Operations) {
					b.Fatalf("%v, of %d: %+v", err, len(p.Operations), receipt.Totals)
				}
				b.StartTimer()
			}
		})
	}
}

// manyOperations is a plan of a thousand files, of which a fifth each is created, updated, given another mode, moved
// and deleted on remote.
func manyOperations(b *testing.B) (*world, *plan.Plan) {
	w := newWorld(b, scratch(b))
	var was, is strings.Builder
	for n := range 1000 {
		name := fmt.Sprintf("d%d/f%03d", n%10, n)
		switch n % 5 {
		case 0:
			fmt.Fprintf(&is, " %s=new%d", name, n)
		case 1:
			fmt.Fprintf(&was, " %s=old%d", name, n)
			fmt.Fprintf(&is, " %s=new%d", name, n)
		case 2:
			fmt.Fprintf(&was, " %s=same%d", name, n)
			fmt.Fprintf(&is, " %s=same%d!600", name, n)
		case 3:
			fmt.Fprintf(&was, " %s=moved%d", name, n)
			fmt.Fprintf(&is, " e/f%03d=moved%d", n, n)
		case 4:
			fmt.Fprintf(&was, " %s=gone%d", name, n)
		}
	}
	w.base = tryParse(b, was.String())
	tryParse(b, was.String()).write(b, w.at[plan.Remote])
	tryParse(b, is.String()).write(b, w.at[plan.Local])
	return w, w.compare()
}
