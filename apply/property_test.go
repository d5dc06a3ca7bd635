package apply_test

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"treaty/apply"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// story is what a failing example looked like.
func (w *world) story(p *plan.Plan, was plan.Sides[nodes], receipt *apply.Receipt, err error) {
	w.Logf("base:   %v\nlocal:  %v\nremote: %v\nplan:\n%sresults:\n%serror: %v\nlocal:  %v\nremote: %v",
		w.base, was[0], was[1], describe(p), outcomes(receipt), err, w.tree(0), w.tree(1))
}

func TestAnyPlanOfAnyTrees(t *testing.T) {
	dir := scratch(t)
	effort.Check(t, 2, 15, func(r *rapid.T) {
		w := anyWorld(r, dir)
		defer os.RemoveAll(w.dir)
		w.fat = rapid.SampledFrom(fats).Draw(r, "fat")
		w.anyPlan(r)
	})
}

// anyPlan makes a plan, has it reviewed and applied, and holds what comes of it to the invariants.
func (w *world) anyPlan(r *rapid.T) {
	p, digests := w.compared()
	listed := len(p.Operations)
	all := decide(r, p)
	was := w.trees()
	receipt, told := w.applies(r, p)
	defer told()
	w.honest(p, receipt, was)
	w.asShown(p.Skips(digests.Has), receipt, listed == len(p.Operations))
	w.nothingStaged()
	if all && !slices.ContainsFunc(receipt.Results, func(result apply.Result) bool {
		return result.Outcome != apply.Done && !kept(p, result)
	}) && p.Summary.Problems.Blocked+p.Summary.Problems.Warning == 0 {
		w.equalButForStat(p)
	}
	// No operation is carried out twice.
	again := w.request(p)
	w.refuses(again, &fault{cause: apply.ErrStale, why: "applied already"})
}

// applies applies a plan, which is to come to a receipt, and holds it to the invariants of all plans. What it returns
// besides tells what happened, if the test has failed by then.
func (w *world) applies(r *rapid.T, p *plan.Plan) (receipt *apply.Receipt, told func()) {
	was := w.trees()
	receipt, err := w.apply(p)
	told = func() {
		if r.Failed() {
			w.story(p, was, receipt, err)
		}
	}
	if err != nil || receipt == nil {
		w.story(p, was, receipt, err)
		r.Fatalf("%v", err)
	}
	w.keepsEverything(was)
	w.touchesOnly(p, was)
	return receipt, told
}

// asShown holds that operations were left out as shown and, where whole tells that none was taken out of the
// plan, no others were.
func (w *world) asShown(shown map[int]plan.Why, receipt *apply.Receipt, whole bool) {
	w.Helper()
	for i := range receipt.Results {
		result := &receipt.Results[i]
		why := shown[result.Operation]
		if result.Operation == 0 || why == "" && !whole {
			continue
		}
		if skipped := result.Outcome == apply.Skipped; skipped != (why != "") || skipped && result.Error != string(why) {
			w.Errorf("%s (%s) is shown with %q", line(result), result.Error, why)
		}
	}
}

// kept tells of a delete of a directory that a resolution brought something back into.
func kept(p *plan.Plan, result apply.Result) bool {
	return result.Outcome == apply.Skipped && result.Action != nil && *result.Action == plan.Delete &&
		slices.ContainsFunc(p.Conflicts, func(c plan.Conflict) bool { return c.Path.Within(result.Path) })
}

// equalButForStat is settled, up to files that were taken as equal by their size and time.
func (w *world) equalButForStat(p *plan.Plan) {
	now := w.trees()
	for path, n := range now[plan.Local] {
		other, there := now[plan.Remote][path]
		if n != other && (!there || n.kind != tree.File || other.kind != tree.File || n.mtime != other.mtime ||
			len(n.content) != len(other.content) || p.Options.Hash == plan.HashAll) {
			w.Errorf("%s: %v and %v", path, n, other)
		}
	}
	for path := range now[plan.Remote] {
		if _, there := now[plan.Local][path]; !there {
			w.Errorf("%s is on remote only", path)
		}
	}
	base := w.base
	w.base = nil
	defer func() { w.base = base }()
	if next, _ := w.survey(); !next.Empty() {
		w.Errorf("the next plan is not empty:\n%s", describe(next))
	}
}

// TestAnyEditedPlan changes anything in plans: they are refused with nothing changed, or nothing is lost
// and nothing else touched.
func TestAnyEditedPlan(t *testing.T) {
	dir := scratch(t)
	applied := 0
	effort.Check(t, 4, 20, func(r *rapid.T) {
		w := anyWorld(r, dir)
		defer os.RemoveAll(w.dir)
		applied += w.anyEditedPlan(r)
	})
	if applied == 0 {
		t.Error("no edited plan was ever applied")
	}
}

// anyEditedPlan makes a plan, changes anything in it, and has it applied. It returns how many were.
func (w *world) anyEditedPlan(r *rapid.T) (applied int) {
	p := w.compare()
	decide(r, p)
	var document map[string]any
	check(r, json.Unmarshal(w.text(p), &document))
	for range rapid.IntRange(1, 3).Draw(r, "edits") {
		mutate(r, document)
	}
	text, err := json.MarshalIndent(document, "", "  ")
	check(r, err)
	q, err := plan.Read(text)
	if err != nil {
		w.refuses(apply.Request{Plan: text, By: ann, Open: w.opener()}, &fault{cause: apply.ErrInvalid})
		return 0
	}
	if q.Local.Root == w.at[plan.Remote] {
		// the plan is about the same two trees, the other way round
		w.at[plan.Local], w.at[plan.Remote] = w.at[plan.Remote], w.at[plan.Local]
	}
	request := apply.Request{Plan: text, Approval: w.approve(text), By: ann,
		Roots: w.at, Open: w.opener(), Care: apply.Care{AllowUnrelatedDrift: rapid.Bool().Draw(r, "allow unrelated drift")}}
	was, all := w.trees(), w.snapshot()
	receipt, err := apply.Apply(context.Background(), request)
	defer func() {
		if r.Failed() {
			w.story(q, was, receipt, err)
			r.Logf("%s", text)
		}
	}()
	if receipt == nil {
		if err == nil {
			r.Errorf("neither receipt nor error")
		}
		if now := w.snapshot(); !now.equal(all) {
			r.Errorf("refused, and changed from\n%v\nto\n%v", all, now)
		}
		return 0
	}
	w.keepsEverything(was)
	w.touchesOnly(q, was)
	w.nothingStaged()
	return 1
}
