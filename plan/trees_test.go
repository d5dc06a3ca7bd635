package plan_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"treaty/plan"
	"treaty/plan/internal/ignore"
	"treaty/plan/tree"
)

// node is an entry of a tree in memory, or of what two trees agreed on.
type node struct {
	kind    tree.Type
	content string
	size    int64 // that of content, unless a table says otherwise
	mtime   tree.Time
	mode    tree.Mode
	target  string
	// trouble is what reading the entry meets: "unreadable", "changing", "partial", "mount-point".
	trouble string
	links   uint32
	inode   uint64 // 0 where its filesystem gives none that lasts
	extras  bool
}

// memoryTree is a tree in memory, with its filesystem's traits. It holds its callers to the contract
// of tree.Stream.
type memoryTree struct {
	nodes  map[tree.Path]*node
	traits tree.Traits
	rules  ignore.Options
	// shuffle, where not nil, is the order in which the filesystem hands out names.
	shuffle func(n int, swap func(i, j int))
	// clash lets random names differ in case or normalisation only.
	clash bool
	// exact tells of a volume that minds every byte of a name, whatever its traits say of it.
	exact bool
	asked map[tree.Path]bool
	last  map[tree.Path]tree.Entry
}

// hash is that of a file's content, zero for what has none.
func (n *node) hash() tree.Hash {
	if n.kind != tree.File {
		return tree.Hash{}
	}
	return sha256.Sum256([]byte(n.content))
}

func newTree(profile tree.Profile) *memoryTree {
	return &memoryTree{nodes: map[tree.Path]*node{}, traits: profile.Traits()}
}

// clone is a tree that shares nothing with m.
func (m *memoryTree) clone() *memoryTree {
	c := *m
	c.nodes = map[tree.Path]*node{}
	for path, n := range m.nodes {
		twin := *n
		c.nodes[path] = &twin
	}
	c.asked, c.last = nil, nil
	return &c
}

// put adds an entry, and the directories above it.
func (m *memoryTree) put(path tree.Path, n *node) {
	m.nodes[path] = n
	for dir := path.Parent(); dir != tree.Root; dir = dir.Parent() {
		if m.nodes[dir] == nil {
			m.nodes[dir] = &node{kind: tree.Directory, mode: tree.Perm(0o755)}
		}
	}
}

// paths are all paths, parents first.
func (m *memoryTree) paths() []tree.Path {
	return slices.SortedFunc(maps.Keys(m.nodes), tree.Compare)
}

// below are the paths of dir and all in it, parents first.
func (m *memoryTree) below(dir tree.Path) []tree.Path {
	return slices.DeleteFunc(m.paths(), func(p tree.Path) bool { return !p.Within(dir) })
}

// find is the path under which the filesystem holds path, or "".
func (m *memoryTree) find(path tree.Path) tree.Path {
	if m.nodes[path] != nil {
		return path
	}
	if m.traits.CaseSensitive || m.exact {
		return ""
	}
	return m.spelled(path)
}

// taken tells whether a name is no good for something new.
func (m *memoryTree) taken(path tree.Path) bool {
	return m.find(path) != "" || !m.clash && m.spelled(path) != ""
}

// spelled is find for a path that may have the other side's spelling, as that of a conflict has.
func (m *memoryTree) spelled(path tree.Path) tree.Path {
	for _, equal := range []func(tree.Path) tree.Path{func(p tree.Path) tree.Path { return p }, nfc, key} {
		for _, other := range m.paths() {
			if equal(other) == equal(path) {
				return other
			}
		}
	}
	return ""
}

// entry is how a scan lists the node at path.
func (m *memoryTree) entry(path tree.Path) tree.Entry {
	n, name := m.nodes[path], path.Base()
	e := tree.Entry{Name: name, Key: tree.CollisionKey(name), Type: n.kind, Target: n.target,
		Links: n.links, Inode: n.inode}
	if n.kind == tree.File {
		e.Size, e.Mtime = n.size, m.traits.Keep(n.mtime)
	}
	if m.traits.Modes && (n.kind == tree.File || n.kind == tree.Directory) {
		e.Mode = n.mode
	}
	switch {
	case n.kind == tree.Special:
		e.Obstacle, e.Why = tree.SpecialFile, "it is a FIFO"
	case n.trouble == "mount-point":
		e.Obstacle, e.Why = tree.MountPoint, "another filesystem is mounted there"
	case !utf8.ValidString(name):
		e.Obstacle, e.Why = tree.NameNotUTF8, "its name is not UTF-8"
	}
	return e
}

