package apply_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"treaty/apply"
	"treaty/apply/internal/local"
	"treaty/apply/internal/memory"
	"treaty/apply/paper"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// world is two trees, real or in memory, the real ones with a folder beside them that nothing may ever touch.
type world struct {
	tester
	// dir is where real trees lie, "" where none is.
	dir string
	at  plan.Sides[string]
	// memory are the trees that are in memory, by their roots.
	memory  map[string]*memory.Volume
	options plan.Options
	// was is what both trees held when the last plan was made.
	was plan.Sides[nodes]
	// base is what both agreed on before that, nil where nobody remembers; remote's own names of it are in
	// respelled, by the folded path.
	base      nodes
	respelled map[tree.Path]string
	// fat are the sides whose volumes may lose what is renamed.
	fat plan.Sides[bool]
	// linked tells of a world in which files have several names.
	linked bool
	// can is what the volumes of both sides can do at most, nil where that is what these here can.
	can *volume.Capabilities
}

// link makes names of a side names of one file, that of the first.
func (w *world) link(side plan.Side, names []string) {
	w.Helper()
	for _, name := range names[min(1, len(names)):] {
		w.linked = true
		w.place(side).link(w, names[0], name)
	}
}

// limit leaves of what was probed what the world allows.
func (w *world) limit(_ plan.Side, probed *volume.Probed) {
	if w.can == nil {
		return
	}
	probed.Can.Exchange = probed.Can.Exchange && w.can.Exchange
	probed.Can.NoReplace = probed.Can.NoReplace && w.can.NoReplace
	probed.Can.Link = probed.Can.Link && w.can.Link
}

// scratch is a new folder, in memory where the system has such a place, since every apply syncs the
// volume that it is on.
func scratch(t interface {
	TempDir() string
	Cleanup(func())
}) string {
	if !filepath.IsAbs("/dev/shm") {
		return t.TempDir()
	}
	if dir, err := os.MkdirTemp("/dev/shm", "treaty-test-"); err == nil {
		t.Cleanup(func() { os.RemoveAll(dir) })
		t.Cleanup(func() { openUp(dir) })
		return dir
	}
	dir := t.TempDir()
	t.Cleanup(func() { openUp(dir) })
	return dir
}

// openUp lets whoever made a folder remove it, with folders in it that nobody may write to.
func openUp(dir string) {
	_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			_ = os.Chmod(path, 0o700)
		}
		return nil
	})
}

const canary = "outside=canary outside-dir/kept=7"

func newWorld(t tester, dir string) *world {
	t.Helper()
	return newWorldOf(t, dir, plan.Sides[*memory.Kind]{})
}

// newWorldOf is a world of which each side is a tree in memory, or, for nil, a real one in dir.
func newWorldOf(t tester, dir string, kinds plan.Sides[*memory.Kind]) *world {
	t.Helper()
	w := &world{tester: t, dir: dir, memory: map[string]*memory.Volume{}, options: defaults()}
	if dir != "" {
		tryParse(t, canary).write(t, dir)
	}
	for _, side := range plan.BothSides {
		if kind := kinds[side]; kind != nil {
			w.at[side] = "/memory/" + side.String()
			w.memory[w.at[side]] = memory.New(w.at[side], *kind)
			w.fat[side] = kind.Probed.LosesRenames
			continue
		}
		w.at[side] = filepath.Join(dir, side.String())
		check(t, os.Mkdir(w.at[side], 0o755))
	}
	return w
}

// place is where the tree of a side lies.
func (w *world) place(side plan.Side) place {
	if v := w.memory[w.at[side]]; v != nil {
		return inMemory{v}
	}
	return folder(w.at[side])
}

// opener is what opens the trees of this world, nil where nobody need be told how.
func (w *world) opener() apply.Opener {
	if len(w.memory) == 0 {
		return nil
	}
	return func(root string) (volume.Volume, error) {
		if v := w.memory[root]; v != nil {
			return v, nil
		}
		return local.Open(root)
	}
}

// store is what treaty keeps in the tree of a side, for the caller to close.
func (w *world) store(side plan.Side) *store.Store {
	w.Helper()
	v, err := w.place(side).open()
	check(w, err)
	s, err := store.Of(v)
	check(w, err)
	return s
}

