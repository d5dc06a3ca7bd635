package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// pair is two trees, opened to be compared.
type pair struct {
	roots  plan.Sides[*scan.Root]
	stores plan.Sides[*store.Store]
	config *config
	found  found // REMOTE
	// forgotten is why the baseline counts as none, once it turned out damaged while it was read.
	forgotten *plan.Problem
}

// openPair finds and opens the trees of a command line: LOCAL defaults to the tree of the current directory.
func (a *app) openPair(first, second string) (*pair, error) {
	local, remote := "", first
	if second != "" {
		local, remote = first, second
	}
	if local == "" {
		local = store.FindTree(".")
	}
	a.call.trees = plan.Sides[string]{local, remote}
	p := &pair{}
	err := p.find(local, remote)
	if remote == "" {
		a.call.trees[plan.Remote] = p.found.path
	}
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// find opens both trees and the config. What it opened is open also after an error. What is at work or open on LOCAL is
// told before REMOTE is looked for: a first apply that was interrupted has recorded no REMOTE yet.
func (p *pair) find(local, remote string) (err error) {
	if err := p.open(plan.Local, expandHome(local)); err != nil {
		return err
	}
	if p.config, err = readConfig(p.stores[plan.Local]); err != nil {
		return err
	}
	if err := p.stores[plan.Local].Available(); err != nil {
		return err
	}
	if p.found, err = p.remote(remote); err != nil {
		return err
	}
	if err := p.open(plan.Remote, p.found.path); err != nil {
		return err
	}
	return p.apart()
}

func (p *pair) open(side plan.Side, path string) error {
	root, err := scan.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &complaint{is: refusal.CauseMissing, why: fmt.Sprintf("the %s tree is missing: there is no %s", side, path),
			hint: then("mount it, or mend the path", again)}
	case errors.Is(err, scan.ErrNotDirectory):
		return usage(exactly("treaty plan --help"), "the %s tree is not a directory: %s", side, path)
	case err != nil:
		return err
	}
	p.roots[side] = root
	if own, err := os.Lstat(filepath.Join(root.Path(), tree.PrivateFolder)); err == nil && !own.IsDir() {
		return &complaint{why: fmt.Sprintf("%s is not a directory", filepath.Join(root.Path(), tree.PrivateFolder)),
			hint: then("move it away (treaty keeps its own files in a folder of that name)", again)}
	}
	p.stores[side], err = store.Of(root)
	return err
}

func (p *pair) close() {
	for _, side := range plan.BothSides {
		if p.roots[side] != nil {
			p.roots[side].Close()
		}
		if p.stores[side] != nil {
			p.stores[side].Close()
		}
	}
}

// apart refuses trees that are the same, or one in the other.
func (p *pair) apart() error {
	relation, err := scan.Relate(p.roots[plan.Local], p.roots[plan.Remote])
	if err != nil {
		return err
	}
	local, remote := p.roots[plan.Local].Path(), p.roots[plan.Remote].Path()
	switch relation {
	case scan.Same:
		return usage(twoTrees, "both trees are the same: %s", local)
	case scan.Inside:
		return usage(twoTrees, "the local tree %s lies inside the remote tree %s", local, remote)
	case scan.Around:
		return usage(twoTrees, "the remote tree %s lies inside the local tree %s", remote, local)
	}
	return nil
}

// planned is a plan that was made, and what is kept beside it.
type planned struct {
	plan    *plan.Plan
	digests *store.Digests
	// asked tells that apply will ask for an approval.
	asked bool
}

// sight is both trees being looked at, for a plan.
type sight struct {
	ctx     context.Context
	in      plan.Input
	digests *store.Digests
	walks   plan.Sides[*scan.Walk]
	memory  *store.Memory
	meter   *meter
	cancel  context.CancelFunc
	// began is when the first of it was read: what was written later may not show in a coarse time.
	began time.Time
}

// available refuses trees on one of which another treaty works, or an interrupted apply is open.
func (p *pair) available() error {
	for _, store := range p.stores {
		if err := store.Available(); err != nil {
			return err
		}
	}
	return nil
}

