package plan_test

import (
	"strings"
	"testing"

	"treaty/plan"
	"treaty/plan/tree"
)

// A block says under which names what it blocks stays until then, the uppermost of them.
func TestABlockNamesWhatStays(t *testing.T) {
	for _, c := range []struct {
		local, base []string
		says        string
	}{
		{[]string{"a:=1"}, []string{"a=1"}, `; until then "a" stays there`},
		{[]string{"d:/a=1", "d:/e="}, []string{"d/a=1", "d/e="}, `; until then "d" stays there`},
		{[]string{"a:=1"}, []string{"a=1", "b=1"}, `; until then "a", "b" stay there`},
		{[]string{"a:=1"}, []string{"a=1", "b=1", "c=1", "d=1", "e=1"}, `; until then "a", "b", "c", 2 more stay there`},
		{[]string{"a:=1"}, []string{"b=2"}, `put it in .treatyignore`},
		{[]string{"[x]:=1"}, []string{"b=2"}, `put it in .treatyignore as /\[x]:`},
	} {
		w := &world{options: defaults(), base: memoryBaseline{}}
		w.trees[plan.Local], w.trees[plan.Remote] = newTree(tree.POSIX), newTree(tree.FAT)
		for side, list := range [][]string{c.local, c.base} {
			entries, err := items(strings.Join(list, " "))
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range entries {
				for dir := i.path.Parent(); dir != tree.Root; dir = dir.Parent() {
					w.trees[side].put(dir, &node{kind: tree.Directory, mode: tree.Perm(0o755)})
				}
				n := i.node
				w.trees[side].put(i.path, &n)
				if side == int(plan.Remote) {
					if err := w.remember(i); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		p, err := w.compare()
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Problems) != 1 || !strings.HasSuffix(p.Problems[0].Message, c.says) {
			t.Errorf("%v, of %v: %v, want %q", c.local, c.base, p.Problems, c.says)
		}
	}
}
