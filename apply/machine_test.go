package apply_test

import (
	"context"
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
	"treaty/apply/reach"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// A history is a few trees over time: people edit them, and treaty syncs them by pairs, mostly as
// proposed, sometimes in part, sometimes the other way round, from another mount point, or undone.
// After every step the invariants hold (nothing lost, nothing else touched, the receipt true), and every path is what
// the oracle says.

// member is one tree, wherever it is mounted now.
type member struct {
	name, at string
	mounts   int
}

// partners are two trees and what they have agreed on.
type partners struct {
	trees  [2]*member
	agreed agreement
	last   *appliedOnce
}

// appliedOnce is the last apply of two partners.
type appliedOnce struct {
	planID string
	// local is the tree that has the history.
	local *member
	// was and before are what both trees held and had agreed on before it, after what they held after it.
	was, after [2]nodes
	before     agreement
	options    plan.Options
	// clean tells that everything was done.
	clean bool
}

type history struct {
	*rapid.T
	dir     string
	members []*member
	pairs   []*partners
	seconds int
	content int
	log     []string
	// plain histories ignore nothing.
	plain bool
}

var pathNames = []tree.Path{"a", "b", "c.txt", "A", "d", "e"}

func newHistory(t *rapid.T, dir string, trees int) *history {
	h := &history{T: t, dir: dir}
	for _, name := range []string{"stick", "desk", "laptop"}[:trees] {
		m := &member{name: name, at: filepath.Join(dir, name)}
		check(t, os.MkdirAll(m.at, 0o755))
		h.members = append(h.members, m)
	}
	for _, m := range h.members[1:] {
		h.pairs = append(h.pairs, &partners{trees: [2]*member{m, h.members[0]}})
	}
	return h
}

func (h *history) note(format string, args ...any) {
	h.log = append(h.log, fmt.Sprintf(format, args...))
}

func (h *history) tree(m *member) nodes { return read(h, m.at, ".treaty") }

// stamp is a time that no other file has.
func (h *history) stamp() tree.Time {
	h.seconds++
	return epoch.Add(time.Duration(h.seconds) * 10e9)
}

// fresh is a content that no other file has, of one of two sizes.
func (h *history) fresh() string {
	h.content++
	return fmt.Sprintf("%04d%s", h.content, strings.Repeat("x", 3*rapid.IntRange(0, 1).Draw(h.T, "size")))
}

func (h *history) newFile() node {
	n := node{kind: tree.File, content: h.fresh(), mtime: h.stamp(), mode: tree.Perm(0o644)}
	switch rapid.IntRange(0, 5).Draw(h.T, "file") {
	case 0:
		n.mode = tree.Perm(0o755)
	case 1:
		n.content = ""
	case 2:
		n.content = "shared"
	}
	return n
}

func (h *history) put(m *member, path tree.Path, n node) {
	at := filepath.Join(m.at, string(path))
	switch n.kind {
	case tree.Directory:
		check(h, os.Mkdir(at, 0o755))
		check(h, os.Chmod(at, os.FileMode(n.mode.Bits())))
	case tree.Symlink:
		check(h, os.Symlink(n.target, at))
	default:
		writeFile(h, at, n)
	}
	h.note("  %s: %s %v", m.name, path, n)
}

func (h *history) newNode(dirs bool) node {
	kind := rapid.IntRange(0, 6).Draw(h.T, "kind")
	switch {
	case kind == 0:
		return node{kind: tree.Symlink, target: rapid.SampledFrom([]string{"a", "b"}).Draw(h.T, "target")}
	case kind <= 2 && dirs:
		return node{kind: tree.Directory,
			mode: rapid.SampledFrom([]tree.Mode{tree.Perm(0o755), tree.Perm(0o700)}).Draw(h.T, "mode")}
	}
	return h.newFile()
}

// edit is what a person does to a tree.
func (h *history) edit(m *member) {
	now := h.tree(m)
	paths := slices.SortedFunc(maps.Keys(now), tree.Compare)
	dirs := []tree.Path{tree.Root}
	var files []tree.Path
	for _, path := range paths {
		switch now[path].kind {
		case tree.Directory:
			dirs = append(dirs, path)
		case tree.File:
			files = append(files, path)
		}
	}
	fresh := rapid.SampledFrom(dirs).Draw(h.T, "in").Join(string(rapid.SampledFrom(pathNames).Draw(h.T, "name")))
	_, taken := now[fresh]
	free := !taken && fresh.Depth() <= 4
	what := rapid.SampledFrom([]string{"create", "create", "create", "write", "write", "touch",
		"chmod", "delete", "delete",
		"rename", "rename", "swap", "replace", "ignored", "litter", "case"}).Draw(h.T, "edit")
	if what == "create" && free {
		n := h.newNode(true)
		h.put(m, fresh, n)
		if n.kind == tree.Directory && fresh.Depth() < 4 {
			for _, name := range pathNames[:rapid.IntRange(0, 3).Draw(h.T, "children")] {
				h.put(m, fresh.Join(string(name)), h.newFile())
			}
		}
		return
	}
	if h.plain && (what == "ignored" || what == "litter") {
		return
	}
	if name := map[string]string{"ignored": "x.tmp", "litter": ".DS_Store"}[what]; name != "" {
		path := fresh.Parent().Join(name)
		if _, there := now[path]; !there {
			h.put(m, path, h.newFile())
		}
		return
	}
	if len(paths) == 0 {
		return
	}
	path := rapid.SampledFrom(paths).Draw(h.T, "path")
	n, at := now[path], filepath.Join(m.at, string(path))
	switch what {
	case "write":
		if n.kind != tree.File {
			return
		}
		n.content = h.fresh()
		check(h, os.WriteFile(at, []byte(n.content), 0o600))
		if n.mtime = h.stamp(); rapid.Bool().Draw(h.T, "at its time") {
			check(h, os.Chtimes(at, n.mtime.Time(), n.mtime.Time()))
		}
		h.note("  %s: write %s %v", m.name, path, n)
	case "touch":
		if n.kind == tree.File {
			n.mtime = h.stamp()
			check(h, os.Chtimes(at, n.mtime.Time(), n.mtime.Time()))
			h.note("  %s: touch %s %v", m.name, path, n)
		}
	case "chmod":
		if n.kind != tree.Symlink {
			n.mode = rapid.SampledFrom([]tree.Mode{tree.Perm(0o600), tree.Perm(0o644), tree.Perm(0o755)}).Draw(h.T, "mode")
			if n.kind == tree.Directory {
				n.mode = tree.Perm(n.mode.Bits() | 0o700)
			}
			check(h, os.Chmod(at, os.FileMode(n.mode.Bits())))
			h.note("  %s: chmod %s %v", m.name, path, n)
		}
	case "delete":
		check(h, os.RemoveAll(at))
		h.note("  %s: delete %s", m.name, path)
	case "rename":
		if free && !fresh.Within(path) {
			check(h, os.Rename(at, filepath.Join(m.at, string(fresh))))
			h.note("  %s: rename %s to %s", m.name, path, fresh)
		}
	case "case":
		to := path.Parent().Join(strings.ToUpper(path.Base()))
		if _, there := now[to]; !there && to != path {
			check(h, os.Rename(at, filepath.Join(m.at, string(to))))
			h.note("  %s: rename %s to %s", m.name, path, to)
		}
	case "swap":
		if len(files) < 2 {
			return
		}
		other := rapid.SampledFrom(files).Draw(h.T, "other")
		if n.kind == tree.File && other != path {
			aside, with := filepath.Join(m.at, "aside"), filepath.Join(m.at, string(other))
			check(h, os.Rename(at, aside))
			check(h, os.Rename(with, at))
			check(h, os.Rename(aside, with))
			h.note("  %s: swap %s and %s", m.name, path, other)
		}
	case "replace":
		check(h, os.RemoveAll(at))
		n := h.newNode(true)
		h.put(m, path, n)
		if n.kind == tree.Directory {
			h.put(m, path.Join("b"), h.newFile())
		}
	}
}

// remount moves a tree to another place, as sticks do.
func (h *history) remount(m *member) {
	m.mounts++
	to := filepath.Join(h.dir, fmt.Sprintf("%s.%d", m.name, m.mounts))
	check(h, os.Rename(m.at, to))
	m.at = to
	h.note("remount %s", m.name)
}

// world is two partners as the helpers of other tests know them, the first or the second as LOCAL.
func (h *history) world(p *partners, local int) *world {
	return &world{tester: h, dir: h.dir, at: plan.Sides[string]{p.trees[local].at, p.trees[1-local].at},
		options: defaults()}
}

// look opens the two trees as a pair, has a plan made of them, and keeps what belongs beside it.
func (w *world) look(do func(*apply.Pair, context.Context, apply.Planning) (*apply.Planned, error)) *plan.Plan {
	w.Helper()
	pair, err := apply.Open(w.at[plan.Local], w.at[plan.Remote])
	check(w, err)
	defer pair.Close()
	made, err := do(pair, context.Background(), apply.Planning{Options: w.options, By: ann})
	check(w, err)
	for _, problem := range made.Plan.Problems {
		if problem.Code == plan.BaselineMismatch {
			w.Errorf("the baseline does not count: %s", problem.Message)
		}
	}
	check(w, pair.SaveBeside(made))
	w.was = w.trees()
	return made.Plan
}

// same is what a plan does, whoever is LOCAL.
func same(p *plan.Plan, mirrored bool) []string {
	var lines []string
	for i := range p.Operations {
		op := &p.Operations[i]
		side := op.Side
		if mirrored {
			side = side.Other()
		}
		lines = append(lines, fmt.Sprintf("%s %s %s from %q to %v", op.Action, side, op.Path, op.From, op.After))
	}
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		paths := []string{string(c.PathOn(plan.Local)), string(c.PathOn(plan.Remote))}
		if mirrored {
			slices.Reverse(paths)
		}
		lines = append(lines, fmt.Sprintf("%s %q", c.Kind, paths))
	}
	slices.Sort(lines)
	return lines
}

