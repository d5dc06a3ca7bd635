//go:build linux

package apply_test

import (
	"os"
	"syscall"
	"testing"
	"time"

	"treaty/plan"
	"treaty/plan/tree"
)

// setFarTime is os.Chtimes for years that 64 bits of nanoseconds do not hold. It skips the test where the volume
// does not hold them either.
func (w *world) setFarTime(side plan.Side, path string, year int) tree.Time {
	w.Helper()
	at := time.Date(year, 1, 2, 3, 4, 5, 0, time.UTC)
	when := []syscall.Timespec{{Sec: at.Unix()}, {Sec: at.Unix()}}
	check(w, syscall.UtimesNano(w.path(side, path), when))
	info, err := os.Lstat(w.path(side, path))
	check(w, err)
	if !info.ModTime().Equal(at) {
		w.Skip("the volume holds no such times")
	}
	return tree.TimeOf(at)
}

func TestTimesBeyond64BitsOfNanosecondsTravel(t *testing.T) {
	w := newWorld(t, scratch(t))
	tryParse(t, "a=1 b=2 c=3").write(t, w.at[plan.Local])
	tryParse(t, "b=2 c=9").write(t, w.at[plan.Remote])
	later := w.setFarTime(plan.Local, "a", 2350)
	newer := w.setFarTime(plan.Local, "b", 2300)
	w.setFarTime(plan.Remote, "b", 2290)
	old := w.setFarTime(plan.Local, "c", 1600)
	w.setFarTime(plan.Remote, "c", 1500)
	_, err := w.apply(w.compare())
	check(t, err)
	for _, side := range plan.BothSides {
		for path, want := range map[tree.Path]tree.Time{"a": later, "b": newer, "c": old} {
			if got := w.tree(side)[path]; got.mtime != want {
				t.Errorf("%s: %s has %v, want %v", side, path, got.mtime, want)
			}
			if record := w.recorded(path); record == nil || record.On[side].Mtime != want {
				t.Errorf("%s: %s is recorded as %+v", side, path, record)
			}
		}
	}
	w.base = w.tree(plan.Local)
	if p := w.compare(); !p.Empty() {
		t.Errorf("the next plan is not empty:\n%s", describe(p))
	}
}
