package preflight

import (
	"errors"
	"math"
	"strings"
	"testing"

	"treaty/apply/internal/ends"
	"treaty/apply/internal/execute"
	"treaty/apply/refusal"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// Copies take room on the other side, in its blocks, and are named where there is too little.
func TestCopiesNeedRoom(t *testing.T) {
	space := volume.Space{Free: 4 << 20, Total: 1 << 40, Block: 4096}
	f := newForecast(&ends.End{Volume: nowhere{}, Side: plan.Local}, tree.Unknown)
	f.space = space
	op := &plan.Operation{Action: plan.Update, Path: "a", After: &tree.State{Type: tree.File, Size: 1}}
	f.expect(&execute.Step{Step: &plan.Step{Operation: op}})
	f.keep([]int64{5, 2 << 20})
	if want := (need{2*4096 + 2<<20, 4096 + 2<<20, 3}); f.need != want {
		t.Errorf("%+v, want %+v", f.need, want)
	}
	if err := f.enoughSpace(); err != nil {
		t.Errorf("there is room: %v", err)
	}
	if want := int64(4<<20-(2<<20+2*4096)-3*slotBytes) - space.Reserve(); f.spare() != want {
		t.Errorf("%d bytes to spare, not %d", f.spare(), want)
	}
	f.space.Free = 2<<20 + 5000
	err := f.enoughSpace()
	const why = "2101248 of them for copies of what is replaced, moved or deleted on remote"
	if !errors.Is(err, refusal.ErrSafety) || !strings.Contains(err.Error(), why) {
		t.Errorf("without room: %v", err)
	}
	want := refusal.Room{Free: 2<<20 + 5000, Writes: 2<<20 + 2*4096 + 3*slotBytes, Reserve: space.Reserve(),
		Copies: 4096 + 2<<20}
	if room := (&refusal.Room{}); !errors.As(err, &room) || *room != want {
		t.Errorf("%+v, want %+v", room, want)
	}
}

// A volume with bytes and no inodes is full too, and what is kept of texts is kept to what is free of them.
func TestNewNamesNeedInodes(t *testing.T) {
	space := volume.Space{Free: 1 << 30, Total: 1 << 40, Block: 4096, Inodes: 100, FreeInodes: volume.ReserveInodes + 2}
	f := newForecast(&ends.End{Volume: nowhere{}, Side: plan.Local}, tree.Unknown)
	f.space = space
	if f.write(1); f.enoughSpace() != nil || f.spare() != leastText {
		t.Errorf("%v, %d bytes to spare", f.enoughSpace(), f.spare())
	}
	f.write(1)
	f.write(1)
	const why = "local has room for 34 more files and directories (inodes), and the plan needs 35 there"
	if err := f.enoughSpace(); !errors.Is(err, refusal.ErrSafety) || err.Error() != why {
		t.Errorf("without inodes: %v", err)
	}
	f.need = need{}
	if err := f.enoughSpace(); err != nil {
		t.Errorf("what makes nothing new needs none: %v", err)
	}
}

func TestAVolumeThatDoesNotTellItsSizeHasRoom(t *testing.T) {
	f := newForecast(&ends.End{Volume: nowhere{}, Side: plan.Local}, tree.Unknown)
	f.write(1 << 40)
	if err := f.enoughSpace(); err != nil || f.spare() != math.MaxInt64 {
		t.Errorf("%d bytes to spare, %v", f.spare(), err)
	}
}

// nowhere is a volume of which only the root is asked.
type nowhere struct{ volume.Volume }

func (nowhere) Root() string { return "nowhere" }
