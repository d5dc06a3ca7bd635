package apply_test

import (
	"os"
	"path/filepath"
	"time"

	"treaty/apply"
	"treaty/apply/internal/local"
	"treaty/apply/internal/memory"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// world is two trees, real or in memory, the real ones with a folder beside them that nothing may ever touch.
type world struct {
	tester
	// dir is where real trees lie, "" where none is.
	dir string
	at  plan.Sides[string]
	// memory are the trees that are in memory, by their roots.
	memory map[string]*memory.Volume
	// far are the sides that are reached through an agent.
	far plan.Sides[bool]
	// line is what they are reached over, nil for one that holds.
	line *cutLine
	// liar answers there in the place of an agent, nil for an honest one.
	liar *liar
	// ahead is by how much their clocks are ahead.
	ahead   time.Duration
	options plan.Options
	// was is what both trees held when the last plan was made.
	was plan.Sides[nodes]
	// base is what both agreed on before that, nil where nobody remembers; remote's own names of it are in
	// respelled, by the folded path.
	base      nodes
	respelled map[tree.Path]string
	// remembers tells that plans are made from what both trees remember, and not from base.
	remembers bool
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
	if w.far[side] {
		return afar{w.near(side), w.line, w.liar, w.ahead}
	}
	return w.near(side)
}

// near is the place for whoever is on that side's machine.
func (w *world) near(side plan.Side) place {
	if v := w.memory[w.at[side]]; v != nil {
		return inMemory{v}
	}
	return folder(w.at[side])
}

// opener is what opens the trees of this world, nil where nobody need be told how.
func (w *world) opener() apply.Opener {
	if len(w.memory) == 0 && w.far == (plan.Sides[bool]{}) {
		return nil
	}
	return func(root string) (volume.Volume, error) {
		for side, far := range w.far {
			if far && root == w.at[side] {
				return w.place(plan.Side(side)).open()
			}
		}
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