// defaults are the options of a plan that nobody configured.
func defaults() plan.Options {
	return plan.Options{Ignore: []string{}, DefaultIgnores: true, Hash: plan.HashOperations,
		Bidirectional: plan.BidirectionalAuto,
		Executable:    plan.Executable{Overrides: []plan.ExecutableOverride{}, Extensions: map[string]bool{}},
		Diffs:         plan.DiffConflicts, Sensitive: []string{}, MaxDeletes: 1000,
		AllowManyDeletes: true, Umask: tree.Perm(0o022)}
}

func (w *world) path(side plan.Side, path string) string {
	return filepath.Join(w.at[side], filepath.FromSlash(path))
}

// tree is what a side holds now.
func (w *world) tree(side plan.Side) nodes {
	w.Helper()
	return w.place(side).read(w, "", ".treaty")
}

func (w *world) trees() plan.Sides[nodes] {
	w.Helper()
	return plan.Sides[nodes]{w.tree(plan.Local), w.tree(plan.Remote)}
}

// snapshot is all that there is, treaty's own folders and the canary included.
func (w *world) snapshot() nodes {
	w.Helper()
	all := nodes{}
	if w.dir != "" {
		all = read(w, w.dir, "")
	}
	for _, side := range plan.BothSides {
		for path, n := range w.place(side).read(w, "", "") {
			all[tree.Path(side.String()).Join(string(path))] = n
		}
	}
	return all
}

// lastAgreed is a baseline on which both sides have the same, under whatever names.
type lastAgreed struct {
	nodes
	remote map[tree.Path]string
}

func (m lastAgreed) List(dir tree.Path) ([]tree.Agreed, error) {
	var list []tree.Agreed
	for path, n := range m.nodes {
		if path.Parent() != dir {
			continue
		}
		remote := path.Base()
		if own, found := m.remote[folded(path)]; found {
			remote = own
		}
		a := tree.Agreed{Name: [2]string{path.Base(), remote}, Key: tree.CollisionKey(path.Base()), Spelled: path.Base(),
			Type: n.kind, Target: n.target}
		kept := tree.Kept{Mode: n.mode}
		if n.kind == tree.File {
			a.Size, a.SHA256, a.Mtime, kept.Mtime = int64(len(n.content)), sha256.Sum256([]byte(n.content)), n.mtime, n.mtime
		}
		a.On = [2]tree.Kept{kept, kept}
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b tree.Agreed) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Name[0], b.Name[0]))
	})
	return list, nil
}

var planned atomic.Int64

// compare makes a plan of the two trees as they are, as the command does.
func (w *world) compare() *plan.Plan {
	w.Helper()
	p, _ := w.compared()
	return p
}

// compared makes a plan and keeps the digests beside it.
func (w *world) compared() (*plan.Plan, *store.Digests) {
	w.Helper()
	p, digests := w.survey()
	w.was = w.trees()
	store := w.store(plan.Local)
	defer store.Close()
	check(w, store.SaveDigests(p.ID, digests))
	return p, digests
}

func (w *world) survey() (*plan.Plan, *store.Digests) {
	w.Helper()
	digests := &store.Digests{}
	in := plan.Input{Options: w.options, Observe: digests.Observe}
	if w.base != nil {
		in.Memory, in.Baseline = lastAgreed{w.base, w.respelled}, &plan.BaselineRef{PlanID: planID(0), SyncedAt: epoch.Time()}
	}
	ctx := context.Background()
	var walks []volume.Walk
	for _, side := range plan.BothSides {
		store := w.store(side)
		defer store.Close()
		root := store.Volume()
		identity, err := store.Identity()
		check(w, err)
		from := plan.Tree{Root: root.Root()}
		var recorded *tree.Traits
		if identity != nil {
			from.ID, recorded = &identity.ID, &identity.Traits
		}
		var declared tree.Profile
		if fs := [2]*tree.Profile{in.Options.LocalFS, in.Options.RemoteFS}[side]; fs != nil {
			declared = *fs
		}
		from.Traits, err = root.Traits(declared, recorded)
		check(w, err)
		walk := root.Walk(ctx, scan.Options{Patterns: in.Options.Ignore, DefaultIgnores: in.Options.DefaultIgnores,
			Granularity: from.Traits.MtimeGranularity, Modes: from.Traits.Modes})
		defer walk.Close()
		walks = append(walks, walk)
		from.Stream = walk
		from.Reader = root.Reader(from.Traits.MtimeGranularity, nil)
		in.Trees[side] = from
	}
	p, err := plan.Compare(ctx, in)
	check(w, err)
	for _, walk := range walks {
		check(w, walk.Finish())
	}
	p.ID, p.CreatedAt, p.CreatedBy = planID(planned.Add(1)), time.Now().UTC(), ann
	return p, digests
}

