package apply_test

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/disk"
	"treaty/plan"
)

// With Verify, a file that does not hold what was written to it is told of, as on a stick that promises more
// than it has; without, nobody looks.
func TestVerifyReadsBackWhatWasWritten(t *testing.T) {
	for _, verify := range []bool{true, false} {
		w, p := busyWorld(t)
		r := w.request(p)
		r.Verify = verify
		var once sync.Once
		r.SetHook(func(_ plan.Side, call disk.Call) error {
			// Emptied directories go long after contents were installed.
			if call.Kind == disk.RemoveFolder && call.Path == "gone" {
				once.Do(func() { check(t, os.WriteFile(w.path(plan.Remote, "create"), []byte("x"), 0o644)) })
			}
			return nil
		})
		receipt, err := apply.Apply(context.Background(), r)
		var drifted []string
		for i := range receipt.Results {
			if receipt.Results[i].Outcome == apply.Drifted {
				drifted = append(drifted, line(&receipt.Results[i]))
			}
		}
		switch {
		case verify && (!errors.Is(err, apply.ErrPartial) || len(drifted) != 1 ||
			drifted[0] != "drifted create remote create"):
			t.Errorf("error %v, drifted %q", err, drifted)
		case !verify && err != nil:
			t.Error(err)
		}
		w.sparesCanary()
	}
}
