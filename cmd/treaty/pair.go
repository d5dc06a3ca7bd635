package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"treaty/apply"
	"treaty/apply/reach"
	"treaty/apply/refusal"
	"treaty/apply/snapshot"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/config"
	"treaty/cmd/treaty/internal/home"
	"treaty/cmd/treaty/internal/trees"
	"treaty/plan"
	"treaty/plan/address"
	"treaty/plan/scan"
)

// pair is the two trees of a command line.
type pair struct {
	*apply.Pair
	// stores are those of both, nil for one that is read from a snapshot.
	stores plan.Sides[*store.Store]
	// trees are both as they are read.
	trees plan.Sides[*store.Reader]
	// takesFile tells that REMOTE may be a snapshot.
	takesFile bool
	// file is the snapshot that REMOTE is read from, nil for a tree that is there.
	file   *snapshot.File
	config *config.Config
	found  found // REMOTE
	// net reaches trees on other machines; where it is nil, none is.
	net *network
	// planned tells that REMOTE may also be that of a plan that was not applied yet, where nothing else tells.
	planned bool
}

// openPair finds and opens the trees of a command line: LOCAL defaults to the tree of the current directory.
func (a *app) openPair(first, second string) (*pair, error) {
	p := &pair{net: a.net, takesFile: a.call.name == "plan"}
	if err := p.meant(a.call, first, second); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// meant is find for the arguments of a command line, which hints are told of.
func (p *pair) meant(call *invocation, first, second string) error {
	local, remote := "", first
	if second != "" {
		local, remote = first, second
	}
	if local == "" {
		local = reach.FindTree(".")
	}
	call.trees = plan.Sides[string]{local, remote}
	err := p.find(local, remote)
	if remote == "" {
		call.trees[plan.Remote] = p.found.path
	}
	return err
}

// find opens both trees and the config. What it opened is open also after an error. What is at work or open on LOCAL is
// told before REMOTE is looked for: a first apply that was interrupted has recorded no REMOTE yet.
func (p *pair) find(local, remote string) (err error) {
	if err := notHere("LOCAL", local); err != nil {
		return err
	}
	if err := p.open(plan.Local, home.Expand(local)); err != nil {
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
	if err := p.openRemote(p.found.path); err != nil {
		return err
	}
	p.Pair, err = apply.PairOf(p.stores[plan.Local], p.trees[plan.Remote])
	return p.fromAbove(err)
}

// fromAbove is an error of opening the two, as one that says so where LOCAL is no tree yet and REMOTE is one that lies
// in it: whoever stands above a tree and names that means it. nil is for nil.
func (p *pair) fromAbove(err error) error {
	var refused *apply.Refusal
	if !errors.As(err, &refused) || refused.Cause != refusal.CauseNotApart || !p.config.Absent {
		return err
	}
	local, remote := p.trees[plan.Local].Root(), p.trees[plan.Remote].Root()
	rest, unrelated := filepath.Rel(local, remote)
	if unrelated != nil || !filepath.IsLocal(rest) || trees.IDAt(local) != "" || trees.IDAt(remote) == "" {
		return err
	}
	there := func(i *invocation) string {
		return commandLine{i.reached(i.trees[plan.Remote]), []string{i.name}}.started()
	}
	return &complaint{is: errUsage, why: fmt.Sprintf("the tree %s lies inside %s, which is no tree itself", remote, local),
		hint: then("to do it in that tree", there)}
}

func (p *pair) open(side plan.Side, path string) error {
	own, err := p.store(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return refusal.Because(refusal.CauseMissing, "the %s tree is missing: there is no %s", side, path).
			On(side, absolute(path))
	case errors.Is(err, scan.ErrNotDirectory):
		otherwise := hint(helped)
		if p.takesFile && side == plan.Remote && !address.Is(path) {
			otherwise = then("name a directory, or a snapshot (it is neither)", helped)
		}
		return usage(otherwise, "the %s tree is not a directory: %s", side, path)
	case err != nil:
		return err
	}
	p.stores[side], p.trees[side] = own, own.Reader
	return nil
}

// openRemote opens REMOTE, which for a plan may be a snapshot.
func (p *pair) openRemote(path string) error {
	switch {
	case !isSnapshot(path):
		return p.open(plan.Remote, path)
	case !p.takesFile:
		return usage(then("to compare with it", comparing()), "%s is a snapshot, which only treaty plan takes", path)
	}
	file, err := openSnapshot(path, takeAnew(path))
	if err != nil {
		return err
	}
	p.trees[plan.Remote], p.file = store.ReaderOf(file), file
	return p.fits(file, path)
}

// scoped refuses a snapshot that leaves out more or less than a plan by the options.
func (p *pair) scoped(o *plan.Options) error {
	if p.file == nil || p.file.DefaultIgnores == o.DefaultIgnores {
		return nil
	}
	without := map[bool]string{true: "without", false: "with"}[p.file.DefaultIgnores]
	like := func(i *invocation) string {
		there, flags := *i, *i.flags
		flags.DefaultIgnores = &p.file.DefaultIgnores
		there.flags = &flags
		return comparing()(&there)
	}
	return usage(like, "%s was taken %s the litter of operating systems, and a plan of other default_ignores "+
		"takes no such snapshot", p.found.path, without)
}

// fits refuses a snapshot that lies in the tree that it is of, as far as that is here.
func (p *pair) fits(file *snapshot.File, path string) error {
	if inside, err := p.heldBySnapshot(path); err != nil || !inside {
		return err
	}
	return usage(then("move it out of the tree", again), "the snapshot %s lies inside the tree that it is of, %s", path,
		file.Root())
}

// heldBySnapshot tells whether a file lies in the tree that a snapshot is of, as far as there is one and that is here.
func (p *pair) heldBySnapshot(path string) (bool, error) {
	if p.file == nil || p.file.Head.Host == "" || p.file.Head.Host != p.stores[plan.Local].Host() {
		return false, nil
	}
	of, err := reach.Store(p.file.Root())
	if err != nil {
		return false, nil
	}
	defer of.Close()
	return of.Volume().Holds(absolute(path))
}

// store opens the store of what a root names.
func (p *pair) store(root string) (*store.Store, error) {
	if p.net == nil {
		return reach.Store(root)
	}
	return p.net.store(root)
}

func (p *pair) close() {
	for _, own := range p.trees {
		if own != nil {
			own.Close()
		}
	}
}

// planned is a plan that was made.
type planned struct {
	*apply.Planned
	plan *plan.Plan
	// asked tells that apply will ask for an approval.
	asked bool
}

// compare makes a plan of the two trees.
func (p *pair) compare(a *app, f *planFlags) (*planned, error) {
	options := shaped(p.config, f)
	if err := checkPatterns(p.config, p.stores[plan.Local]); err != nil {
		return nil, err
	}
	if err := options.CheckPatterns(); err != nil {
		return nil, usage(then("write it as in a .gitignore", helped), "%v", err)
	}
	if err := p.scoped(&options); err != nil {
		return nil, err
	}
	made, err := p.watched(a, apply.Planning{Options: options, NewPair: f.NewPair}, p.Plan)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(p.tellTwin(a), p.tellWithin(a)); err != nil {
		return nil, err
	}
	tellTimes(a, made.plan)
	tellForeign(a, made.plan)
	p.tellIdle(a, made.Idle)
	tellNothing(a, made.plan)
	return made, p.tellDamage(a, made.plan)
}

// watched makes a plan in sight of whoever waits for it.
func (p *pair) watched(a *app, how apply.Planning,
	do func(context.Context, apply.Planning) (*apply.Planned, error)) (*planned, error) {
	how.By, how.Now, how.Progress = author(), a.Now, &apply.Progress{}
	meter := a.Meter(comparingTrees(how.Progress))
	defer meter.Stop()
	made, err := do(a.Ctx, how)
	if err != nil {
		return nil, err
	}
	return &planned{Planned: made, plan: made.Plan}, nil
}
