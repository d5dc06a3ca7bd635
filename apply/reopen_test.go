package apply_test

import (
	"context"
	"errors"
	"slices"
	"syscall"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/disk"
	"treaty/plan"
)

// A directory got the mode that it is to have, and something in it was not done: it is opened again for
// that, and closed, whoever runs treaty. Root alone would need neither.
func TestADirectoryIsOpenedAgainForWhatIsLeft(t *testing.T) {
	needPosix(t, "modes")
	for _, c := range []struct{ name, base, local, remote string }{
		{"made", "", "", "d/!555 d/a=1"},
		{"with another mode", "d/ d/x=5", "d/ d/x=5", "d/!555 d/x=5 d/a=1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, scratch(t))
			if c.base != "" {
				w.base = tryParse(t, c.base)
			}
			tryParse(t, c.local).write(t, w.at[plan.Local])
			tryParse(t, c.remote).write(t, w.at[plan.Remote])
			p := w.compare()
			request := w.request(p)
			request.SetHook(func(_ plan.Side, call disk.Call) error {
				if call.Path == "d/a" {
					return syscall.EPERM
				}
				return nil
			})
			if _, err := apply.Apply(context.Background(), request); !errors.Is(err, apply.ErrPartial) {
				t.Fatal(err)
			}
			if got := w.tree(plan.Local)["d"].mode.Bits(); got != 0o555 {
				t.Fatalf("the directory has mode %o", got)
			}
			var calls []string
			request = w.request(p)
			request.SetHook(func(_ plan.Side, call disk.Call) error {
				if call.Path == "d" || call.Path == "d/a" {
					calls = append(calls, string(call.Kind))
				}
				return nil
			})
			if _, err := apply.Apply(context.Background(), request); err != nil {
				t.Fatal(err)
			}
			if n := len(calls); n < 3 || calls[0] != "chmod" || calls[n-1] != "chmod" || !slices.Contains(calls[1:n-1], "rename") {
				t.Errorf("calls: %q", calls)
			}
			if got, want := w.tree(plan.Local), tryParse(t, c.remote); !got.equal(want) {
				t.Errorf("local:\n%v, want\n%v", got, want)
			}
		})
	}
}
