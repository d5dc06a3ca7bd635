package sources_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"treaty/apply/internal/local"
	"treaty/apply/internal/sources"
	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// grow makes a folder with an odd time to each file.
func grow(t *testing.T, files string) *local.Volume {
	t.Helper()
	dir := t.TempDir()
	for i, word := range strings.Fields(files) {
		name, text, _ := strings.Cut(word, "=")
		name = filepath.Join(dir, filepath.FromSlash(name))
		check(t, os.MkdirAll(filepath.Dir(name), 0o755))
		check(t, os.WriteFile(name, []byte(text), 0o644))
		at := time.Unix(1_700_000_000, int64(i)*1_234_567)
		check(t, os.Chtimes(name, at, at))
	}
	v, err := local.Open(dir)
	check(t, err)
	t.Cleanup(func() { v.Close() })
	return v
}

// all lists a source, passing over the directory pass, "" for none, and leaves nobody else's memory in what it returns.
func all(t *testing.T, from volume.Source, granularity int64, pass string) map[tree.Path]tree.Listing {
	t.Helper()
	walk := from.Walk(context.Background(), scan.Options{Granularity: granularity, Modes: true})
	defer walk.Close()
	listings := map[tree.Path]tree.Listing{}
	var list func(tree.Path)
	list = func(dir tree.Path) {
		l, err := walk.List(dir)
		check(t, err)
		l.Entries = append([]tree.Entry{}, l.Entries...)
		listings[dir] = l
		for i := range l.Entries {
			if e := &l.Entries[i]; e.Type == tree.Directory && e.Name != pass && e.Ruling == tree.InScope {
				list(dir.Join(e.Name))
			}
		}
	}
	list(tree.Root)
	check(t, walk.Finish())
	return listings
}

const grown = "a=1 B=22 d/.treatyignore=*.o d/x.o=3 d/y=4 d/e/f/z=5 g/h=6 i/j=7 é=8"

// What was kept is handed out as it would be listed, whatever times are cut to, and what was passed over when it was
// kept is listed then.
func TestWhatWasKeptIsHandedOutAsItWouldBeListed(t *testing.T) {
	v := grow(t, grown)
	for _, pass := range []string{"", "d", "g", "i"} {
		for _, first := range []int64{1, 2_000_000_000} {
			began := time.Unix(1, 0)
			source, kept := sources.Keeping(v, began)
			seen := all(t, source, first, pass)
			if want := all(t, v, first, pass); !reflect.DeepEqual(seen, want) {
				t.Errorf("while it is kept: %v\nnot %v", seen, want)
			}
			for _, then := range []int64{1, 2_000_000_000} {
				again, at := kept.Of(v, tree.Traits{}, nothing, time.Unix(2, 0))
				if got, want := all(t, again, then, ""), all(t, v, then, ""); !reflect.DeepEqual(got, want) || at != began {
					t.Errorf("without %q, cut to %d: %v of %v\nnot %v", pass, then, got, at, want)
				}
			}
		}
	}
}

// What was saved since is not seen, and a tree that is gone is not taken to be there.
func TestWhatWasKeptIsOfThen(t *testing.T) {
	v := grow(t, grown)
	source, kept := sources.Keeping(v, time.Now())
	before := all(t, source, 1, "")
	check(t, os.WriteFile(filepath.Join(v.Root(), "a"), []byte("saved"), 0o644))
	again, _ := kept.Of(v, tree.Traits{}, nothing, time.Now())
	if got := all(t, again, 1, ""); !reflect.DeepEqual(got, before) {
		t.Errorf("%v\nnot %v", got, before)
	}
	if runtime.GOOS == "windows" {
		t.Skip("nothing removes there what is held open")
	}
	check(t, os.RemoveAll(v.Root()))
	walk := again.Walk(context.Background(), scan.Options{Granularity: 1, Modes: true})
	defer walk.Close()
	_, err := walk.List(tree.Root)
	check(t, err)
	if walk.Finish() == nil {
		t.Error("it is not told that the tree is gone")
	}
}

// Of a tree that takes more room than there is nothing is kept, and it is listed anew.
func TestWhatIsTooMuchIsNotKept(t *testing.T) {
	v := grow(t, "a=1")
	source, kept := sources.Keeping(endless{v}, time.Unix(1, 0))
	walk := source.Walk(context.Background(), scan.Options{Granularity: 1})
	defer walk.Close()
	for range 1 << 18 {
		_, err := walk.List("d")
		check(t, err)
	}
	now := time.Unix(2, 0)
	if again, at := kept.Of(v, tree.Traits{}, nothing, now); again != volume.Source(v) || at != now {
		t.Errorf("%T of %v", again, at)
	}
}

// Whoever does not go on to ask ends the walk all the same, and may end it twice.
func TestAWalkOfWhatWasKeptEndsInTheMidstOfIt(t *testing.T) {
	v := grow(t, "a=1")
	source, kept := sources.Keeping(endless{v}, time.Unix(1, 0))
	walk := source.Walk(context.Background(), scan.Options{Granularity: 1})
	for i := range 1 << 10 {
		_, err := walk.List(tree.Path(fmt.Sprintf("d%04d", i)))
		check(t, err)
	}
	again, _ := kept.Of(v, tree.Traits{}, nothing, time.Unix(2, 0))
	w := again.Walk(context.Background(), scan.Options{Granularity: 1})
	l, err := w.List("d0001")
	if check(t, err); l.Dir != "d0001" || l.Obstacle != "" {
		t.Errorf("%+v", l)
	}
	check(t, w.Finish())
	check(t, w.Close())
	check(t, w.Close())
}

// endless is a volume that has any directory as often as it is asked.
type endless struct{ volume.Volume }

func (endless) Walk(context.Context, scan.Options) volume.Walk { return endlessWalk{} }

type endlessWalk struct{ volume.Walk }

func (endlessWalk) List(dir tree.Path) (tree.Listing, error) { return tree.Listing{Dir: dir}, nil }
func (endlessWalk) Close() error                             { return nil }

// nothing are no paths.
func nothing(func(tree.Path) bool) {}
