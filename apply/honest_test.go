package apply_test

import (
	"crypto/sha256"
	"strings"

	"treaty/apply"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
)

// honest holds a receipt to what is on the disk.
func (w *world) honest(p *plan.Plan, r *apply.Receipt, was plan.Sides[nodes]) {
	w.Helper()
	now := w.trees()
	totals := counted(r)
	for i := range r.Results {
		result := &r.Results[i]
		if (result.Error == "") != (result.Outcome == apply.Done) {
			w.Errorf("%s has the error %q", line(result), result.Error)
		}
		if result.Side != nil && result.Outcome == apply.Done {
			w.keptAsTold(p, result, was)
			totals.Bytes += w.hashedAsTold(p, result, was, now)
		}
	}
	if totals != r.Totals {
		w.Errorf("the totals are %+v, and the results come to %+v", r.Totals, totals)
	}
	outcome := apply.Complete
	if totals.Drifted+totals.Failed > 0 {
		outcome = apply.Partial
	}
	if r.Outcome != outcome {
		w.Errorf("the outcome is %s, with %+v", r.Outcome, totals)
	}
	if r.Plan.ID != p.ID || r.Plan.SHA256 != sha256.Sum256(w.text(p)) {
		w.Errorf("the receipt is of %v", r.Plan)
	}
	w.archived(p)
}

// counted are the totals that results come to, without the bytes.
func counted(r *apply.Receipt) (t apply.Totals) {
	for i := range r.Results {
		switch r.Results[i].Outcome {
		case apply.Done:
			t.Done++
		case apply.Skipped:
			t.Skipped++
		case apply.Drifted:
			t.Drifted++
		case apply.Failed:
			t.Failed++
		}
	}
	return t
}

// keptAsTold holds that what was at the path of an operation that was done is in the trash, where the result says so.
func (w *world) keptAsTold(p *plan.Plan, result *apply.Result, was plan.Sides[nodes]) {
	w.Helper()
	before, there := was[*result.Side][result.Path]
	displaces := there && before.kind != tree.Directory && (*result.Action == plan.Update || *result.Action == plan.Delete)
	switch {
	case displaces && result.Trash == "":
		w.Errorf("%s: what was there went nowhere", line(result))
	case displaces:
		old, err := w.place(*result.Side).node(result.Trash)
		if err != nil || old != before {
			w.Errorf("%s: the trash has %v (%v), not %v", line(result), old, err, before)
		}
		if !strings.HasPrefix(result.Trash, ".treaty/trash/"+p.ID+"/") {
			w.Errorf("%s: the trash is %s", line(result), result.Trash)
		}
	case there && before.kind == tree.File && *result.Action == plan.Chmod && result.Trash != "" && !w.linked:
		w.Errorf("%s: %s in the trash", line(result), result.Trash)
	}
}

// hashedAsTold holds the hash of a result to the content that it is of, and returns how many bytes were written.
func (w *world) hashedAsTold(p *plan.Plan, result *apply.Result, was, now plan.Sides[nodes]) (bytes int64) {
	w.Helper()
	n := now[*result.Side][result.Path]
	if *result.Action == plan.Delete {
		n = was[*result.Side][result.Path]
	}
	var sum tree.Hash
	if n.kind == tree.File {
		sum = sha256.Sum256([]byte(n.content))
		if *result.Action == plan.Create || *result.Action == plan.Update {
			bytes = int64(len(n.content))
		}
	}
	if result.SHA256 != sum && (p.Options.Hash != plan.HashConflicts || result.SHA256.Known()) {
		w.Errorf("%s: the receipt has the hash %v, and the content %v", line(result), result.SHA256, sum)
	}
	return bytes
}

// archived holds the history to what was just applied.
func (w *world) archived(p *plan.Plan) {
	w.Helper()
	broken, err := w.verify()
	check(w, err)
	for _, line := range broken {
		w.Errorf("log --verify: %s", line)
	}
	store := w.store(plan.Local)
	defer store.Close()
	a, err := store.Applied(p.ID)
	check(w, err)
	if a == nil {
		w.Errorf("the plan is not in the history")
		return
	}
	text, err := store.File(*a, "plan.json")
	if err != nil || string(text) != string(w.text(p)) {
		w.Errorf("the archived plan is not the plan that was applied (%v)", err)
	}
}

// verify re-hashes the history, with the heads of both trees.
func (w *world) verify() ([]string, error) {
	w.Helper()
	heads := map[string]*store.Head{}
	var local *store.Store
	for _, side := range plan.BothSides {
		store := w.store(side)
		defer store.Close()
		if side == plan.Local {
			local = store
		}
		identity, err := store.Identity()
		if err != nil {
			return []string{err.Error()}, nil
		}
		if identity != nil {
			heads[side.String()] = identity.Head
		}
	}
	return local.Verify(heads)
}
