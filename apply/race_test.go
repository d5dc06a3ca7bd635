package apply_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"treaty/apply"
	"treaty/apply/internal/disk"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// race is one path that somebody saves at the very moment at which an apply changes it.
type race struct {
	side plan.Side
	path string
	// calls are how many calls there were about the path; at is the one that starts the race, and head is by how
	// much whoever saves may be ahead of it.
	calls, at int
	head      time.Duration
	through   atomic.Bool
	text      string
	start     chan bool
	saved     chan error
}

// raced is how many paths are changed to and fro by each apply that is raced.
const raced = 60

// TestNoEditIsLost races people's edits against whole applies: as package disk's test of that name does, with
// every operation, the journal and several groups of files around them. After each apply everything that was
// saved is on a side or in a trash.
func TestNoEditIsLost(t *testing.T) {
	applies := effort.Tries(2, 6)
	for _, by := range []string{"atomic save", "in place", "delete and create"} {
		t.Run(by, func(t *testing.T) {
			if by == "delete and create" {
				needPosix(t, "that what is open and deleted gives its name away at once")
			}
			t.Parallel()
			edits, drifted := 0, 0
			for n := range applies {
				e, d := raceApply(t, by, n)
				edits, drifted = edits+e, drifted+d
			}
			t.Logf("%d edits during %d applies, %d operations drifted", edits, applies, drifted)
			if edits < applies*raced/2 || drifted == 0 {
				t.Errorf("that was no race")
			}
		})
	}
}

// raceApply races one apply. It returns how many edits there were, and how many operations met one.
func raceApply(t *testing.T, by string, n int) (edits, drifted int) {
	t.Helper()
	w := newWorld(t, scratch(t))
	races := raceWorld(w, n)
	p := w.compare()
	if len(p.Operations) < raced {
		t.Fatalf("%d operations", len(p.Operations))
	}
	var mu sync.Mutex
	r := w.request(p)
	r.SetHook(func(side plan.Side, call disk.Call) error {
		mu.Lock()
		// A moved file is called by its new name.
		race := races[side][strings.TrimPrefix(path.Base(call.Path), "moved-")]
		starts := false
		if race != nil {
			race.calls++
			starts = race.calls == race.at
		}
		mu.Unlock()
		if starts {
			race.start <- true
			race.wait()
		}
		return nil
	})
	over := make(chan bool)
	for _, side := range plan.BothSides {
		for _, race := range races[side] {
			go func() {
				select {
				case <-race.start:
					err := persist(w.path(side, race.path), by, race.text)
					race.through.Store(true)
					race.saved <- err
				case <-over:
					race.saved <- errNotRaced
				}
			}()
		}
	}
	receipt, err := apply.Apply(context.Background(), r)
	close(over)
	if receipt == nil || err != nil && !errors.Is(err, apply.ErrPartial) {
		t.Fatal(err)
	}
	var saved []*race
	for _, side := range plan.BothSides {
		for _, race := range races[side] {
			switch err := <-race.saved; {
			case err == nil:
				saved = append(saved, race)
			case !errors.Is(err, errNotRaced):
				t.Fatal(err)
			}
		}
	}
	kept := map[string]bool{}
	for _, side := range plan.BothSides {
		for _, m := range []nodes{w.tree(side), w.trash(side)} {
			for _, n := range m {
				kept[n.content] = true
			}
		}
	}
	for _, race := range saved {
		if !kept[race.text] {
			t.Fatalf("apply %d: %q, saved as %s on %s, is lost\n%s", n, race.text, race.path, race.side, outcomes(receipt))
		}
	}
	if receipt.Totals.Failed > 0 {
		t.Errorf("an edit is no failure:\n%s", outcomes(receipt))
	}
	w.sparesCanary()
	return len(saved), receipt.Totals.Drifted
}

var errNotRaced = errors.New("the apply was over")

// wait gives who saves the head start, which is shorter than a timer could tell. It ends when he is through.
func (r *race) wait() {
	for start := time.Now(); time.Since(start) < r.head && !r.through.Load(); {
	}
}

// persist saves as people do: again, where it is refused.
func persist(path, by, text string) error {
	deadline := time.Now().Add(5 * time.Second)
	for {
		err := save(path, by, text)
		if err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

func save(path, by, text string) error {
	switch by {
	case "atomic save":
		if err := os.WriteFile(path+"~", []byte(text), 0o644); err != nil {
			return err
		}
		return os.Rename(path+"~", path)
	case "in place":
		return os.WriteFile(path, []byte(text), 0o644)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

// raceWorld has files to update, delete, move and create in both directions, and for each a race, by the
// file's name.
func raceWorld(w *world, n int) plan.Sides[map[string]*race] {
	w.Helper()
	w.base = nodes{}
	trees := plan.Sides[nodes]{{}, {}}
	races := plan.Sides[map[string]*race]{{}, {}}
	file := func(text string) node { return tryParse(w, "f="+text)["f"] }
	for i := range raced {
		name := fmt.Sprintf("file%02d", i)
		side := plan.BothSides[i/4%2]
		old, edited := file("old-"+name), trees[side.Other()]
		if i%4 != 3 {
			w.base[tree.Path(name)], trees[plan.Local][tree.Path(name)], trees[plan.Remote][tree.Path(name)] = old, old, old
		}
		switch i % 4 {
		case 0, 3:
			edited[tree.Path(name)] = file("new-" + name)
		case 1:
			delete(edited, tree.Path(name))
		case 2:
			delete(edited, tree.Path(name))
			edited[tree.Path("moved-"+name)] = old
		}
		head := time.Duration((i*7+n*13)%60) * 8 * time.Microsecond
		if i%6 == 0 {
			head = 5 * time.Millisecond // he is through, unless a lease makes him wait
		}
		races[side][name] = &race{side: side, path: name, at: 1 + (i/8+n)%2, head: head,
			text:  fmt.Sprintf("edit %d of %s", n, name),
			start: make(chan bool, 1), saved: make(chan error, 1)}
	}
	for _, side := range plan.BothSides {
		trees[side].write(w, w.at[side])
	}
	return races
}
