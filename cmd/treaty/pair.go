package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync/atomic"

	"treaty/apply"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// pair is two trees, opened to be compared.
type pair struct {
	roots  plan.Sides[*scan.Root]
	stores plan.Sides[*apply.Store]
	config *config
}

// openPair finds and opens the trees of a command line: LOCAL defaults to the current directory, REMOTE
// to the config's.
func openPair(first, second string) (p *pair, err error) {
	local, remote := ".", first
	if second != "" {
		local, remote = first, second
	}
	p = &pair{}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	if err := p.open(plan.Local, expandHome(local)); err != nil {
		return nil, err
	}
	if p.config, err = readConfig(p.stores[plan.Local]); err != nil {
		return nil, err
	}
	if remote = expandHome(remote); remote == "" {
		if p.config.Remote == nil {
			return nil, usage("treaty plan LOCAL REMOTE",
				`no REMOTE is given, and %s has no "remote"`, p.stores[plan.Local].Path("config.json"))
		}
		if remote = expandHome(*p.config.Remote); !filepath.IsAbs(remote) {
			remote = filepath.Join(p.roots[plan.Local].Path(), remote)
		}
	}
	if err := p.open(plan.Remote, remote); err != nil {
		return nil, err
	}
	return p, p.apart()
}

func (p *pair) open(side plan.Side, path string) error {
	root, err := scan.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &apply.Refusal{Cause: apply.ErrSafety, Why: fmt.Sprintf("the %s tree is missing: there is no %s", side, path),
			Hint: "mount it, or mend the path"}
	case errors.Is(err, scan.ErrNotDirectory):
		return usage("", "the %s tree is not a directory: %s", side, path)
	case err != nil:
		return err
	}
	p.roots[side] = root
	p.stores[side], err = apply.OpenStore(root.Path())
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
		return usage("treaty plan LOCAL REMOTE", "both trees are the same: %s", local)
	case scan.Inside:
		return usage("treaty plan LOCAL REMOTE", "the local tree %s lies inside the remote tree %s", local, remote)
	case scan.Around:
		return usage("treaty plan LOCAL REMOTE", "the remote tree %s lies inside the local tree %s", remote, local)
	}
	return nil
}

// planned is a plan that was made, and what is kept beside it.
type planned struct {
	plan    *plan.Plan
	digests *apply.Digests
}

// compare makes a plan of the two trees.
func (p *pair) compare(a *app, f *planFlags) (*planned, error) {
	for _, side := range plan.BothSides {
		if err := p.stores[side].Locked(); err != nil {
			return nil, err
		}
	}
	made := &planned{digests: &apply.Digests{}}
	in := plan.Input{Options: p.config.options(f), Observe: made.digests.Observe}
	var seen plan.Sides[scan.Progress]
	var hashed atomic.Int64
	var walks plan.Sides[*scan.Walk]
	ctx, cancel := context.WithCancel(a.ctx)
	defer cancel()
	for _, side := range plan.BothSides {
		identity, err := p.stores[side].Identity()
		if err != nil {
			return nil, err
		}
		var declared tree.Profile
		if fs := [2]*tree.Profile{in.Options.LocalFS, in.Options.RemoteFS}[side]; fs != nil {
			declared = *fs
		}
		from := plan.Tree{Root: p.roots[side].Path()}
		var recorded *tree.Traits
		if identity != nil {
			from.ID, recorded = &identity.ID, &identity.Traits
		}
		if from.Traits, err = p.roots[side].Traits(declared, recorded); err != nil {
			return nil, err
		}
		walks[side] = p.roots[side].Walk(ctx, scan.Options{
			Patterns: in.Options.Ignore, DefaultIgnores: in.Options.DefaultIgnores,
			Granularity: from.Traits.MtimeGranularity, Modes: from.Traits.Modes, Progress: &seen[side],
		})
		defer walks[side].Close()
		from.Stream = walks[side]
		from.Reader = scan.Reader{Hasher: scan.Hasher{Root: p.roots[side], Progress: &hashed}, Granularity: from.Traits.MtimeGranularity}
		in.Trees[side] = from
	}
	memory, problem, err := apply.Remember(p.stores)
	if err != nil {
		return nil, err
	}
	defer memory.Close()
	if memory != nil {
		in.Memory, in.Baseline = memory, &memory.Ref
	}
	if problem != nil {
		in.Problems = append(in.Problems, *problem)
	}
	meter := a.meter(scanning(&seen, &hashed))
	defer meter.stop()
	result, err := plan.Compare(ctx, in)
	for _, side := range plan.BothSides {
		if err == nil {
			err = walks[side].Finish()
		}
	}
	if err != nil {
		return nil, err
	}
	result.ID, result.CreatedAt, result.CreatedBy = newID(), a.now().UTC(), author()
	made.plan = result
	return made, nil
}

// newID is a version 7 UUID: milliseconds, then chance.
func newID() string {
	return uuid7(timeNow(), rand.Read)
}