// sync is a whole round: plan, review, approve, apply.
func (h *history) sync(p *partners) {
	local := rapid.IntRange(0, 1).Draw(h.T, "which is local")
	w := h.world(p, local)
	w.options.Ignore = []string{"*.tmp"}
	if rapid.IntRange(0, 7).Draw(h.T, "ignore more") == 0 {
		w.options.Ignore = append(w.options.Ignore, "b")
	}
	h.note("sync %s with %s, ignoring %v", p.trees[local].name, p.trees[1-local].name, w.options.Ignore)
	made := w.look((*apply.Pair).Plan)
	if (made.Baseline != nil) != (p.agreed != nil) {
		h.Errorf("the baseline of the plan is %v", made.Baseline)
	}
	mirror := h.world(p, 1-local)
	mirror.options = w.options
	if one, other := same(made, false), same(mirror.look((*apply.Pair).Plan), true); !slices.Equal(one, other) {
		h.Errorf("the mirrored plan is\n%s\nnot\n%s", strings.Join(other, "\n"), strings.Join(one, "\n"))
	}
	o := &oracle{was: w.was, base: p.agreed.facing(local), ignored: ignoredBy(w.options.Ignore)}
	o.decide()
	o.holds(w, made)
	whole := h.review(made)
	h.carryOut(p, w, made, local, o, whole)
}

