package plan_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log"
	"time"

	"treaty/plan"
	"treaty/plan/tree"
)

// texts is a flat tree in memory: names and contents. Package scan has the streams of real directories.
type texts map[string]string

func (x texts) List(dir tree.Path) (tree.Listing, error) {
	l := tree.Listing{Dir: dir}
	for name, content := range x {
		l.Entries = append(l.Entries, tree.Entry{Name: name, Key: tree.CollisionKey(name), Type: tree.File,
			Mode: tree.Perm(0o644), Size: int64(len(content)), Mtime: x.written(name)})
	}
	l.Sort()
	return l, nil
}

// written tells that longer texts are newer.
func (x texts) written(name string) tree.Time {
	return tree.TimeOf(time.Date(2026, 1, 1, 12, len(x[name]), 0, 0, time.UTC))
}

func (x texts) Hash(_ context.Context, wanted []tree.Wanted, done func(int, tree.Content)) error {
	for i, w := range wanted {
		done(i, tree.Content{SHA256: sha256.Sum256([]byte(x[string(w.Path)]))})
	}
	return nil
}

func (x texts) Text(_ context.Context, w tree.Wanted, limit int64) ([]byte, error) {
	text := x[string(w.Path)]
	if int64(len(text)) > limit {
		return nil, errors.New("too large")
	}
	return []byte(text), nil
}

// A program makes a plan from whatever can be listed and read.
func Example() {
	local := texts{"draft.txt": "one\ntwo\n", "todo.txt": "rest\n"}
	remote := texts{"draft.txt": "one\n", "photo.jpg": "…"}

	side := func(root string, t texts) plan.Tree {
		return plan.Tree{Root: root, Traits: tree.POSIX.Traits(), Stream: t, Reader: t}
	}
	p, err := plan.Compare(context.Background(), plan.Input{
		Trees: plan.Sides[plan.Tree]{side("/home/ann/work", local), side("/media/stick", remote)},
		Options: plan.Options{Hash: plan.HashOperations, Bidirectional: plan.BidirectionalAuto,
			Diffs: plan.DiffUpdates, MaxDeletes: 1000},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, op := range p.Operations {
		fmt.Println(op.Side, op.Action, op.Path, op.Reason)
		if op.Diff() != nil {
			fmt.Println(op.Diff().Lines[len(op.Diff().Lines)-1])
		}
	}
	// Output:
	// remote update draft.txt newer-on-local
	// +two
	// local create photo.jpg only-on-remote
	// remote create todo.txt only-on-local
}