// scope are the rules that hold in dir.
func (m *memoryTree) scope(dir tree.Path) ignore.Scope {
	s := ignore.New(m.rules)
	if dir != tree.Root {
		s = m.scope(dir.Parent())
	}
	if n := m.nodes[dir.Join(".treatyignore")]; n != nil && n.kind == tree.File {
		s = s.Enter(string(dir), []byte(n.content))
	}
	return s
}

type memoryScope struct{ ignore.Scope }

func (s memoryScope) Judge(path tree.Path, directory bool) tree.Ruling {
	return map[ignore.Ruling]tree.Ruling{ignore.In: tree.InScope, ignore.Litter: tree.Litter,
		ignore.Ignored: tree.Ignored}[s.Match(string(path), directory)]
}

func (s memoryScope) Same(as tree.Scope) bool {
	other, known := as.(memoryScope)
	return known && s.Scope.Same(other.Scope)
}

func (s memoryScope) Extend(outer tree.Scope, dir, as tree.Path) tree.Scope {
	other, _ := outer.(memoryScope)
	return memoryScope{s.Scope.Extend(other.Scope, string(dir), string(as))}
}

func (m *memoryTree) List(dir tree.Path) (tree.Listing, error) {
	if err := m.hold(dir); err != nil {
		return tree.Listing{}, err
	}
	scope := memoryScope{m.scope(dir)}
	l := tree.Listing{Dir: dir, Scope: scope}
	if n := m.nodes[dir.Join(".treatyignore")]; n != nil {
		l.Rules = n.hash()
	}
	if n := m.nodes[dir]; n != nil && (n.trouble == "unreadable" || n.trouble == "partial") {
		l.Obstacle, l.Why = tree.Unreadable, "permission denied"
		if n.trouble == "unreadable" {
			return l, nil
		}
	}
	for _, path := range m.paths() {
		if path.Parent() == dir && path != tree.Root && !tree.Reserved(path.Base()) {
			e := m.entry(path)
			e.Ruling = scope.Judge(path, e.Type == tree.Directory)
			l.Entries = append(l.Entries, e)
		}
	}
	if m.shuffle != nil {
		m.shuffle(len(l.Entries), func(i, j int) { l.Entries[i], l.Entries[j] = l.Entries[j], l.Entries[i] })
	}
	l.Sort()
	return l, nil
}

// Reuse spoils what it is given back: whoever refers to it still comes to something else than the tests want.
func (m *memoryTree) Reuse(listed []tree.Entry) {
	for i := range listed {
		listed[i] = tree.Entry{Name: "reused", Key: "reused", Type: tree.Special, Size: -1, Obstacle: tree.Unreadable}
	}
}

// hold fails where a directory is asked for twice, before its parent, or before an earlier sibling.
func (m *memoryTree) hold(dir tree.Path) error {
	if m.asked == nil {
		m.asked, m.last = map[tree.Path]bool{}, map[tree.Path]tree.Entry{}
	}
	if m.asked[dir] {
		return fmt.Errorf("%q is asked for twice", dir)
	}
	m.asked[dir] = true
	if dir == tree.Root {
		return nil
	}
	n, parent := m.nodes[dir], dir.Parent()
	if n == nil || n.kind != tree.Directory {
		return fmt.Errorf("%q is no directory", dir)
	}
	if !m.asked[parent] {
		return fmt.Errorf("%q is asked for before its parent", dir)
	}
	e := m.entry(dir)
	if last, ok := m.last[parent]; ok && tree.Order(&last, &e) >= 0 {
		return fmt.Errorf("%q is asked for after %q", dir, last.Name)
	}
	m.last[parent] = e
	return nil
}

func (m *memoryTree) Hash(ctx context.Context, wanted []tree.Wanted, done func(i int, content tree.Content)) error {
	for i, want := range wanted {
		text, err := m.Text(ctx, want, want.Size)
		content := tree.Content{Err: err}
		if err == nil {
			if !want.HeadOnly {
				content.SHA256 = sha256.Sum256(text)
			}
			content.Extras = m.nodes[want.Path].extras
			if want.Head || want.HeadOnly {
				content.Head = text
			}
		}
		done(i, content)
	}
	return nil
}

func (m *memoryTree) Text(_ context.Context, want tree.Wanted, _ int64) ([]byte, error) {
	n := m.nodes[want.Path]
	switch {
	case n == nil || n.kind != tree.File || n.size != want.Size ||
		m.traits.Keep(n.mtime) != want.Mtime || n.trouble == "changing":
		return nil, tree.ErrChanged
	case n.trouble == "unreadable":
		return nil, errors.New("permission denied")
	}
	return []byte(n.content), nil
}

// memoryBaseline has what two trees agreed on, by local's spelling of the directory.
type memoryBaseline map[tree.Path][]tree.Agreed