// review decides and resolves as a person might, and tells whether nothing was left out.
func (h *history) review(p *plan.Plan) bool {
	whole := true
	careful := rapid.IntRange(0, 3).Draw(h.T, "careful") == 0
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		allowed := c.Allowed()
		if !careful {
			allowed = slices.DeleteFunc(allowed, func(r plan.Resolution) bool { return r == plan.SkipPath })
		}
		c.Resolution = rapid.SampledFrom(allowed).Draw(h.T, "resolution")
		whole = whole && c.Resolution != plan.SkipPath
		h.note("  resolve %s %s: %s", c.Kind, c.Path, c.Resolution)
	}
	if !careful {
		return whole
	}
	for i := range p.Operations {
		if rapid.IntRange(0, 2).Draw(h.T, "skip") == 0 {
			p.Operations[i].Decision = plan.Skip
			h.note("  skip %s", name(&p.Operations[i]))
			whole = false
		}
	}
	if len(p.Operations) > 0 && rapid.IntRange(0, 2).Draw(h.T, "remove") == 0 {
		i := rapid.IntRange(0, len(p.Operations)-1).Draw(h.T, "removed")
		if vacates(p, i) {
			return whole
		}
		h.note("  remove %s", name(&p.Operations[i]))
		p.Operations = slices.Delete(p.Operations, i, i+1)
		whole = false
	}
	return whole
}

// vacates tells whether another operation needs the name that a move leaves: without the move, the plan
// is refused, since it then speaks of a name as free that is not.
func vacates(p *plan.Plan, move int) bool {
	gone := &p.Operations[move]
	return slices.ContainsFunc(p.Operations, func(op plan.Operation) bool {
		return op.Side == gone.Side && op.Path == gone.From
	})
}

