package plan_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"treaty/plan"
)

var update = flag.Bool("update", false, "write testdata/plans anew")

// The files of testdata/plans hold every action and every kind of conflict, byte for byte.
func TestGoldenPlans(t *testing.T) {
	actions, kinds := map[plan.Action]bool{}, map[plan.Kind]bool{}
	for name, lines := range map[string]string{
		"empty": `
			local:  a=1 d/
			remote: a=1 d/`,
		"first-sync": `
			options: remote-fs=fat
			local:  notes.txt="one\ntwo\n"@20 new.sh=1 d/e/f=2 touched=3@30 Both=4@40 a:b=5 one=6 l->notes.txt .DS_Store=9
			remote: notes.txt="one\n"@10 touched=3@50 both=44@40 other=7 two=6`,
		"both-ways": `
			local:  a="x\ny\n"@20 b="x\n"@10 kind/x=1 l->x
			remote: a="x\n"@10 b="x\nz\n"@20 kind=1 l->y`,
		"all-hashed": `
			options: hash=all
			local:  a=1@10
			remote: a=2@10`,
		"with-baseline": `
			options: diffs=updates
			base:   up="a\nb\n"@1 gone=2 old=M mode=4 time=5 both="1\n"@6 lost=7 swap1=S swap2=T dir/x=8 dir/y=9
			local:  up="a\nc\n"@20 moved=M mode=4!755 time=5@60 both="2\n"@70 swap1=T swap2=S new/in=x link->up
			remote: up="a\nb\n"@1 gone=2 old=M mode=4 time=5 both="3\n"@80 lost=71@90 swap1=S swap2=T dir/x=8 dir/y=99`,
	} {
		c := &tableCase{}
		for line := range strings.SplitSeq(strings.TrimSpace(lines), "\n") {
			key, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
			if err := c.add(key, strings.TrimSpace(rest)); err != nil {
				t.Fatal(err)
			}
		}
		w, err := c.world()
		if err != nil {
			t.Fatal(err)
		}
		p, err := w.compare()
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range p.Operations {
			actions[op.Action] = true
		}
		for _, conflict := range p.Conflicts {
			kinds[conflict.Kind] = true
		}
		checkDocument(t, name, p)
		got := []byte(text(t, p))
		file := filepath.Join("..", "testdata", "plans", name+".plan.json")
		if *update {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what is planned now (go test ./plan -update writes it anew):\n%s", file, got)
		}
	}
	for _, action := range plan.Actions {
		if !actions[action] {
			t.Errorf("no golden plan has a %s", action)
		}
	}
	for _, kind := range []plan.Kind{plan.BidirectionalUpdate, plan.BothChanged, plan.BothCreated, plan.ChangedAndDeleted,
		plan.TypeMismatch, plan.SameTimeDifferentSize, plan.SameStatDifferentContent, plan.RenamedDifferently} {
		if !kinds[kind] {
			t.Errorf("no golden plan has a conflict %s", kind)
		}
	}
}
