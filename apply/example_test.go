package apply_test

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"treaty/apply"
	"treaty/apply/paper"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// A program of your own plans, lets somebody approve, and applies.
func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	roots := plan.Sides[string]{filepath.Join(dir, "laptop"), filepath.Join(dir, "stick")}
	for _, root := range roots {
		os.Mkdir(root, 0o755)
	}
	os.WriteFile(filepath.Join(roots[plan.Local], "letter.txt"), []byte("Dear Ann"), 0o644)
	os.WriteFile(filepath.Join(roots[plan.Remote], "list.txt"), []byte("milk"), 0o644)

	// Plan: nothing is changed yet. The text is what a person reads, edits and approves.
	ctx := context.Background()
	p, err := compare(ctx, roots)
	if err != nil {
		log.Fatal(err)
	}
	for _, op := range p.Operations {
		fmt.Println(op.Action, op.Path, "on", op.Side, "because", op.Reason)
	}
	text, err := store.PlanText(p)
	if err != nil {
		log.Fatal(err)
	}

	// Approve exactly this text.
	signoff := apply.Signoff{By: "Ann", Host: "laptop", At: time.Now().UTC()}
	approval, err := paper.Approve(nil, paper.RefTo(p, text), signoff).Text()
	if err != nil {
		log.Fatal(err)
	}

	// Apply, and look at the receipt. An error that wraps apply.ErrPartial comes with one too.
	receipt, err := apply.Apply(ctx, apply.Request{Plan: text, Approval: approval, By: p.CreatedBy})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(receipt.Outcome, receipt.Totals.Done)
	letter, _ := os.ReadFile(filepath.Join(roots[plan.Remote], "letter.txt"))
	fmt.Printf("%s\n", letter)
	// Output:
	// create letter.txt on remote because only-on-local
	// create list.txt on local because only-on-remote
	// complete 2
	// Dear Ann
}

// compare plans a first sync of two trees.
func compare(ctx context.Context, roots plan.Sides[string]) (*plan.Plan, error) {
	in := plan.Input{Options: plan.Options{
		Ignore: []string{"*.tmp"}, DefaultIgnores: true, Hash: plan.HashOperations, Bidirectional: plan.BidirectionalAuto,
		Executable: plan.Executable{Overrides: []plan.ExecutableOverride{}, Extensions: map[string]bool{}},
		Diffs:      plan.DiffConflicts, Sensitive: []string{}, MaxDeletes: 1000, Umask: tree.Perm(0o022),
	}}
	var walks plan.Sides[*scan.Walk]
	for _, side := range plan.BothSides {
		root, err := scan.Open(roots[side])
		if err != nil {
			return nil, err
		}
		defer root.Close()
		traits, err := root.Traits("", nil)
		if err != nil {
			return nil, err
		}
		walks[side] = root.Walk(ctx, scan.Options{Patterns: in.Options.Ignore, DefaultIgnores: in.Options.DefaultIgnores,
			Granularity: traits.MtimeGranularity, Modes: traits.Modes})
		defer walks[side].Close()
		in.Trees[side] = plan.Tree{Root: root.Path(), Traits: traits, Stream: walks[side],
			Reader: scan.Reader{Hasher: scan.Hasher{Root: root}, Granularity: traits.MtimeGranularity}}
	}
	p, err := plan.Compare(ctx, in)
	if err != nil {
		return nil, err
	}
	// Only a tree that was there to the end can be planned from.
	for _, walk := range walks {
		if err := walk.Finish(); err != nil {
			return nil, err
		}
	}
	p.ID, p.CreatedAt = newID(), time.Now().UTC()
	p.CreatedBy = plan.Author{User: "ann", Host: "laptop", Version: "example 1.0"}
	return p, nil
}

// newID is a version 7 UUID.
func newID() string {
	var b [16]byte
	rand.Read(b[:])
	binary.BigEndian.PutUint64(b[:8], uint64(time.Now().UnixMilli())<<16|0x7000|uint64(b[7]))
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
