package plan

import (
	"context"
	"fmt"
	"time"

	"treaty/plan/tree"
)

// Tree is one side as Compare takes it.
type Tree struct {
	Root string
	// Host and From are as in Snapshot.
	Host string
	From *FileRef
	// Ahead is by how much the clock that gives its files their times is ahead of that of this machine.
	Ahead time.Duration
	// ID is nil before the tree's first apply.
	ID     *string
	Traits tree.Traits
	Stream tree.Stream
	Reader Reader
}

// Reader reads the content of a tree's files.
type Reader interface {
	// Hash reads the wanted files and calls done for each, from any goroutine. It returns an error
	// only where going on makes no sense, such as a cancelled context.
	Hash(ctx context.Context, wanted []tree.Wanted, done func(i int, content tree.Content)) error
	// Text returns the whole of a file that is at most limit bytes. Errors wrap tree.ErrNotHere where only the hash is
	// known of it.
	Text(ctx context.Context, wanted tree.Wanted, limit int64) ([]byte, error)
}

// Input is all that a plan is made from.
type Input struct {
	Trees Sides[Tree]
	// Memory is nil where there is no baseline; Baseline then is too.
	Memory   tree.Memory
	Baseline *BaselineRef
	Options  Options
	// Problems that the caller knows of already, such as a baseline that does not count.
	Problems []Problem
	// Base, where not nil, is the text that has a hash among those that both sides once agreed on; nil for none.
	Base func(tree.Hash) []byte
	// Shift is by how much all times of a side are off, nil where that is to be found out.
	Shift *Sides[time.Duration]
	// Observe, where not nil, is told every directory's digest.
	Observe func(side Side, dir tree.Path, digest tree.Hash)
}

func (in *Input) traits() Sides[tree.Traits] {
	return Sides[tree.Traits]{in.Trees[Local].Traits, in.Trees[Remote].Traits}
}

// Compare walks both trees and the baseline in step and says what would bring the trees together. The
// plan lacks only what makes it a document of its own: id, time and author. The same input gives the
// same plan; swapped sides give the mirror image. Where there is nothing to do it has no operations and no conflicts
// (Plan.Empty). An error means that there is no plan: a tree could no longer be read, ctx was cancelled, or, once in
// a blue moon, ErrShift.
func Compare(ctx context.Context, in Input) (*Plan, error) {
	policy := newPolicy(in.traits(), in.Memory != nil, in.Options)
	policy.shiftBy(in.Shift)
	draft := newDraft(&in, &policy)
	walk := newLockstep(&in, in.Memory, &policy, asPlanned)
	walk.wholes = &draft.wholes
	digests, err := walk.run(ctx, &planner{walk: walk, policy: &policy, draft: draft})
	if err != nil {
		return nil, err
	}
	for _, pass := range passes {
		if err := pass(ctx, draft); err != nil {
			return nil, err
		}
	}
	p := newPlan(in)
	p.snapshots(&in, walk, digests)
	spelled := draft.state(p)
	if err := addDiffs(ctx, draft, p, spelled); err != nil {
		return nil, err
	}
	draft.warnOfClocks(&in, p)
	draft.document(p, walk.ignored)
	p.Nothing = draft.portion != nil && !draft.portion.met
	return p, nil
}

// A pass goes through a whole draft once.
type pass func(context.Context, *draft) error

// passes are what a draft goes through when both trees have been walked, in this order. What each needs of those
// before it is why the order is this one.
var passes = [...]pass{
	// All times of a volume may be off by the same amount. Every verdict so far rests on times, so this is first.
	decideShift,
	// What is not asked for is not read.
	simply(limit),
	// Verdicts wait for contents; from here on nothing is unsure, and what is the same is gone. What operations
	// and conflicts state is read too: moves are found by it.
	readAll,
	// The first bytes that were just read tell a link in disguise, which no plan carries.
	simply(refuseXSyms),
	// A directory that stands against a file goes if all in it may go: what is blocked above counts.
	simply(decideExchanges),
	// Updates that go both ways may be conflicts. Only updates that are left count.
	decideBothWays,
	// What seems deleted may go by a name that this side cannot hold. Its delete must not become a move.
	keepOldNames,
	// What belongs to a directory that is taken whole is all there or not at all, and one conflict where both sides
	// changed it: so no move goes into it then, or out of it.
	simply(decideUnits),
	// A match of a move must be unique among all that comes and goes: so what can be no delete is out before.
	simply(findRenames),
	// Wishes are about times and modes as they will be, and so of all changes the last.
	grantWishes,
	// A directory goes only if nothing stays in it, whatever came of its entries in all the passes.
	simply(keepParents),
}

// simply is a pass that reads nothing.
func simply(do func(*draft)) pass {
	return func(_ context.Context, dr *draft) error {
		do(dr)
		return nil
	}
}

// newPlan is a plan with nothing in it yet.
func newPlan(in Input) *Plan {
	p := &Plan{Schema: SchemaFile, Format: Format, FormatVersion: FormatVersion,
		Baseline: in.Baseline, Options: in.Options,
		Operations: []Operation{}, Conflicts: []Conflict{}, Problems: []Problem{}}
	if p.Options.Merge != nil {
		p.Options.SetKeep(p.Options.Merge.Keep)
	}
	p.Problems = append(p.Problems, overNetworks(&in)...)
	return p
}

// overNetworks warns of sides that are mounted over a network, as far as the mount's type says so. On a machine that is
// reached otherwise, treaty is there already.
func overNetworks(in *Input) problems {
	var found problems
	for _, side := range BothSides {
		from := &in.Trees[side]
		name := tree.NetworkMount(from.Traits.Type)
		if name == "" {
			continue
		}
		surer := "; treaty on that machine, reached as ssh://host/path, is surer"
		if from.Host != "" {
			surer = ""
		}
		found.warn(NetworkMount, &side, nil, fmt.Sprintf("%s is mounted over a network (%s): what is read may be old, "+
			"a rename may replace what just came there, and nothing proves that what was written lasts%s", side, name, surer))
	}
	return found
}

// snapshots fills in what the trees amount to.
func (p *Plan) snapshots(in *Input, walk *lockstep, digests Sides[tree.Hash]) {
	for _, side := range BothSides {
		from, c := &in.Trees[side], walk.counts[side]
		*p.Snapshot(side) = Snapshot{Root: from.Root, Host: from.Host, From: from.From, ID: from.ID,
			Filesystem: from.Traits, Files: c.files, Directories: c.directories, Bytes: c.bytes, Digest: digests[side]}
		if len(p.Options.Only) > 0 {
			p.Snapshot(side).PartDigest = walk.partDigests[side]
		}
	}
}