var ann = plan.Author{User: "ann", Host: "desk", Version: "1.0.0"}

func planID(n int64) string { return fmt.Sprintf("019b76da-a800-7000-8000-%012x", n) }

// text is the plan as its file holds it.
func (w *world) text(p *plan.Plan) []byte {
	w.Helper()
	p.Summarize()
	text, err := store.PlanText(p)
	check(w, err)
	return text
}

// approve signs the exact text.
func (w *world) approve(text []byte) []byte {
	w.Helper()
	p, err := plan.Read(text)
	check(w, err)
	approval, err := paper.Approve(nil, paper.RefTo(p, text),
		apply.Signoff{By: "ann", Host: "desk", At: time.Now().UTC()}).Text()
	check(w, err)
	return approval
}

// request asks for the plan, approved.
func (w *world) request(p *plan.Plan) apply.Request {
	w.Helper()
	text := w.text(p)
	r := apply.Request{Plan: text, Approval: w.approve(text), By: ann, Open: w.opener()}
	r.SetFAT(w.fat)
	r.SetProbed(w.limit)
	return r
}

func (w *world) apply(p *plan.Plan) (*apply.Receipt, error) {
	w.Helper()
	r := w.request(p)
	text := r.Plan
	return apply.Apply(context.Background(), fromFile(w, r, func() []byte { return text }))
}

// fromFile is a request whose plan is read from a file that has some text each time that it is opened.
func fromFile(t tester, r apply.Request, text func() []byte) apply.Request {
	t.Helper()
	file, err := paper.ReadPlan(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text())), nil })
	check(t, err)
	r.Plan, r.File = nil, file
	return r
}

// conflict is the conflict at path.
func conflict(t tester, p *plan.Plan, path string) *plan.Conflict {
	t.Helper()
	for i := range p.Conflicts {
		if string(p.Conflicts[i].Path) == path {
			return &p.Conflicts[i]
		}
	}
	t.Fatalf("no conflict at %s", path)
	return nil
}

func describe(p *plan.Plan) string {
	var b strings.Builder
	for i := range p.Operations {
		op := &p.Operations[i]
		fmt.Fprintf(&b, "%d %s %s %s", op.ID, op.Action, op.Side, op.Path)
		if op.From != "" {
			fmt.Fprintf(&b, " from %s", op.From)
		}
		fmt.Fprintf(&b, " (%s, %s)\n", op.Reason, op.Decision)
	}
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		fmt.Fprintf(&b, "%d conflict %s %s %s as %q: %q\n", c.ID, c.Kind, c.Path, c.RemotePath, c.KeepBothAs, c.Resolution)
	}
	for i := range p.Problems {
		pr := &p.Problems[i]
		fmt.Fprintf(&b, "%s %s %v %v\n", pr.Severity, pr.Code, pr.Side, pr.Message)
	}
	return b.String()
}

func outcomes(r *apply.Receipt) string {
	var b strings.Builder
	if r == nil {
		return "no receipt\n"
	}
	for i := range r.Results {
		fmt.Fprintf(&b, "%s: %s\n", line(&r.Results[i]), r.Results[i].Error)
	}
	return b.String()
}

// line is a result in short.
func line(r *apply.Result) string {
	if r.Side == nil {
		return fmt.Sprintf("%s %s", r.Outcome, r.Path)
	}
	return fmt.Sprintf("%s %s %s %s", r.Outcome, *r.Action, *r.Side, r.Path)
}

