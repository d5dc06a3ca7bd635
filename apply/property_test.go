package apply_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"treaty/apply"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// anyTree draws a small tree in which names, contents and times recur.
func anyTree(r *rapid.T, label string) nodes {
	m := nodes{}
	var fill func(dir tree.Path, depth int)
	fill = func(dir tree.Path, depth int) {
		for _, name := range []string{"a", "b", "c"} {
			at := dir.Join(name)
			kind := rapid.IntRange(0, 9).Draw(r, label+" "+string(at))
			switch {
			case kind <= 2:
			case kind <= 6:
				m[at] = anyFile(r, label+" "+string(at))
			case kind == 7:
				m[at] = node{kind: tree.Symlink, target: rapid.SampledFrom([]string{"a", "../x"}).Draw(r, "target")}
			case depth > 0:
				m[at] = node{kind: tree.Directory, mode: anyMode(r, directoryModes()...)}
				fill(at, depth-1)
			}
		}
	}
	fill(tree.Root, 2)
	return m
}

func anyFile(r *rapid.T, label string) node {
	content := rapid.SampledFrom([]string{"", "1", "2", "3", "long"}).Draw(r, label)
	return node{kind: tree.File, content: content, mode: anyMode(r, 0o644, 0o755, 0o600),
		mtime: epoch.Add(time.Duration(rapid.IntRange(1, 3).Draw(r, "second")) * 10e9)}
}

// directoryModes are those of directories in which whoever runs the tests may work.
func directoryModes() []uint32 {
	if os.Geteuid() == 0 {
		return []uint32{0o755, 0o700, 0o555}
	}
	return []uint32{0o755, 0o700}
}

func anyMode(r *rapid.T, modes ...uint32) tree.Mode {
	return tree.Perm(rapid.SampledFrom(modes).Draw(r, "mode"))
}

// edited draws a tree that a person made of another one.
func edited(r *rapid.T, m nodes, label string) nodes {
	out := nodes{}
	for _, path := range sorted(m) {
		if path.Parent() != tree.Root && out[path.Parent()].kind != tree.Directory {
			continue
		}
		n := m[path]
		switch kind := rapid.IntRange(0, 9).Draw(r, label+" "+string(path)); {
		case kind <= 4:
			out[path] = n
		case kind == 5: // gone
		case kind == 6: // renamed
			to := path.Parent().Join(path.Base() + "-renamed")
			if out[path] = n; n.kind == tree.File {
				delete(out, path)
				out[to] = n
			}
		case kind == 7 && n.kind != tree.Symlink:
			n.mode = anyMode(r, 0o755, 0o700)
			out[path] = n
		case n.kind == tree.Directory && kind == 8:
			out[path] = n
			out[path.Join("new")] = anyFile(r, label+" new")
		default:
			out[path] = anyFile(r, label+" instead")
			n := out[path]
			n.mtime = n.mtime.Add(100e9)
			out[path] = n
		}
	}
	return out
}

func sorted(m nodes) []tree.Path {
	var paths []tree.Path
	for path := range m {
		paths = append(paths, path)
	}
	slices.SortFunc(paths, tree.Compare)
	return paths
}

var worlds atomic.Int64

// anyWorld draws two trees, synced once or never.
func anyWorld(r *rapid.T, dir string) *world {
	dir = filepath.Join(dir, fmt.Sprint(worlds.Add(1)))
	check(r, os.Mkdir(dir, 0o700))
	w := newWorld(r, dir)
	w.fill(r)
	return w
}

// fill draws what two trees hold, synced once or never.
func (w *world) fill(r *rapid.T) {
	if rapid.Bool().Draw(r, "synced before") {
		w.base = native(anyTree(r, "base"))
		for _, side := range plan.BothSides {
			w.place(side).write(r, native(edited(r, w.base, side.String())))
		}
	} else {
		for _, side := range plan.BothSides {
			w.place(side).write(r, native(anyTree(r, side.String())))
		}
	}
	w.options.Hash = rapid.SampledFrom([]plan.HashWhat{plan.HashOperations, plan.HashConflicts, plan.HashAll}).Draw(r,
		"hash")
}

