package apply_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/disk"
	"treaty/apply/internal/memory"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// Both sides agreed on the first of these texts; each then changed another line of it, which keeps its size.
const (
	agreedText = "text=one~two~three~four@10"
	mergedText = "ONE~two~three~FOUR"
)

// edit makes a side's text what somebody made of it at a second.
func (w *world) edit(side plan.Side, text string, second int) {
	w.Helper()
	w.place(side).remove(w, "text")
	w.place(side).write(w, tryParse(w, fmt.Sprintf("text=%s@%d", text, second)))
}

// agreedAndEdited is a world whose sides agreed on a text, and changed it since.
func (w *world) agreedAndEdited() {
	w.Helper()
	w.place(plan.Local).write(w, tryParse(w, agreedText))
	w.takes(plan.Unresolved)
	w.edit(plan.Local, "ONE~two~three~four", 100)
	w.edit(plan.Remote, "one~two~three~FOUR", 101)
}

// takes plans, settles what is in conflict, and applies.
func (w *world) takes(choice plan.Resolution) {
	w.Helper()
	p := w.paired((*apply.Pair).Plan)
	for i := range p.Conflicts {
		p.Conflicts[i].Resolution = choice
	}
	_, err := w.apply(p)
	check(w, err)
}

// offersMerge holds a plan to one conflict, that has the merge and nothing open in it.
func (w *world) offersMerge(p *plan.Plan) {
	w.Helper()
	if len(p.Conflicts) != 1 || len(p.Operations) > 0 {
		w.Fatalf("no one conflict:\n%s", describe(p))
	}
	c := &p.Conflicts[0]
	offered := c.Merge != nil && c.Choices.Allows(plan.TakeMerged)
	if !offered || c.Merge.Open > 0 || string(c.Merge.Text()) != lined(mergedText) {
		w.Fatalf("no merge is offered: %+v", c.Merge)
	}
}

// merged holds both sides to the merge, and the next plan to nothing.
func (w *world) merged() {
	w.Helper()
	if has := w.having(); has != (plan.Sides[bool]{true, true}) {
		w.Errorf("who has the merge: %v", has)
	}
	if p := w.paired((*apply.Pair).Plan); len(p.Operations)+len(p.Conflicts) > 0 {
		w.Errorf("the next plan is not empty:\n%s", describe(p))
	}
}

// having tells which sides have the merge.
func (w *world) having() (has plan.Sides[bool]) {
	for _, side := range plan.BothSides {
		has[side] = w.tree(side)["text"].content == lined(mergedText)
	}
	return has
}

// lined is a content of the language of trees as it lies on the disk.
func lined(content string) string { return strings.ReplaceAll(content, "~", "\n") }

func TestAfterAMergeIsTakenTheNextPlanIsEmpty(t *testing.T) {
	for _, kinds := range []plan.Sides[*memory.Kind]{{&memory.POSIX, &memory.POSIX}, {&memory.POSIX, &memory.FAT},
		{&memory.FAT, &memory.POSIX}, {&memory.FAT, &memory.FAT}} {
		for second := range 4 {
			t.Run(fmt.Sprint(kinds[plan.Local].Mount.Type, kinds[plan.Remote].Mount.Type, second), func(t *testing.T) {
				w := newWorldOf(t, "", kinds)
				w.agreedAndEdited()
				w.edit(plan.Remote, "one~two~three~FOUR", 99+second)
				w.offersMerge(w.paired((*apply.Pair).Plan))
				w.takes(plan.TakeMerged)
				w.merged()
			})
		}
	}
}

// A run that dies between the two sides and is settled back leaves the merge to be offered again, also where one side
// has it already.
func TestAfterSettlingBackAMergeIsOfferedAgain(t *testing.T) {
	half := 0
	for n := 1; ; n++ {
		w := newWorld(t, scratch(t))
		w.agreedAndEdited()
		p := w.paired((*apply.Pair).Plan)
		w.offersMerge(p)
		p.Conflicts[0].Resolution = plan.TakeMerged
		b := &breaker{n: n, with: errDead}
		request := w.request(p)
		request.SetHook(func(side plan.Side, call disk.Call) error {
			if own := tree.Path(call.Path).Within(tree.PrivateFolder); own && !b.broke() && effort.Sweep() == 0 {
				return nil
			}
			return b.hook(side, call)
		})
		if _, err := apply.Apply(context.Background(), request); !b.broke() {
			check(t, err)
			break
		}
		if has := w.having(); has[plan.Local] != has[plan.Remote] {
			half++
		}
		_, err := w.recover(nil, plan.Local, plan.Remote)
		check(t, err)
		if has := w.having(); has[plan.Local] && has[plan.Remote] {
			continue
		}
		w.offersMerge(w.paired((*apply.Pair).Plan))
		w.takes(plan.TakeMerged)
		if w.merged(); t.Failed() {
			t.Fatalf("broken at call %d", n)
		}
	}
	if half == 0 {
		t.Errorf("no run was broken between the two sides")
	}
}

// A tree that is paired with one of the two gets the merge, also where it has one version whose size is the merge's,
// and whether or not anybody remembers what that pair agreed on.
func TestAThirdTreeGetsTheMerge(t *testing.T) {
	const third = "/memory/third"
	for _, kind := range []memory.Kind{memory.POSIX, memory.FAT} {
		for _, remembers := range []bool{true, false} {
			for second := 97; second < 106; second++ {
				t.Run(fmt.Sprint(kind.Mount.Type, remembers, second), func(t *testing.T) {
					w := newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX})
					w.agreedAndEdited()
					w.edit(plan.Remote, "one~two~three~FOUR", second)
					w.memory[third] = memory.New(third, kind)
					other := w.at[plan.Remote]
					w.at[plan.Remote] = third
					if remembers {
						w.takes(plan.Unresolved)
					} else {
						w.edit(plan.Remote, "ONE~two~three~four", 100)
					}
					w.at[plan.Remote] = other
					w.takes(plan.TakeMerged)
					w.at[plan.Remote] = third
					w.takes(plan.Unresolved)
					w.merged()
				})
			}
		}
	}
}

// A text that two baselines name stays until neither does: one tree has agreed on another since, and the other still
// changes what it had.
func TestATextThatTwoBaselinesNameStaysUntilNeitherDoes(t *testing.T) {
	const third = "/memory/third"
	w := newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX})
	w.memory[third] = memory.New(third, memory.POSIX)
	other := w.at[plan.Remote]
	w.place(plan.Local).write(t, tryParse(t, agreedText))
	w.takes(plan.Unresolved)
	w.at[plan.Remote] = third
	w.takes(plan.Unresolved)

	w.at[plan.Remote] = other
	w.edit(plan.Local, "ONE~two~three~four", 100)
	w.takes(plan.Unresolved)
	if !w.keeps(agreedText) || !w.keeps("text=ONE~two~three~four") {
		t.Errorf("a text that is on record is not kept")
	}

	w.at[plan.Remote] = third
	w.edit(plan.Remote, "one~two~three~FOUR", 101)
	w.offersMerge(w.paired((*apply.Pair).Plan))
	w.takes(plan.TakeMerged)
	w.merged()
	if w.keeps(agreedText) || !w.keeps("text=ONE~two~three~four") || !w.keeps("text="+mergedText) {
		t.Errorf("what is kept is not what is on record")
	}
}

// keeps tells whether local keeps a text to merge by.
func (w *world) keeps(text string) bool {
	w.Helper()
	s := w.store(plan.Local)
	defer s.Close()
	return s.Base(hashOf([]byte(tryParse(w, text)["text"].content))) != nil
}