// trash is what lies in the trashes of a side.
func (w *world) trash(side plan.Side) nodes {
	w.Helper()
	return w.place(side).read(w, ".treaty/trash", "")
}

// keepsEverything is invariant 1: every content that was on a side is on a side or in a trash.
func (w *world) keepsEverything(was plan.Sides[nodes]) {
	w.Helper()
	kept := map[string]bool{}
	for _, side := range plan.BothSides {
		for _, m := range []nodes{w.tree(side), w.trash(side)} {
			for _, n := range m {
				kept[contentOf(n)] = true
			}
		}
	}
	for _, side := range plan.BothSides {
		for path, n := range was[side] {
			if n.kind != tree.Directory && n.kind != tree.Special && !kept[contentOf(n)] {
				w.Errorf("%s: the content of %s is lost: %v", side, path, n)
			}
		}
	}
}

func hashOf(text []byte) tree.Hash { return sha256.Sum256(text) }

func contentOf(n node) string { return fmt.Sprint(n.kind, n.content, n.target) }

// folded is the same for all spellings of a path.
func folded(path tree.Path) tree.Path { return tree.Path(tree.CollisionKey(string(path))) }

// fold is a tree without regard to how it spells its names.
func (m nodes) fold() nodes {
	all := nodes{}
	for path, n := range m {
		all[folded(path)] = n
	}
	return all
}

// listed are the paths of a side that a plan may change, or create above one. What conflicts name, in one
// side's spelling, is folded: in disputed, with what is above it, and in below. An update may give a new spelling.
func listed(p *plan.Plan, side plan.Side) (exactly, disputed, below map[tree.Path]bool) {
	exactly, disputed, below = map[tree.Path]bool{}, map[tree.Path]bool{}, map[tree.Path]bool{}
	add := func(to map[tree.Path]bool, path tree.Path) {
		for ; path != tree.Root && !to[path]; path = path.Parent() {
			to[path] = true
		}
	}
	for i := range p.Operations {
		if op := &p.Operations[i]; op.Side == side {
			add(exactly, op.Path)
			add(exactly, op.From)
			if op.Action == plan.Update && op.After.Of() == tree.File {
				disputed[folded(op.Path)] = true
			}
		}
	}
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		for _, path := range []tree.Path{c.Path, c.RemotePath, c.KeepBothAs} {
			if path != "" {
				add(disputed, folded(path))
				below[folded(path)] = true
			}
		}
	}
	return exactly, disputed, below
}

// touchesOnly is invariant 2: what the plan does not list is as it was, all of it, and directories above
// what it lists are as they were if they were there.
func (w *world) touchesOnly(p *plan.Plan, was plan.Sides[nodes]) {
	w.Helper()
	touchesOnly(w, p, was, w.trees())
	w.sparesCanary()
}

func touchesOnly(t tester, p *plan.Plan, was, is plan.Sides[nodes]) {
	t.Helper()
	for _, side := range plan.BothSides {
		exactly, disputed, below := listed(p, side)
		for path := range union(was[side], is[side]) {
			free := exactly[path] || disputed[folded(path)]
			for at := path; at != tree.Root && !free; at = at.Parent() {
				free = below[folded(at)]
			}
			before, there := was[side][path]
			after, stays := is[side][path]
			if (there != stays || before != after) && !free && !litterGone(path, stays, exactly, disputed) {
				t.Errorf("%s: %s is not in the plan, and changed from %v to %v", side, path, before, after)
			}
		}
	}
}

// litterGone allows litter to go with its directory.
func litterGone(path tree.Path, stays bool, exactly, disputed map[tree.Path]bool) bool {
	if stays {
		return false
	}
	for ; path != tree.Root; path = path.Parent() {
		if isLitter(path.Base()) {
			return exactly[path.Parent()] || disputed[folded(path.Parent())]
		}
	}
	return false
}

