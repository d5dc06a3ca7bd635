package apply_test

import (
	"testing"

	"treaty/apply"
	"treaty/plan"
	"treaty/plan/tree"
)

const (
	composed   = "\u00e9"
	decomposed = "e\u0301"
)

// Two files that each side knows under the name that the other one has for the other file: local's composed one was
// synced with remote's decomposed one, and both sides got a second one since.
func TestOfTwoNamesThatCrossEachIsHeldToItsOwnConflict(t *testing.T) {
	needPosix(t, "names that differ in normalisation")
	for _, take := range []plan.Resolution{plan.TakeLocal, plan.TakeRemote} {
		for _, drifts := range []bool{false, true} {
			w := newWorld(t, scratch(t))
			w.options = unshaped()
			tryParse(t, `"`+composed+`"=1`).write(t, w.at[plan.Local])
			tryParse(t, `"`+decomposed+`"=1`).write(t, w.at[plan.Remote])
			if r, err := w.apply(w.paired((*apply.Pair).Plan)); err != nil {
				t.Fatalf("%v\n%s", err, outcomes(r))
			}
			w.setTo(plan.Local, composed, "22")
			w.setTo(plan.Remote, decomposed, "333")
			w.setTo(plan.Local, decomposed, "4444")
			w.setTo(plan.Remote, composed, "55555")

			p := w.paired((*apply.Pair).Plan)
			for i := range p.Conflicts {
				p.Conflicts[i].Resolution = take
			}
			conflict(t, p, composed)
			conflict(t, p, decomposed)
			request := w.request(p)
			if drifts {
				w.setTo(plan.Remote, "drift", "6") // what is expected is compared path by path then
				request.AllowUnrelatedDrift = true
			}
			r, err := apply.Apply(t.Context(), request)
			if err != nil {
				t.Fatalf("%v\n%s%s", err, describe(p), outcomes(r))
			}
			local, remote := w.tree(plan.Local), w.tree(plan.Remote)
			for here, there := range map[string]string{composed: decomposed, decomposed: composed} {
				want := map[plan.Resolution]string{plan.TakeLocal: w.was[plan.Local][tree.Path(here)].content,
					plan.TakeRemote: w.was[plan.Remote][tree.Path(there)].content}[take]
				if local[tree.Path(here)].content != want || remote[tree.Path(there)].content != want {
					t.Errorf("%s of %q: local %v, remote %v, want %q", take, here, local, remote, want)
				}
			}
		}
	}
}
