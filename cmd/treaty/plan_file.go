package main

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"treaty/apply"
	"treaty/apply/paper"
	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/home"
	"treaty/cmd/treaty/internal/trees"
	"treaty/plan"
	"treaty/plan/address"
	"treaty/plan/scan"
	"treaty/plan/tree"
	"treaty/schema"
)

// planArgument names a plan file.
type planArgument struct {
	Path string `arg:"" optional:"" name:"PLAN" help:"The plan file; the newest one of the tree if none is given."`
}

// planFile is a plan as read from its file.
type planFile struct {
	path string
	plan *plan.Plan
	// file is what it was read from, nil for who only looks at it, and text, where that is no valid plan, how that begins.
	file *paper.PlanFile
	text []byte
}

// find finds and reads the plan of a command: the one named, or else the newest of the tree that the
// current directory is in. A newest one that was applied already is refused, unless only its end was cut off;
// no older one is picked.
func (a *app) find(path string) (*planFile, error) {
	f, err := a.locate(path)
	if err != nil || path != "" {
		return f, err
	}
	store, err := a.store()
	if err != nil {
		return nil, err
	}
	defer store.Close()
	if store.Settled() != nil {
		return f, nil // what is open, or in the way, is told of by who comes to it
	}
	return f, store.Unapplied(f.plan.ID)
}

// locate is find for a command that tells for itself, after more urgent things, whether the plan was applied.
func (a *app) locate(path string) (*planFile, error) {
	if path == "" {
		return a.newest()
	}
	if fromInput(path) {
		return nil, noInput(path)
	}
	a.call.plan = path
	f, err := a.call.read(home.Expand(path))
	if err != nil {
		a.call.guess(f)
		return nil, err
	}
	a.call.about = f.plan
	a.call.trees = plan.Sides[string]{trees.RootHere(f.plan, plan.Local), trees.RootHere(f.plan, plan.Remote)}
	return f, nil
}

// newest reads the newest plan of the tree that the current directory is in.
func (a *app) newest() (*planFile, error) {
	store, err := a.store()
	if err != nil {
		return nil, err
	}
	defer store.Close()
	path, err := store.Newest()
	if err != nil {
		return nil, err
	}
	f, err := a.call.read(path)
	if err != nil {
		a.call.guess(f)
		return nil, err
	}
	a.call.trees[plan.Remote], a.call.about = f.otherThan(store.Root()), f.plan
	return f, nil
}

// otherThan is the root of the plan's other tree for who stands in the one at root. That is the one that it calls
// remote, unless somebody has exchanged the two in the plan.
func (f *planFile) otherThan(root string) string {
	if there := trees.RootHere(f.plan, plan.Remote); there != "" && trees.SameDirectory(there, root) {
		return trees.RootHere(f.plan, plan.Local)
	}
	return trees.RootHere(f.plan, plan.Remote)
}

// editable is find for a plan that is to be written anew.
func (a *app) editable(path string) (*planFile, error) {
	f, err := a.find(path)
	if err != nil {
		return nil, err
	}
	if !f.plan.Known() {
		return nil, usage(then("edit the JSON, or use a newer treaty", again),
			"%s is of version %s, and rewriting it would lose what only that knows", f.path, f.plan.FormatVersion)
	}
	return f, nil
}

// save writes the plan to its file.
func (f *planFile) save() error {
	return writeFile(f.path, func(to io.Writer) error { return store.WritePlan(to, f.plan) })
}

// unapplied refuses a plan that was applied already, as far as the tree that it calls local is there to tell.
func (f *planFile) unapplied() error {
	store, err := reach.Store(f.plan.Local.Root)
	if err != nil {
		return noRoom(err)
	}
	defer store.Close()
	return store.Unapplied(f.plan.ID)
}

// store opens the store that plans are found in: that of the nearest directory with plans, at or above the
// current one.
func (a *app) store() (*store.Store, error) { return a.nearest(reach.FindPlans) }

// history opens the store of the tree that the current directory is in, which may have no plans: what was REMOTE has
// none. Errors wrap store.ErrNoTree, also where -C names what is no tree.
func (a *app) history() (*store.Store, error) {
	if _, err := reach.FindHistory("."); err != nil {
		return nil, err
	}
	return a.nearest(reach.FindHistory)
}

// nearest opens the store that is found from the current directory. What -C names is taken where none is.
func (a *app) nearest(find func(string) (string, error)) (*store.Store, error) {
	dir, err := find(".")
	if err != nil {
		if a.call.dir == "" {
			return nil, err
		}
		dir = "."
	}
	store, err := openNamed(a, dir)
	if err == nil {
		a.call.trees[plan.Local] = store.Root()
	}
	return store, err
}