func (w *world) sparesCanary() {
	w.Helper()
	if w.dir == "" {
		return
	}
	all := read(w, w.dir, "")
	maps.DeleteFunc(all, func(path tree.Path, _ node) bool {
		return path.Within("local") || path.Within("remote")
	})
	if want := tryParse(w, canary); !all.equal(want) {
		w.Errorf("beside the trees: %v\nwant %v", all, want)
	}
}

// settled is invariant 4: both trees are equal, and the next first sync has nothing to do.
func (w *world) settled() {
	w.Helper()
	now := w.trees()
	if !now[plan.Local].fold().equal(now[plan.Remote].fold()) {
		w.Errorf("the trees differ:\nlocal:  %v\nremote: %v", now[plan.Local], now[plan.Remote])
		return
	}
	base := w.base
	w.respelled = map[tree.Path]string{}
	for path := range now[plan.Remote] {
		w.respelled[folded(path)] = path.Base()
	}
	defer func() { w.base, w.respelled = base, nil }()
	for _, m := range []nodes{nil, now[plan.Local]} {
		w.base = m
		if p, _ := w.survey(); !p.Empty() {
			w.Errorf("with a baseline: %v, the next plan is not empty:\n%s", m != nil, describe(p))
		}
	}
}

// honest holds a receipt to what is on the disk.
func (w *world) honest(p *plan.Plan, r *apply.Receipt, was plan.Sides[nodes]) {
	w.Helper()
	now := w.trees()
	var t apply.Totals
	for i := range r.Results {
		result := &r.Results[i]
		switch result.Outcome {
		case apply.Done:
			t.Done++
		case apply.Skipped:
			t.Skipped++
		case apply.Drifted:
			t.Drifted++
		case apply.Failed:
			t.Failed++
		}
		if (result.Error == "") != (result.Outcome == apply.Done) {
			w.Errorf("%s has the error %q", line(result), result.Error)
		}
		if result.Side == nil || result.Outcome != apply.Done {
			continue
		}
		side := *result.Side
		before, there := was[side][result.Path]
		after, stays := now[side][result.Path]
		displaces := there && before.kind != tree.Directory &&
			(*result.Action == plan.Update || *result.Action == plan.Delete)
		switch {
		case displaces && result.Trash == "":
			w.Errorf("%s: what was there went nowhere", line(result))
		case displaces:
			old, err := w.place(side).node(result.Trash)
			if err != nil || old != before {
				w.Errorf("%s: the trash has %v (%v), not %v", line(result), old, err, before)
			}
			if !strings.HasPrefix(result.Trash, ".treaty/trash/"+p.ID+"/") {
				w.Errorf("%s: the trash is %s", line(result), result.Trash)
			}
		case there && before.kind == tree.File && *result.Action == plan.Chmod && result.Trash != "" && !w.linked:
			w.Errorf("%s: %s in the trash", line(result), result.Trash)
		}
		var sum tree.Hash
		switch {
		case *result.Action == plan.Delete && before.kind == tree.File:
			sum = sha256.Sum256([]byte(before.content))
		case *result.Action != plan.Delete && stays && after.kind == tree.File:
			sum = sha256.Sum256([]byte(after.content))
			if *result.Action == plan.Create || *result.Action == plan.Update {
				t.Bytes += int64(len(after.content))
			}
		}
		if result.SHA256 != sum && (p.Options.Hash != plan.HashConflicts || result.SHA256.Known()) {
			w.Errorf("%s: the receipt has the hash %v, and the content %v", line(result), result.SHA256, sum)
		}
	}
	if t != r.Totals {
		w.Errorf("the totals are %+v, and the results come to %+v", r.Totals, t)
	}
	if want := map[bool]apply.Outcome{true: apply.Partial,
		false: apply.Complete}[t.Drifted+t.Failed > 0]; r.Outcome != want {
		w.Errorf("the outcome is %s, with %+v", r.Outcome, t)
	}
	if r.Plan.ID != p.ID || r.Plan.SHA256 != sha256.Sum256(w.text(p)) {
		w.Errorf("the receipt is of %v", r.Plan)
	}
	w.archived(p)
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

// isLitter tells what is left out by default.
func isLitter(name string) bool {
	options := plan.DefaultOptions()
	return options.Litter(name)
}