// carryOut applies a reviewed plan and holds what comes of it to the invariants and to the oracle, which
// is nil where the plan undoes another one.
func (h *history) carryOut(p *partners, w *world, made *plan.Plan, local int, o *oracle, whole bool) {
	request := w.request(made)
	if rapid.IntRange(0, 5).Draw(h.T, "remounted") == 0 {
		h.remount(p.trees[1-local])
		w.at[plan.Remote] = p.trees[1-local].at
		request.Roots[plan.Remote] = w.at[plan.Remote]
	}
	was := w.trees()
	h.note("  plan:\n%s", describe(made))
	if len(made.Operations) > 0 && rapid.IntRange(0, 7).Draw(h.T, "drift") == 0 {
		h.drift(w, request)
	}
	r, err := h.apply(w, made, request, was)
	if r == nil {
		h.Fatalf("not applied: %v", err)
	}
	h.note("  results:\n%s", outcomes(r))
	if err != nil {
		h.Errorf("apply: %v", err)
	}
	w.keepsEverything(was)
	touchesOnly(h, made, was, w.trees())
	now := w.trees()
	applied := &appliedOnce{planID: made.ID, local: p.trees[local], options: w.options, before: p.agreed, clean: true}
	for i := range r.Results {
		applied.clean = applied.clean && r.Results[i].Outcome == apply.Done
	}
	applied.was, applied.after = facing([2]nodes(was), local), facing([2]nodes(now), local)
	var restored func(tree.Path) bool
	if o == nil {
		o = &oracle{base: p.agreed.facing(local), ignored: ignoredBy(w.options.Ignore)}
		restored = undoneBy(made)
		o.former = p.last.before.facing(local)
	} else {
		o.came(w, made, now, whole)
	}
	p.agreed = o.agree([2]nodes(now), restored).facing(local)
	p.last = applied
	if restored == nil && whole && applied.clean && len(o.kept) == 0 {
		h.settled(p, w)
	}
}

// deaths counts the applies that died.
var deaths atomic.Int64

// apply applies, on volumes that can do more or less, and sometimes dies on the way, up to a few times. What it
// comes to in the end is what it would have come to at once.
func (h *history) apply(w *world, made *plan.Plan, request apply.Request,
	was plan.Sides[nodes]) (*apply.Receipt, error) {
	can := rapid.SampledFrom([]volume.Capabilities{{Exchange: true, NoReplace: true, Link: true}, {NoReplace: true},
		{Link: true}, {}}).Draw(h.T, "can")
	request.SetProbed(func(_ plan.Side, p *volume.Probed) {
		p.Can.Exchange, p.Can.NoReplace, p.Can.Link = p.Can.Exchange && can.Exchange,
			p.Can.NoReplace && can.NoReplace, p.Can.Link && can.Link
	})
	w.fat = rapid.SampledFrom(fats).Draw(h.T, "fat")
	request.SetFAT(w.fat)
	for rapid.IntRange(0, 3).Draw(h.T, "dies") == 0 {
		b := &breaker{n: 1 << rapid.IntRange(0, 8).Draw(h.T, "at about"), with: errDead}
		b.n += rapid.IntRange(0, b.n-1).Draw(h.T, "at")
		request.SetHook(b.hook)
		r, err := apply.Apply(context.Background(), request)
		w.keepsEverything(was)
		if err == nil {
			return r, nil
		}
		deaths.Add(1)
		h.note("  died at call %d, able to %+v: %v", b.n, can, err)
		request.SetHook(nil)
		store, err := reach.Store(w.at[plan.Local])
		check(h, err)
		archived, err := store.Applied(made.ID)
		store.Close()
		check(h, err)
		if archived != nil && !w.open(plan.Local) {
			return r, nil // only what comes after it died
		}
	}
	return apply.Apply(context.Background(), request)
}

// drift changes something after the plan was made: it is refused as a whole.
func (h *history) drift(w *world, request apply.Request) {
	side := plan.BothSides[rapid.IntRange(0, 1).Draw(h.T, "drifts")]
	at := w.path(side, "drift")
	check(h, os.WriteFile(at, []byte("drift"), 0o600))
	before := w.trees()
	if r, err := apply.Apply(context.Background(), request); r != nil || !errors.Is(err, apply.ErrStale) {
		h.Errorf("drift: %v", err)
	}
	if now := w.trees(); !now[0].equal(before[0]) || !now[1].equal(before[1]) {
		h.Errorf("a refused apply changed something")
	}
	check(h, os.Remove(at))
}

func union(maps ...nodes) map[tree.Path]bool {
	all := map[tree.Path]bool{}
	for _, m := range maps {
		for path := range m {
			all[path] = true
		}
	}
	return all
}

// settled is invariant 4.
func (h *history) settled(p *partners, w *world) {
	for local := range p.trees {
		again := h.world(p, local)
		again.options = w.options
		if next := again.look((*apply.Pair).Plan); !next.Empty() {
			h.Errorf("the next plan is not empty:\n%s", describe(next))
		}
	}
}