// decide draws what a reviewer might do to a plan, and tells whether all of it is to be carried out.
func decide(r *rapid.T, p *plan.Plan) (all bool) {
	all = true
	reviewed := rapid.Bool().Draw(r, "reviewed")
	kept := p.Operations[:0]
	for _, op := range p.Operations {
		what := 0
		if reviewed {
			what = rapid.IntRange(0, 9).Draw(r, "decision")
		}
		if what == 8 {
			op.Decision, all = plan.Skip, false
		}
		if what == 9 {
			all = false
			continue
		}
		kept = append(kept, op)
	}
	p.Operations = kept
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		var choices []plan.Resolution
		for _, choice := range c.Allowed() {
			if c.Choices.Allows(choice) && (choice != plan.SkipPath || reviewed) {
				choices = append(choices, choice)
			}
		}
		c.Resolution = rapid.SampledFrom(choices).Draw(r, "resolution of "+string(c.Path))
		all = all && c.Resolution != plan.SkipPath
	}
	return all
}

// story is what a failing example looked like.
func (w *world) story(p *plan.Plan, was plan.Sides[nodes], receipt *apply.Receipt, err error) {
	w.Logf("base:   %v\nlocal:  %v\nremote: %v\nplan:\n%sresults:\n%serror: %v\nlocal:  %v\nremote: %v", w.base, was[0],
		was[1],
		describe(p), outcomes(receipt), err, w.tree(0), w.tree(1))
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
	receipt, err := w.apply(p)
	defer func() {
		if r.Failed() {
			w.story(p, was, receipt, err)
		}
	}()
	if err != nil || receipt == nil {
		r.Fatalf("%v", err)
	}
	w.keepsEverything(was)
	w.touchesOnly(p, was)
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

// mutate changes one thing in a plan: an operation is dropped, doubled, turned to the other side, given
// another path, action or state; a conflict gets other names; or the plan lies about the trees.
func mutate(r *rapid.T, document map[string]any) {
	operations, _ := document["operations"].([]any)
	conflicts, _ := document["conflicts"].([]any)
	paths := []string{"a", "b", "c", "a/a", "a/b", "b/c/a", "new", "a/new", "..", "../outside", "a/../../outside",
		"/etc/x", ".treaty/tree.json",
		".treaty/trash/x", ".TREATY/x", "a//b", "", "a\x00b", strings.Repeat("x", 300), "outside", "a\\b"}
	path := func() string { return rapid.SampledFrom(paths).Draw(r, "path") }
	side := func() string { return rapid.SampledFrom([]string{"local", "remote"}).Draw(r, "side") }
	switch what := rapid.IntRange(0, 19).Draw(r, "edit"); {
	case what >= 13:
		lie(r, document)
	case what <= 9 && len(operations) > 0:
		i := rapid.IntRange(0, len(operations)-1).Draw(r, "operation")
		op := operations[i].(map[string]any)
		j := rapid.IntRange(0, len(operations)-1).Draw(r, "other operation")
		other := operations[j].(map[string]any)
		switch what {
		case 0:
			document["operations"] = slices.Delete(operations, i, i+1)
		case 1:
			double := map[string]any{}
			for key, value := range op {
				double[key] = value
			}
			double["id"] = 1000 + len(operations)
			double["path"] = path()
			document["operations"] = append(operations, double)
		case 2:
			op["side"] = side()
		case 3:
			op["path"] = path()
		case 4:
			op["action"] = rapid.SampledFrom([]string{"create", "update", "delete", "move", "chmod", "touch"}).Draw(r, "action")
			if op["action"] == "move" {
				op["from"] = path()
			}
		case 5:
			key := rapid.SampledFrom([]string{"before", "after"}).Draw(r, "state")
			op[key] = other[key]
		case 6:
			op["source"] = map[string]any{"tree": side(), "path": path()}
		case 7:
			op["from"] = path()
		case 8:
			op["before"], op["after"] = op["after"], op["before"]
			if op["action"] == "create" {
				op["action"] = "delete"
				delete(op, "source")
			} else if op["action"] == "delete" {
				op["action"] = "create"
				op["source"] = map[string]any{"tree": side(), "path": path()}
			}
		case 9:
			key := rapid.SampledFrom([]string{"before", "after"}).Draw(r, "state")
			if state, ok := op[key].(map[string]any); ok {
				changed := map[string]any{}
				for k, value := range state {
					changed[k] = value
				}
				switch rapid.IntRange(0, 4).Draw(r, "field") {
				case 0:
					changed["mode"] = "0777"
				case 1:
					changed["mtime"] = "2026-01-01T00:00:10Z"
				case 2:
					changed["size"] = 1
				case 3:
					changed["target"] = "/etc"
				case 4:
					delete(changed, "sha256")
				}
				op[key] = changed
			}
		}
	case what <= 12 && len(conflicts) > 0:
		c := conflicts[rapid.IntRange(0, len(conflicts)-1).Draw(r, "conflict")].(map[string]any)
		switch what {
		case 10:
			c["path"] = path()
		case 11:
			c["keep_both_as"] = path()
		case 12:
			c["local"], c["remote"] = c["remote"], c["local"]
		}
	}
}

// lie makes a plan say of the trees, of what was asked, or of what is where, what is not so.
func lie(r *rapid.T, document map[string]any) {
	of := document[rapid.SampledFrom([]string{"local", "remote"}).Draw(r, "of")].(map[string]any)
	zeros := strings.Repeat("0", 64)
	switch rapid.IntRange(0, 9).Draw(r, "lie") {
	case 0:
		of["digest"] = rapid.SampledFrom([]string{zeros, strings.Repeat("7", 64)}).Draw(r, "digest")
	case 1:
		document["options"].(map[string]any)["ignore"] = []any{rapid.SampledFrom([]string{"*", "a", "b/", "new"}).Draw(r,
			"ignored")}
	case 2:
		odd := rapid.SampledFrom([]map[string]any{{"hash": "conflicts"}, {"hash": "all"},
			{"bidirectional": "conflict"}, {"align_times": true},
			{"fix_modes": true}, {"default_ignores": false}, {"max_deletes": 1}, {"allow_many_deletes": true},
			{"remote_fs": "fat"}, {"local_fs": "unknown"},
			{"executable": map[string]any{"overrides": []any{"*"}, "extensions": map[string]any{}}}, {"umask": "0077"}}).Draw(r,
			"option")
		maps.Copy(document["options"].(map[string]any), odd)
	case 3:
		trait := rapid.SampledFrom([]map[string]any{{"modes": false}, {"symlinks": false},
			{"case_sensitive": false}, {"names": "windows"},
			{"mtime_granularity_ns": 2_000_000_000}, {"mtime_granularity_ns": 3_600_000_000_000},
			{"profile": "fat", "type": "vfat"},
			{"source": "declared"}, {"max_file_size": 1}, {"volume": "another"}}).Draw(r, "trait")
		maps.Copy(of["filesystem"].(map[string]any), trait)
	case 4:
		document["local"], document["remote"] = document["remote"], document["local"]
	case 5:
		document["local"], document["remote"] = document["remote"], document["local"]
		for _, element := range elementsOf(document, "operations") {
			mirror(element)
			if source, ok := element["source"].(map[string]any); ok {
				mirror(source)
			}
		}
	case 6:
		document["baseline"] = nil
	case 7:
		of["id"] = rapid.SampledFrom([]any{nil, strings.Repeat("ab", 16)}).Draw(r, "id")
	case 8:
		hashes(r, document, zeros)
	case 9:
		below(r, document)
	}
}

// elementsOf are the operations or the conflicts of a plan.
func elementsOf(document map[string]any, name string) []map[string]any {
	var all []map[string]any
	list, _ := document[name].([]any)
	for _, element := range list {
		all = append(all, element.(map[string]any))
	}
	return all
}

// mirror turns what an element says of one side to the other.
func mirror(element map[string]any) {
	other := map[any]any{"local": "remote", "remote": "local"}
	for _, key := range []string{"side", "tree"} {
		if side, there := element[key]; there {
			element[key] = other[side]
		}
	}
}

// hashes gives some states a hash that no content has, or that of another content.
func hashes(r *rapid.T, document map[string]any, hash string) {
	for _, element := range append(elementsOf(document, "operations"), elementsOf(document, "conflicts")...) {
		for _, key := range []string{"before", "after", "local", "remote", "base"} {
			state, ok := element[key].(map[string]any)
			if ok && state["sha256"] != nil && rapid.Bool().Draw(r, "this one") {
				state["sha256"] = rapid.SampledFrom([]string{hash, strings.Repeat("1", 64)}).Draw(r, "hash")
			}
		}
	}
}

// below puts something under a file, a link or a conflict that the plan has, or gives a conflict's second name a
// spelling of the first.
func below(r *rapid.T, document map[string]any) {
	all := append(elementsOf(document, "operations"), elementsOf(document, "conflicts")...)
	if len(all) == 0 {
		return
	}
	one := all[rapid.IntRange(0, len(all)-1).Draw(r, "one")]
	other := all[rapid.IntRange(0, len(all)-1).Draw(r, "other")]
	path, _ := one["path"].(string)
	name := rapid.SampledFrom([]string{path, path + "/x", path + "/x/y", strings.ToUpper(path), path + ".",
		path + " (remote)"}).Draw(r, "name")
	key := "path"
	if _, there := other["keep_both_as"]; there {
		key = "keep_both_as"
	}
	other[key] = name
}

// TestAnyDriftIsSeen edits one path that an operation reads or writes after the plan was made.
func TestAnyDriftIsSeen(t *testing.T) {
	dir := scratch(t)
	effort.Check(t, 2, 15, func(r *rapid.T) {
		w := anyWorld(r, dir)
		defer os.RemoveAll(w.dir)
		p := w.compare()
		decide(r, p)
		request := w.request(p)
		side := rapid.SampledFrom(plan.BothSides[:]).Draw(r, "side")
		now := w.tree(side)
		paths := append(sorted(now), "new")
		path := rapid.SampledFrom(paths).Draw(r, "drifted")
		at := w.path(side, string(path))
		switch n, there := now[path]; {
		case !there || n.kind == tree.Directory:
			writeFile(w, filepath.Join(filepath.Dir(at), "drifted"),
				node{content: "drift", mtime: epoch, mode: tree.Perm(0o644)})
		case rapid.Bool().Draw(r, "removed"):
			check(w, os.Remove(at))
		default:
			check(w, os.Remove(at))
			writeFile(w, at, node{content: "drift", mtime: epoch, mode: tree.Perm(0o644)})
		}
		cause := apply.ErrStale
		if planned := p.Snapshot(side); len(w.tree(side)) == 0 && planned.Files+planned.Directories > 0 {
			cause = apply.ErrSafety
		}
		w.refuses(request, &fault{cause: cause})
		// Where only what has nothing to do with the plan drifted, a person may say so.
		request.AllowUnrelatedDrift = true
		was := w.trees()
		receipt, err := apply.Apply(context.Background(), request)
		switch {
		case receipt == nil && !errors.Is(err, apply.ErrStale) && !errors.Is(err, apply.ErrSafety):
			r.Errorf("%v", err)
		case receipt != nil && err != nil:
			w.story(p, was, receipt, err)
			r.Errorf("drift of %s was not seen before the first write: %v", path, err)
		}
		w.keepsEverything(was)
		w.touchesOnly(p, was)
	})
}