// look begins to read both trees, if they are available.
func (p *pair) look(a *app, options plan.Options) (*sight, error) {
	if err := p.available(); err != nil {
		return nil, err
	}
	s := &sight{digests: &store.Digests{}, began: a.now()}
	s.ctx, s.cancel = context.WithCancel(a.ctx)
	s.in = plan.Input{Options: options, Observe: s.digests.Observe}
	var seen plan.Sides[scan.Progress]
	var hashed atomic.Int64
	s.meter = a.meter(scanning(&seen, &hashed))
	for _, side := range plan.BothSides {
		from, err := p.tree(side, options)
		if err != nil {
			s.close()
			return nil, err
		}
		s.walks[side] = p.roots[side].Walk(s.ctx, scan.Options{
			Patterns: options.Ignore, DefaultIgnores: options.DefaultIgnores,
			Granularity: from.Traits.MtimeGranularity, Modes: from.Traits.Modes, Progress: &seen[side],
		})
		from.Stream = s.walks[side]
		from.Reader = scan.Reader{Hasher: scan.Hasher{Root: p.roots[side], Progress: &hashed}, Granularity: from.Traits.MtimeGranularity}
		s.in.Trees[side] = from
	}
	if err := s.remember(p); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// remember opens the baseline, if there is one that counts.
func (s *sight) remember(p *pair) error {
	problem := p.forgotten
	if problem == nil {
		memory, why, err := store.Remember(p.stores)
		if err != nil {
			return err
		}
		if s.memory = memory; memory != nil {
			s.in.Memory, s.in.Baseline = memory, &memory.Ref
		}
		problem = why
	}
	if problem != nil {
		s.in.Problems = append(s.in.Problems, *problem)
	}
	return nil
}

// tree is one side, but for what reads it.
func (p *pair) tree(side plan.Side, options plan.Options) (plan.Tree, error) {
	from := plan.Tree{Root: p.roots[side].Path()}
	identity, err := p.stores[side].Identity()
	if err != nil {
		return from, err
	}
	if identity != nil {
		from.ID = &identity.ID
	}
	from.Traits, err = p.stores[side].Traits(options.Declared(side))
	return from, err
}

func (s *sight) close() {
	s.cancel()
	for _, walk := range s.walks {
		if walk != nil {
			walk.Close()
		}
	}
	s.memory.Close()
	s.meter.stop()
}

// finish makes a document of what was found, if the trees can be relied on to have been there all the
// time.
func (s *sight) finish(a *app, result *plan.Plan, err error) (*planned, error) {
	for _, side := range plan.BothSides {
		if err == nil {
			err = s.walks[side].Finish()
		}
	}
	if err != nil {
		return nil, err
	}
	result.ID, result.CreatedAt, result.CreatedBy = newID(s.began), s.began.UTC(), author()
	return &planned{plan: result, digests: s.digests}, nil
}

// compare makes a plan of the two trees.
func (p *pair) compare(a *app, f *planFlags) (*planned, error) {
	for _, store := range p.stores {
		if f.NewPair {
			store.TakeAnew()
		}
	}
	if !f.NewPair {
		if err := store.SamePair(p.stores); err != nil {
			return nil, err
		}
	}
	options := p.config.options(f)
	if err := options.CheckPatterns(); err != nil {
		return nil, usage(then("write it as in a .gitignore", exactly("treaty plan --help")), "%v", err)
	}
	var shift *plan.Sides[time.Duration]
	for {
		s, err := p.look(a, options)
		if err != nil {
			return nil, err
		}
		s.in.Shift = shift
		result, err := plan.Compare(s.ctx, s.in)
		if problem := store.Forgotten(err); problem != nil && p.forgotten == nil {
			s.close()
			p.forgotten = problem
			continue
		}
		if shift == nil && errors.Is(err, plan.ErrShift) {
			s.close()
			shift = &plan.Sides[time.Duration]{}
			continue
		}
		defer s.close()
		made, err := s.finish(a, result, err)
		if err == nil {
			s.meter.stop()
			tellTimes(a, made.plan)
			p.tellIdle(a, s.walks)
			err = p.tellDamage(a, made.plan)
		}
		return made, err
	}
}

// newID is a version 7 UUID: milliseconds, then chance.
func newID(now time.Time) string {
	return uuid7(now, rand.Read)
}
