package apply_test

import (
	"os"
	"testing"
	"time"

	"treaty/apply"
	"treaty/plan"
	"treaty/plan/tree"
)

// What was saved just before the first sync is known to both trees all the same: who then renames or deletes it on one
// side is followed, and nobody is asked whether the other side has changed it.
func TestWhatWasSavedJustBeforeAFirstSyncIsOnRecordWithItsContent(t *testing.T) {
	needPosix(t, "modes")
	now := time.Now()
	for _, c := range []struct {
		name          string
		local, remote string
		// saved is the time of the file, planned when the plan was made.
		saved, planned time.Time
	}{
		{"copied, with a time that is yet to come", "1", "", now.Add(time.Hour), now},
		{"copied, saved as the plan was made", "1", "", now.Add(-time.Minute), now.Add(-time.Minute)},
		{"on both sides, with a time that is yet to come", "1", "1", now.Add(time.Hour), now},
	} {
		for _, gone := range plan.BothSides {
			for _, renamed := range []bool{false, true} {
				w := newWorld(t, scratch(t))
				w.options = unshaped()
				file := node{kind: tree.File, mtime: tree.TimeOf(c.saved), mode: tree.Perm(0o644)}
				for side, content := range []string{c.local, c.remote} {
					if file.content = content; content != "" {
						writeFile(t, w.path(plan.BothSides[side], "a"), file)
					}
				}
				p := w.paired((*apply.Pair).Plan)
				p.CreatedAt = c.planned
				if r, err := w.apply(p); err != nil {
					t.Fatalf("%s: %v\n%s", c.name, err, outcomes(r))
				}
				if record := w.recorded("a"); record == nil || record.SHA256 != hashOf([]byte(c.local)) {
					t.Errorf("%s: on record is %+v", c.name, record)
				}
				follows := "delete " + gone.Other().String() + " a"
				if renamed {
					check(t, os.Rename(w.path(gone, "a"), w.path(gone, "b")))
					follows = "move " + gone.Other().String() + " b from a"
				} else {
					check(t, os.Remove(w.path(gone, "a")))
				}
				operation(t, w.paired((*apply.Pair).Plan), follows)
			}
		}
	}
}

// Two files that only look alike, saved just before the first sync, are found out when it ends: none is on record as
// the other.
func TestTwoFilesThatLookAlikeJustBeforeAFirstSyncAreAConflictInTheNext(t *testing.T) {
	w := newWorld(t, scratch(t))
	w.options = unshaped()
	soon := tree.TimeOf(time.Now().Add(time.Hour))
	for side, content := range []string{"one", "two"} {
		writeFile(t, w.path(plan.BothSides[side], "a"),
			node{kind: tree.File, content: content, mtime: soon, mode: tree.Perm(0o644)})
	}
	if r, err := w.apply(w.paired((*apply.Pair).Plan)); err != nil {
		t.Fatalf("%v\n%s", err, outcomes(r))
	}
	if record := w.recorded("a"); record != nil {
		t.Errorf("on record is %+v", record)
	}
	if c := conflict(t, w.paired((*apply.Pair).Plan), "a"); c.Kind != plan.SameStatDifferentContent {
		t.Errorf("the conflict is %s", c.Kind)
	}
}
