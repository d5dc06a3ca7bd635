package apply_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"treaty/apply/internal/memory"
	"treaty/apply/volume"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// twins are a directory and a tree in memory, which are to stay the same whatever is done to both.
type twins struct {
	*rapid.T
	places   [2]place
	changers [2]volume.Changer
	// states are those that paths had at some time.
	states []*tree.State
	staged [2][]volume.Staged
}

// outcome is what a change came to, as far as two volumes must agree.
type outcome struct {
	entry        tree.Entry
	trash, words string
	is           [8]bool
}

func outcomeOf(r volume.Result, err error) outcome {
	o := outcome{entry: r.Entry, trash: r.Trash}
	o.entry.Inode, o.entry.Links = 0, 0
	for i, fact := range []error{volume.ErrDrift, volume.ErrTaken, volume.ErrShared, volume.ErrNotEmpty,
		volume.ErrUnfit, volume.ErrSource,
		fs.ErrNotExist, fs.ErrExist} {
		o.is[i] = errors.Is(err, fact)
	}
	var drift *volume.Drift
	if errors.As(err, &drift) {
		o.words = drift.Why
	} else if err != nil {
		o.words = "fails"
	}
	return o
}

// both makes a change to both.
func (w *twins) both(what string, change func(i int, c volume.Changer) (volume.Result, error)) {
	var came [2]outcome
	for i, c := range w.changers {
		came[i] = outcomeOf(change(i, c))
	}
	if came[0] != came[1] {
		w.Fatalf("%s: a directory: %+v\na tree in memory: %+v", what, came[0], came[1])
	}
}

// same holds both to the same content, treaty's own folders included but for what waits in the stage.
func (w *twins) same() {
	var has [2]nodes
	for i, p := range w.places {
		has[i] = p.read(w, "", "")
		for path := range has[i] {
			if path.Within(volume.StageFolder) || path == tree.PrivateFolder {
				delete(has[i], path)
			}
		}
	}
	if !has[0].equal(has[1]) {
		w.Fatalf("a directory: %v\na tree in memory: %v", has[0], has[1])
	}
}

func (w *twins) path(label string) tree.Path {
	return tree.Path(rapid.SampledFrom([]string{"a", "b", "c", "A", "d", "d/a", "d/b", "d/e", "d/e/a", "l", "l/a",
		"none/a"}).Draw(w.T, label))
}

// before is what a plan may say of a path: mostly what is there, or what is or was at another one.
func (w *twins) before(p tree.Path) *tree.State {
	if n, err := w.places[1].node(string(p)); err == nil {
		w.states = append(w.states, n.state())
		if rapid.IntRange(0, 3).Draw(w.T, "as it is") > 0 {
			return n.state()
		}
	}
	if len(w.states) == 0 {
		return nil
	}
	return rapid.SampledFrom(w.states).Draw(w.T, "before")
}

// waits is something that waits on both, by number.
func (w *twins) waits() int {
	var left []int
	for n, s := range w.staged[1] {
		if e, err := w.changers[1].At(s.Name); err == nil && e.Type != tree.Absent {
			left = append(left, n)
		}
	}
	if len(left) > 0 && rapid.IntRange(0, 2).Draw(w.T, "anew") == 0 {
		return rapid.SampledFrom(left).Draw(w.T, "staged")
	}
	content := rapid.SampledFrom([]string{"1", "2", "three"}).Draw(w.T, "content")
	for i, c := range w.changers {
		s, err := c.Stage(context.Background(), strings.NewReader(content), int64(len(content)), tree.Hash{},
			written(content), tree.Perm(0o644))
		check(w, err)
		w.staged[i] = append(w.staged[i], s)
	}
	return len(w.staged[0]) - 1
}

// step makes any change, with anything for it.
func (w *twins) step() {
	p := w.path("path")
	switch what := rapid.IntRange(0, 9).Draw(w.T, "what"); what {
	case 0:
		n := w.waits()
		w.both("create", func(i int, c volume.Changer) (volume.Result, error) { return c.Create(p, w.staged[i][n]) })
	case 1:
		before, n := w.before(p), w.waits()
		w.both("replace", func(i int, c volume.Changer) (volume.Result, error) {
			return c.Replace(p, before, w.staged[i][n], "")
		})
	case 2:
		before, to := w.before(p), w.path("to")
		w.both("move", func(_ int, c volume.Changer) (volume.Result, error) { return c.Move(p, to, before, "") })
	case 3:
		before := w.before(p)
		w.both("park", func(i int, c volume.Changer) (volume.Result, error) {
			s, err := c.Park(p, before, "")
			if err == nil {
				w.staged[i] = append(w.staged[i], s)
			}
			return volume.Result{Trash: s.Name, Entry: tree.Entry{Size: s.Size, Target: s.Target, Type: s.Type}}, err
		})
	case 4:
		before := w.before(p)
		w.both("trash", func(_ int, c volume.Changer) (volume.Result, error) { return c.Trash(p, before, "") })
	case 5:
		existing := rapid.Bool().Draw(w.T, "existing")
		w.both("mkdir", func(_ int, c volume.Changer) (volume.Result, error) {
			return c.Mkdir(p, tree.Perm(0o755), existing)
		})
	case 6:
		w.both("rmdir", func(_ int, c volume.Changer) (volume.Result, error) {
			trashed, err := c.Rmdir(p, "a")
			return volume.Result{Trash: fmt.Sprint(trashed)}, err
		})
	case 7:
		before := w.before(p)
		w.both("chmod", func(_ int, c volume.Changer) (volume.Result, error) { return c.Chmod(p, before, tree.Perm(0o700)) })
	case 8:
		before := w.before(p)
		w.both("touch", func(_ int, c volume.Changer) (volume.Result, error) { return c.Touch(p, before, written("9")) })
	case 9:
		before := w.before(p)
		w.both("look", func(_ int, c volume.Changer) (volume.Result, error) {
			e, err := c.At(string(p))
			if err != nil || before == nil {
				return volume.Result{}, err
			}
			holds, err := c.Holds(string(p), before)
			return volume.Result{Entry: e, Trash: fmt.Sprint(holds)}, err
		})
	}
}

// A tree in memory does what a directory does, whatever is asked of it.
func TestMemoryDoesWhatADirectoryDoes(t *testing.T) {
	needPosix(t, "volumes of the same traits")
	dir := scratch(t)
	effort.Check(t, 20, 200, func(r *rapid.T) {
		real, err := os.MkdirTemp(dir, "")
		check(r, err)
		defer os.RemoveAll(real)
		w := &twins{T: r, places: [2]place{folder(real), inMemory{memory.New("/memory/it", memory.POSIX)}}}
		start := anyTree(r, "start")
		for path, n := range start {
			if n.kind == tree.Directory && !workable(n) {
				n.mode = tree.Perm(0o755)
				start[path] = n
			}
		}
		can := rapid.SampledFrom([]volume.Capabilities{{Exchange: true, NoReplace: true, Link: true},
			{NoReplace: true}, {}}).Draw(r, "can")
		for i, p := range w.places {
			p.write(r, start)
			v, err := p.open()
			check(r, err)
			defer v.Close()
			w.changers[i], err = v.Change("run-1", volume.Options{Traits: tree.POSIX.Traits(), Can: can})
			check(r, err)
		}
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			w.step()
			w.same()
		}
	})
}

func workable(n node) bool { return volume.Workable(n.mode) == n.mode }
