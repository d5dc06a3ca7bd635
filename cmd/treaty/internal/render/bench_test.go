package render

import (
	"fmt"
	"io"
	"testing"

	"treaty/plan"
	"treaty/plan/tree"
)

// BenchmarkLargePlan shows a hundred thousand operations: new files, a renamed tree and deep folders.
func BenchmarkLargePlan(b *testing.B) {
	p := blank()
	add := func(action plan.Action, from, path string, s *tree.State) {
		op := plan.Operation{Side: plan.Remote, Action: action, Path: tree.Path(path), Before: s, After: s,
			Decision: plan.Apply, Rare: &plan.Rare{From: tree.Path(from)}}
		switch action {
		case plan.Create:
			op.Before = nil
		case plan.Delete:
			op.After = nil
		}
		p.Operations = append(p.Operations, op)
	}
	for d := range 100 {
		dir := fmt.Sprintf("d/%d", d)
		add(plan.Create, "", "new/"+dir, directory())
		add(plan.Delete, "", "old/"+dir, directory())
		for f := range 500 {
			add(plan.Move, fmt.Sprintf("old/%s/%d", dir, f), fmt.Sprintf("new/%s/%d", dir, f), file(1, 1, ""))
			add(plan.Create, "", fmt.Sprintf("here/%d/%d", d, f), file(1, 1, ""))
		}
	}
	p.Sort()
	p.Number()
	for name, write := range map[string]writer{"Summary": Summary, "Show": Show, "HTML": whole} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := write(io.Discard, p, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
