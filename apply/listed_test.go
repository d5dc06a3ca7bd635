package apply_test

import (
	"context"
	"fmt"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/local"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/scan"
)

// walks is a volume that counts how often it is listed.
type walks struct {
	volume.Volume
	times *int
}

func (l walks) Walk(ctx context.Context, options scan.Options) volume.Walk {
	*l.times++
	return l.Volume.Walk(ctx, options)
}

// A tree is looked at before the first write, and again only where something was done to it: what is recorded of the
// other one is what was seen already.
func TestATreeThatNothingIsDoneToIsListedOnce(t *testing.T) {
	for _, c := range []struct {
		local, remote string
		times         plan.Sides[int]
	}{
		{"a=1 d/b=2", "a=1 d/b=2", plan.Sides[int]{1, 1}},
		{"a=1 d/b=2", "", plan.Sides[int]{1, 2}},
		{"", "a=1 d/b=2", plan.Sides[int]{2, 1}},
		{"a=1", "d/b=2", plan.Sides[int]{2, 2}},
	} {
		t.Run(fmt.Sprintf("%s to %s", c.local, c.remote), func(t *testing.T) {
			w := newWorld(t, t.TempDir())
			w.place(plan.Local).write(t, tryParse(t, c.local))
			w.place(plan.Remote).write(t, tryParse(t, c.remote))
			request := w.request(w.compare())
			var times plan.Sides[int]
			request.Open = func(root string) (volume.Volume, error) {
				v, err := local.Open(root)
				if root == w.at[plan.Local] {
					return walks{v, &times[plan.Local]}, err
				}
				return walks{v, &times[plan.Remote]}, err
			}
			_, err := apply.Apply(context.Background(), request)
			check(t, err)
			if times != c.times {
				t.Errorf("they are listed %v times, not %v", times, c.times)
			}
			if again := w.compare(); len(again.Operations)+len(again.Conflicts) > 0 || w.recorded("d/b") == nil {
				t.Errorf("not all is done and recorded: %+v", again.Summary)
			}
		})
	}
}