// openNamed opens the store of the tree at dir, which may be an address.
func openNamed(a *app, dir string) (*store.Store, error) {
	if address.Is(dir) {
		return a.net.store(dir)
	}
	return openStore(dir)
}

// openStore opens the store of the tree at dir.
func openStore(dir string) (*store.Store, error) {
	store, err := reach.Store(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usage(helped, "there is no directory %s", dir)
	case errors.Is(err, scan.ErrNotDirectory):
		return nil, usage(helped, "%s is not a directory", dir)
	}
	return store, err
}

// rootIn finds the root of a tree in the text of a plan, also of one that is no valid JSON.
var rootIn = expression(`"(local|remote)"\s*:\s*\{\s*"root"\s*:\s*("(?:[^"\\]|\\.)*")`)

// guess takes the roots that a file names which is no valid plan for the trees that were meant, if they are there: a
// hint may name them.
func (i *invocation) guess(f *planFile) {
	if f == nil {
		return
	}
	for _, found := range rootIn().FindAllSubmatch(f.text, 2) {
		side, root := plan.Local, ""
		if string(found[1]) == plan.Remote.String() {
			side = plan.Remote
		}
		if err := json.Unmarshal(found[2], &root); err != nil || !filepath.IsAbs(root) || i.trees[side] != "" {
			continue
		}
		if info, err := os.Stat(root); err == nil && info.IsDir() {
			i.trees[side] = root
		}
	}
}

// planAt reads a plan's file. Errors are those of paper.ReadPlan, or of openFile.
func planAt(path string) (*paper.PlanFile, error) { return paper.ReadPlan(opening(path)) }

// opening opens a plan's file.
func opening(path string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return openFile(path, schema.Plan) }
}

// read is readPlan for the command at hand.
func (i *invocation) read(path string) (*planFile, error) {
	if !i.looks {
		return readPlan(path)
	}
	p, err := paper.LookAt(opening(path))
	return planFileOf(&planFile{path: path, plan: p}, err)
}

// readPlan reads a plan's file. Where that is no valid plan, there is only how it begins, and an error.
func readPlan(path string) (*planFile, error) {
	file, err := planAt(path)
	f := &planFile{path: path, file: file}
	if err == nil {
		f.plan = file.Plan()
	}
	return planFileOf(f, err)
}

// planFileOf is a plan's file as it was read, or readPlan's error.
func planFileOf(f *planFile, err error) (*planFile, error) {
	path := f.path
	var wrong schema.Errors
	switch {
	case errors.As(err, &wrong):
		text := beginningOf(path, schema.Plan) // without it there is the less to say
		return &planFile{path: path, text: text}, invalid(path, "plan", err)
	case errors.Is(err, errUsage), errors.Is(err, apply.ErrInvalid):
		return nil, err
	case errors.Is(err, fs.ErrNotExist):
		return nil, usage(helped, "there is no plan %s", path)
	case err != nil:
		return nil, usage(again, "the plan cannot be read: %v", err)
	}
	f.countDirectories()
	return f, nil
}

// countDirectories has directories in conflict known from files, as far as it was kept which there were.
func (f *planFile) countDirectories() {
	whole := func(s *tree.State) bool { return s != nil && s.Subtree() != nil }
	if slices.ContainsFunc(f.plan.Conflicts, func(c plan.Conflict) bool { return whole(c.Local) || whole(c.Remote) }) {
		plan.CountDirectories(f.plan, digestsOf(f.plan).Below())
	}
}

// approval reads the approval beside the plan; nil where there is none.
func (f *planFile) approval() ([]byte, *apply.Approval, error) {
	path := paper.ApprovalPath(f.path)
	text, err := readFile(path, schema.Approval)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	approval, err := paper.ReadApproval(text)
	if err != nil {
		return nil, nil, invalid(path, "approval", err)
	}
	return text, approval, nil
}

// there tells which directories the plan's trees had when it was made, as far as that was kept; nil where it
// was not.
func there(p *plan.Plan) func(plan.Side, tree.Path) bool {
	if digests := digestsOf(p); digests != nil {
		return digests.Has
	}
	return nil
}

// digestsOf are those kept of the plan's trees, nil where there are none.
func digestsOf(p *plan.Plan) *store.Digests {
	local, err := reach.Store(p.Local.Root)
	if err != nil {
		return nil
	}
	defer local.Close()
	return local.Digests(p.ID)
}
