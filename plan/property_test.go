package plan_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/internal/textdiff"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// made makes the world's plan and holds it to its schema and rules.
func made(t *rapid.T, w *world) *plan.Plan {
	p, err := w.compare()
	if err != nil {
		t.Fatalf("%v\n%s", err, w)
	}
	checkDocument(t, w.String(), p)
	return p
}

// String is the world in the language of the tables.
func (w *world) String() string {
	var out strings.Builder
	for _, side := range plan.BothSides {
		m := w.trees[side]
		fmt.Fprintf(&out, "%s (%s):", side, m.traits.Profile)
		for _, path := range m.paths() {
			switch n := m.nodes[path]; n.kind {
			case tree.File:
				fmt.Fprintf(&out, " %q=%s%s!%s", string(path), n.content, seconds(n.mtime), n.mode)
			case tree.Symlink:
				fmt.Fprintf(&out, " %q->%s", string(path), n.target)
			default:
				fmt.Fprintf(&out, " %q/!%s", string(path), n.mode)
			}
		}
		out.WriteString("\n")
	}
	if w.base != nil {
		out.WriteString("base:")
		for dir, list := range w.base {
			for _, a := range list {
				fmt.Fprintf(&out, " %q %s %s%s/%s", string(dir.Join(a.Name[0])), a.Type,
					a.SHA256.String()[:min(4, len(a.SHA256.String()))], seconds(a.On[0].Mtime), seconds(a.On[1].Mtime))
			}
		}
	}
	return out.String()
}

func TestSwappedSidesGiveTheMirrorImage(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		w := drawWorld(t, true)
		p, swapped := made(t, w), made(t, w.mirrored())
		if got, want := canonical(t, mirror(swapped)), canonical(t, p); got != want {
			t.Fatalf("%s\nis not the mirror image:\n%s", w, textdiff.Unified("want", "got", []byte(want), []byte(got)).Lines)
		}
	})
}

func TestTheSameTreesGiveTheSameBytes(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		w := drawWorld(t, true)
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

func text(t fataler, p *plan.Plan) string {
	var out strings.Builder
	if err := p.Write(&out); err != nil {
		t.Fatalf("%v", err)
	}
	return out.String()
}

func lines(p *plan.Plan) string {
	var out strings.Builder
	for _, s := range statements(p) {
		fmt.Fprintf(&out, "  %s\n", s)
	}
	for _, c := range p.Conflicts {
		fmt.Fprintf(&out, "  %s resolved by %s\n", c.Path, c.Resolution)
	}
	return out.String()
}