func (b memoryBaseline) List(dir tree.Path) ([]tree.Agreed, error) {
	list := slices.Clone(b[dir])
	for i := range list {
		list[i].Spelled = list[i].Name[plan.Local]
	}
	slices.SortFunc(list, func(x, y tree.Agreed) int {
		return cmp.Or(cmp.Compare(x.Key, y.Key), cmp.Compare(x.Name[plan.Local], y.Name[plan.Local]))
	})
	return list, nil
}

// Reuse spoils what it is given back, as that of memoryTree does.
func (b memoryBaseline) Reuse(listed []tree.Agreed) {
	for i := range listed {
		listed[i] = tree.Agreed{Name: [2]string{"reused", "reused"}, Key: "reused", Type: tree.Special, Size: -1}
	}
}

// add takes an entry into the baseline, and the directories above it.
func (b memoryBaseline) add(dir tree.Path, a tree.Agreed) {
	a.Key = tree.CollisionKey(a.Name[plan.Local])
	if dir != tree.Root && !slices.ContainsFunc(b[dir.Parent()], func(up tree.Agreed) bool {
		return up.Name[plan.Local] == dir.Base()
	}) {
		mode := tree.Kept{Mode: tree.Perm(0o755)}
		b.add(dir.Parent(), tree.Agreed{Name: [2]string{dir.Base(), dir.Base()}, Type: tree.Directory,
			On: [2]tree.Kept{mode, mode}})
	}
	b[dir] = slices.DeleteFunc(b[dir], func(old tree.Agreed) bool { return old.Name[plan.Local] == a.Name[plan.Local] })
	b[dir] = append(b[dir], a)
}

// world is all that a plan is made from.
type world struct {
	trees   plan.Sides[*memoryTree]
	base    memoryBaseline // nil without a baseline
	options plan.Options
	// kept are the texts of which the baseline has the hashes, nil where none are.
	kept map[tree.Hash][]byte
}

// defaults are the options of a plan that nobody configured.
func defaults() plan.Options {
	return plan.Options{Ignore: []string{}, DefaultIgnores: true, Hash: plan.HashOperations,
		Bidirectional: plan.BidirectionalAuto,
		Executable:    plan.Executable{Overrides: []plan.ExecutableOverride{}, Extensions: map[string]bool{}},
		Diffs:         plan.DiffConflicts, Sensitive: []string{}, MaxDeletes: 1000, Umask: tree.Perm(0o022)}
}

// compare makes the plan, with an id, a time and an author that never change.
func (w *world) compare() (*plan.Plan, error) {
	p, err := plan.Compare(context.Background(), w.input())
	if err != nil {
		return nil, err
	}
	p.ID, p.CreatedAt = "019b76da-a800-7000-8000-000000000001", epoch.Time()
	p.CreatedBy = plan.Author{User: "ann", Host: "desk", Version: "1.0.0"}
	return p, nil
}

// input is the world as it is handed to whatever walks it.
func (w *world) input() plan.Input {
	in := plan.Input{Options: w.options}
	for _, side := range plan.BothSides {
		m := w.trees[side]
		m.asked, m.last = nil, nil
		m.rules = ignore.Options{Patterns: w.options.Ignore, DefaultIgnores: w.options.DefaultIgnores}
		traits := m.traits
		traits.Type, traits.Source = string(traits.Profile), tree.Declared
		in.Trees[side] = plan.Tree{Root: "/trees/" + side.String(), Traits: traits, Stream: m, Reader: m}
	}
	if w.base != nil {
		in.Base = func(sum tree.Hash) []byte { return w.kept[sum] }
		in.Memory, in.Baseline = w.base, &plan.BaselineRef{PlanID: "earlier", SyncedAt: epoch.Time()}
	}
	return in
}

// mirrored is the world with its sides swapped.
func (w *world) mirrored() *world {
	m := &world{options: w.options, kept: w.kept}
	m.trees = plan.Sides[*memoryTree]{w.trees[plan.Remote], w.trees[plan.Local]}
	if w.base != nil {
		m.base = memoryBaseline{}
		w.base.mirror(m.base, tree.Root, tree.Root)
	}
	return m
}

func (b memoryBaseline) mirror(into memoryBaseline, dir, mirrored tree.Path) {
	for _, a := range b[dir] {
		below := a.Name
		a.Name[0], a.Name[1] = a.Name[1], a.Name[0]
		a.On[0], a.On[1] = a.On[1], a.On[0]
		into[mirrored] = append(into[mirrored], a)
		if a.Type == tree.Directory {
			b.mirror(into, dir.Join(below[plan.Local]), mirrored.Join(below[plan.Remote]))
		}
	}
}
