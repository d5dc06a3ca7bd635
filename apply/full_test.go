package apply_test

import (
	"context"
	"errors"
	"testing"

	"treaty/apply"
	"treaty/apply/volume"
	"treaty/plan"
)

// full is a volume that has no room to be tried.
type full struct{ volume.Volume }

func (f full) Probe() (volume.Probed, error) {
	return volume.Probed{LosesRenames: true}, volume.ErrFull
}

// Where what was staged has taken all the room, an apply is a safety stop, and going back needs none.
func TestAFullVolumeIsSettledBack(t *testing.T) {
	w := newWorld(t, scratch(t))
	w.base = native(tryParse(t, "a=1 b=2"))
	w.base.write(t, w.at[plan.Remote])
	native(tryParse(t, "a=5 c=7 d=8")).write(t, w.at[plan.Local])
	n := 10
	p := w.compare()
	request := w.request(p)
	for begun := false; !begun; _, begun = w.begun(p) {
		broken := request
		broken.SetHook((&breaker{n: n, with: errDead}).hook)
		if _, err := apply.Apply(context.Background(), broken); err == nil {
			t.Fatal("it was not interrupted")
		}
		n++
	}
	nearly := func(root string) (volume.Volume, error) {
		v, err := request.Open.Volume(root)
		return full{v}, err
	}
	again := request
	again.Open = nearly
	if _, err := apply.Apply(context.Background(), again); !errors.Is(err, apply.ErrSafety) {
		t.Errorf("apply on a full volume: %v", err)
	}
	settled, err := apply.Recover(context.Background(),
		apply.Recovery{Dirs: []string{w.at[plan.Local], w.at[plan.Remote]}, Open: nearly})
	if err != nil || len(settled.Applies) != 1 {
		t.Errorf("%+v, %v", settled, err)
	}
}
