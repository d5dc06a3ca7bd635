package execute

import (
	"testing"
	"unsafe"

	"treaty/plan"
	"treaty/plan/tree"
)

// A plan may have a million steps, and all of them are held.
func TestATaskTakesLittleRoom(t *testing.T) {
	if size := unsafe.Sizeof(task{}); size > 80 {
		t.Errorf("a task takes %d bytes", size)
	}
}

func TestWhatIsLeftAsPlannedTakesNoRoomOfItsOwn(t *testing.T) {
	after := &tree.State{Type: tree.File, Size: 1, Mtime: tree.UnixTime(5, 0), Mode: tree.Perm(0o644),
		SHA256: tree.Hash{1}}
	one := &task{Step: Step{&plan.Step{Operation: &plan.Operation{After: after}}}}
	left := tree.Entry{Name: "a", Type: tree.File, Size: 1, Mtime: tree.UnixTime(5, 0), Mode: tree.Perm(0o644)}
	if one.leave(&left); one.left != after || one.remains().SHA256.Known() {
		t.Errorf("%+v", one.left)
	}
	left.Mode = tree.Perm(0o600)
	if one.leave(&left); one.left == after || one.remains().Mode != left.Mode {
		t.Errorf("%+v", one.left)
	}
}
