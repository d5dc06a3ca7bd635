package apply_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

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
		in.Base = w.base.text
		in.Memory, in.Baseline = lastAgreed{w.base, w.respelled}, &plan.BaselineRef{PlanID: planID(0), SyncedAt: epoch.Time()}
	}
	if w.remembers {
		m := w.remember()
		defer m.Close()
		in.Memory, in.Baseline = m, &m.Ref
	}
	ctx := context.Background()
	var walks []volume.Walk
	for _, side := range plan.BothSides {
		store := w.store(side)
		defer store.Close()
		root := store.Volume()
		identity, err := store.Identity()
		check(w, err)
		from := plan.Tree{Root: root.Root(), Ahead: root.Host().Ahead()}
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

// text is the content of a file that has this hash, nil for none.
func (m nodes) text(sum tree.Hash) []byte {
	for _, n := range m {
		if n.kind == tree.File && sha256.Sum256([]byte(n.content)) == sum {
			return []byte(n.content)
		}
	}
	return nil
}