// undo takes the last apply of two partners back.
func (h *history) undo(p *partners) {
	if p.last == nil {
		return
	}
	last := p.last
	local := 0
	if p.trees[1] == last.local {
		local = 1
	}
	h.note("undo on %s", last.local.name)
	w := h.world(p, local)
	w.options = last.options
	store, err := reach.Store(w.at[plan.Local])
	check(h, err)
	defer store.Close()
	archived, err := store.Applied(last.planID)
	check(h, err)
	reversal, err := store.Reversal(*archived)
	check(h, err)
	made := w.look(func(p *apply.Pair, ctx context.Context, how apply.Planning) (*apply.Planned, error) {
		return p.Undo(ctx, *archived, reversal, how)
	})
	check(h, store.SaveUndoes(made.ID, last.planID))
	now := facing([2]nodes(w.was), local)
	unchanged := now[0].equal(last.after[0]) && now[1].equal(last.after[1])
	if unchanged && len(made.Problems) > 0 {
		h.Errorf("nothing changed since, and the undo has problems:\n%s", describe(made))
	}
	h.carryOut(p, w, made, local, nil, false)
	if !unchanged {
		return
	}
	restored := facing([2]nodes(w.trees()), local)
	for i, want := range last.was {
		if diff := differences(restored[i], withoutLostLitter(want, restored[i])); diff != "" {
			h.Errorf("%s is not as it was before what was undone:\n%s", p.trees[i].name, diff)
		}
	}
}

// withoutLostLitter leaves out litter that went to the trash with its directory.
func withoutLostLitter(want, got nodes) nodes {
	want = maps.Clone(want)
	maps.DeleteFunc(want, func(path tree.Path, _ node) bool {
		_, there := got[path]
		return !there && isLitter(path.Base())
	})
	return want
}

func differences(got, want nodes) string {
	var b strings.Builder
	for _, path := range slices.SortedFunc(maps.Keys(union(got, want)), tree.Compare) {
		g, there := got[path]
		n, wanted := want[path]
		if there != wanted || g != n {
			fmt.Fprintf(&b, "  %s: %v (%v), not %v (%v)\n", path, g, there, n, wanted)
		}
	}
	return b.String()
}

func facing[T any](sides [2]T, local int) [2]T {
	if local == 1 {
		sides[0], sides[1] = sides[1], sides[0]
	}
	return sides
}

// undoneBy tells which paths the plan changes that undoes another one.
func undoneBy(p *plan.Plan) func(tree.Path) bool {
	affected := map[tree.Path]bool{}
	for i := range p.Operations {
		affected[p.Operations[i].Path], affected[p.Operations[i].From] = true, true
	}
	return func(path tree.Path) bool { return affected[path] }
}

func ignoredBy(patterns []string) func(tree.Path) bool {
	return func(path tree.Path) bool {
		for ; path != tree.Root; path = path.Parent() {
			name := path.Base()
			if strings.HasSuffix(name, ".tmp") || isLitter(name) || slices.Contains(patterns, name) {
				return true
			}
		}
		return false
	}
}

// run lives one history.
func (h *history) run(steps int) {
	defer func() {
		if h.Failed() {
			h.Logf("%s", strings.Join(h.log, "\n"))
		}
	}()
	for range rapid.IntRange(1, 6).Draw(h.T, "first") {
		h.edit(rapid.SampledFrom(h.members).Draw(h.T, "of"))
	}
	for range rapid.IntRange(1, steps).Draw(h.T, "steps") {
		p := rapid.SampledFrom(h.pairs).Draw(h.T, "pair")
		switch rapid.IntRange(0, 9).Draw(h.T, "step") {
		case 0, 1, 2:
			h.sync(p)
		case 3:
			h.undo(p)
		case 4:
			h.remount(rapid.SampledFrom(h.members).Draw(h.T, "mount"))
		default:
			for range rapid.IntRange(1, 4).Draw(h.T, "edits") {
				h.edit(rapid.SampledFrom(h.members).Draw(h.T, "of"))
			}
			h.sync(p)
		}
		if h.Failed() {
			return
		}
	}
}

func TestHistories(t *testing.T) {
	needPosix(t, "links, modes, and names that differ in case")
	t.Cleanup(func() { t.Logf("%d applies died on the way", deaths.Load()) })
	for _, trees := range []int{2, 3} {
		t.Run(fmt.Sprintf("%d trees", trees), func(t *testing.T) {
			effort.Check(t, 1, 12, func(r *rapid.T) {
				dir, err := os.MkdirTemp(scratch(t), "history-")
				check(r, err)
				defer os.RemoveAll(dir)
				newHistory(r, dir, trees).run(8)
			})
		})
	}
}
