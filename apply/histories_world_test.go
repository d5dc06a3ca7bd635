package apply_test

import (
	"fmt"
	"os"
	"strings"
	"time"

	"pgregory.net/rapid"

	"treaty/apply/internal/memory"
	"treaty/plan"
	"treaty/plan/tree"
)

// member is one tree, wherever it is mounted now.
type member struct {
	name, at string
	mounts   int
	// memory is the tree where that is in memory, nil for a real one.
	memory *memory.Volume
}

func (m *member) place() place {
	if m.memory != nil {
		return inMemory{m.memory}
	}
	return folder(m.at)
}

func (h *history) tree(m *member) nodes { return m.place().read(h, "", ".treaty") }

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
	m.place().write(h, nodes{path: n})
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

// remount moves a tree to another place, as sticks do.
func (h *history) remount(m *member) {
	m.mounts++
	to := fmt.Sprintf("%s.%d", m.at, m.mounts)
	if m.memory != nil {
		m.memory = m.memory.At(to)
	} else {
		check(h, os.Rename(m.at, to))
	}
	m.at = to
	h.note("remount %s", m.name)
}

// world is two partners as the helpers of other tests know them, the first or the second as LOCAL.
func (h *history) world(p *partners, local int) *world {
	w := &world{tester: h, dir: h.dir, memory: map[string]*memory.Volume{}, options: defaults()}
	for side, m := range facing(p.trees, local) {
		h.mounted(w, plan.Side(side), m)
	}
	return w
}

// mounted says where the tree of a side of a world is now.
func (h *history) mounted(w *world, side plan.Side, m *member) {
	delete(w.memory, w.at[side])
	if w.at[side] = m.at; m.memory != nil {
		w.memory[m.at] = m.memory
	}
}
