package apply_test

import (
	"testing"

	"treaty/apply/internal/memory"
	"treaty/plan"
	"treaty/testdata/effort"
)

// A person may have put a file in the place of a directory, once an apply was interrupted: what lay in that
// directory is not brought back there, and all else is settled.
func TestAFileInThePlaceOfADirectoryDoesNotStopSettling(t *testing.T) {
	dies := &accident{when: memory.After, with: errDead, dead: true}
	w, _ := richInMemory(t)
	old := w.tree(plan.Remote)
	theirs := tryParse(t, "both=99")
	met := false
	for n := 1; ; n += effort.Stride(9, 3) {
		w, p := richInMemory(t)
		over := dies.happens(w, n)
		_, err := w.apply(p)
		if !over() || err == nil {
			break
		}
		now := w.tree(plan.Remote)
		if now["both"] != old["both"] || now["both/a"] == old["both/a"] {
			continue
		}
		met = true
		remote := w.place(plan.Remote)
		remote.rename(t, "both", "moved")
		remote.write(t, theirs)
		if _, err := w.recover(nil, plan.Local, plan.Remote); err != nil {
			t.Fatalf("interrupted at call %d: %v", n, err)
		}
		for _, side := range plan.BothSides {
			if w.open(side) {
				t.Fatalf("interrupted at call %d: %s: the journal is open", n, side)
			}
		}
		w.keepsEverything(w.was)
		if is := w.tree(plan.Remote)["both"]; is.content != theirs["both"].content {
			t.Errorf("interrupted at call %d: what the person wrote is %v", n, is)
		}
	}
	if !met {
		t.Error("it was never interrupted where that matters")
	}
}

// richInMemory is the rich world with both trees in memory.
func richInMemory(t tester) (*world, *plan.Plan) {
	w := newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX})
	w.can = &memory.POSIX.Probed.Can
	return w, w.rich()
}
