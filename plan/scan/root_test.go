//go:build unix

package scan

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"treaty/plan/tree"
)

func mkdir(t testing.TB, at ...string) string {
	t.Helper()
	dir := filepath.Join(at...)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t testing.TB, text string, at ...string) string {
	t.Helper()
	name := filepath.Join(at...)
	mkdir(t, filepath.Dir(name))
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, path string) *Root {
	t.Helper()
	r, err := Open(path)
	must(t, err)
	t.Cleanup(func() { r.Close() })
	return r
}

func TestOpenTellsWhatIsWrongWithARoot(t *testing.T) {
	dir := t.TempDir()
	file := write(t, "x", dir, "file")
	for _, c := range []struct {
		path string
		want error
	}{
		{filepath.Join(dir, "absent"), fs.ErrNotExist},
		{file, ErrNotDirectory},
		{filepath.Join(file, "below"), ErrNotDirectory},
	} {
		if r, err := Open(c.path); !errors.Is(err, c.want) {
			t.Errorf("Open(%s) = %v, %v; want %v", c.path, r, err, c.want)
		}
	}
	must(t, os.Symlink(dir, filepath.Join(dir, "link")))
	if r := open(t, filepath.Join(dir, "link")); r.Path() != dir {
		t.Errorf("path %s, want %s", r.Path(), dir)
	}
}

func TestDirRefusesEverythingButDirectories(t *testing.T) {
	dir := t.TempDir()
	mkdir(t, dir, "real", "below")
	write(t, "x", dir, "file")
	must(t, os.Symlink("real", filepath.Join(dir, "link")))
	must(t, os.Symlink("..", filepath.Join(dir, "real", "up")))
	must(t, syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600))
	r := open(t, dir)
	for _, c := range []struct {
		path tree.Path
		want error
	}{
		{"", nil}, {"real", nil}, {"real/below", nil},
		{"link", ErrSymlink}, {"link/below", ErrSymlink}, {"real/up", ErrSymlink}, {"real/up/real", ErrSymlink},
		{"file", ErrNotDirectory}, {"file/x", ErrNotDirectory}, {"fifo", ErrNotDirectory},
		{"absent", fs.ErrNotExist}, {"real/absent/x", fs.ErrNotExist},
		{"..", ErrName}, {"real/..", ErrName}, {"real/../..", ErrName}, {".", ErrName}, {"/", ErrName},
		{"/etc", ErrName}, {"real//below", ErrName}, {"real/", ErrName}, {"re\x00al", ErrName},
	} {
		d, err := r.Dir(c.path)
		if !errors.Is(err, c.want) {
			t.Errorf("Dir(%q): %v, want %v", c.path, err, c.want)
		}
		if err == nil {
			d.Release()
		}
	}
}

func TestOpenTakesRegularFilesOnlyAndNeverWaits(t *testing.T) {
	dir := t.TempDir()
	write(t, "text", dir, "file")
	mkdir(t, dir, "sub")
	must(t, os.Symlink("file", filepath.Join(dir, "link")))
	must(t, syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600))
	listener, err := net.Listen("unix", filepath.Join(dir, "socket"))
	must(t, err)
	defer listener.Close()
	r := open(t, dir)
	top, err := r.Dir(tree.Root)
	must(t, err)
	defer top.Release()
	for name, want := range map[string]error{
		"file": nil, "sub": ErrNotRegular, "link": ErrSymlink, "fifo": ErrNotRegular, "socket": ErrNotRegular,
		"absent": fs.ErrNotExist, "..": ErrName, "sub/x": ErrName,
	} {
		f, err := top.Open(name)
		if !errors.Is(err, want) {
			t.Errorf("Open(%q): %v, want %v", name, err, want)
		}
		if err == nil {
			f.Close()
		}
	}
	if target, err := top.Readlink("link"); target != "file" || err != nil {
		t.Errorf("Readlink = %q, %v", target, err)
	}
}

func TestForgottenDirectoriesAreOpenedAnew(t *testing.T) {
	dir := t.TempDir()
	write(t, "old", dir, "a", "b", "file")
	r := open(t, dir)
	look := func() error {
		d, err := r.Dir("a/b")
		if err != nil {
			return err
		}
		defer d.Release()
		_, err = d.Lstat("file")
		return err
	}
	must(t, look())
	must(t, os.Rename(filepath.Join(dir, "a"), filepath.Join(dir, "c")))
	must(t, os.Symlink("c", filepath.Join(dir, "a")))
	if err := look(); err != nil {
		t.Errorf("a kept directory stays what it was: %v", err)
	}
	r.Forget("a")
	if err := look(); !errors.Is(err, ErrSymlink) {
		t.Errorf("after Forget: %v, want %v", err, ErrSymlink)
	}
}

func TestManyGoroutinesShareDirectories(t *testing.T) {
	defer func(may int) { openDirs = may }(openDirs)
	openDirs = fewOpen
	dir := t.TempDir()
	for i := range 2 * openDirs {
		write(t, "x", dir, fmt.Sprint(i), "below", "file")
	}
	r := open(t, dir)
	before := descriptors(t)
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			for i := range 4 * openDirs {
				p := tree.Path(fmt.Sprint((i*(g+1))%(2*openDirs), "/below"))
				d, err := r.Dir(p)
				if err != nil {
					t.Error(err)
					return
				}
				if i%50 == 0 {
					r.Forget(p.Parent())
				}
				if _, err := d.Lstat("file"); err != nil {
					t.Error(err)
				}
				d.Release()
			}
		})
	}
	group.Wait()
	if open := descriptors(t) - before; open > openDirs {
		t.Errorf("%d directories are open, want at most %d", open, openDirs)
	}
	must(t, r.Close())
	if open := descriptors(t) - before; open > -1 {
		t.Errorf("%d descriptors leak", open+1)
	}
	if _, err := r.Dir("1"); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func descriptors(t *testing.T) int {
	open, err := os.ReadDir("/dev/fd")
	if err != nil {
		t.Skip("no list of open descriptors:", err)
	}
	return len(open)
}

func TestCheckFindsATreeThatWentAway(t *testing.T) {
	for name, spoil := range map[string]func(dir string) error{
		"removed":  os.Remove,
		"renamed":  func(dir string) error { return os.Rename(dir, dir+"x") },
		"replaced": func(dir string) error { return errors.Join(os.Rename(dir, dir+"x"), os.Mkdir(dir, 0o755)) },
		"a link":   func(dir string) error { return errors.Join(os.Rename(dir, dir+"x"), os.Symlink(dir+"x", dir)) },
	} {
		dir := mkdir(t, t.TempDir(), "root")
		r := open(t, dir)
		must(t, r.Check())
		must(t, spoil(dir))
		if err := r.Check(); !errors.Is(err, ErrVanished) {
			t.Errorf("%s: %v, want %v", name, err, ErrVanished)
		}
	}
}

func mkdirat(d *Dir, name string) error { return unix.Mkdirat(d.FD(), name, 0o755) }

func TestFewDirectoriesAreKeptOpenWhereFewFilesMayBe(t *testing.T) {
	for files, want := range map[uint64]int{0: fewOpen, 256: fewOpen, 1024: fewOpen, 8000: 1000, 1 << 20: manyOpen,
		math.MaxUint64: manyOpen} {
		if got := mayOpen(files); got != want {
			t.Errorf("of %d files %d are directories that are kept open, not %d", files, got, want)
		}
	}
}

// What is kept open is counted by what it is below of, whatever is closed, or dropped, in between.
func TestWhatIsBelowIsCounted(t *testing.T) {
	dir := t.TempDir()
	for _, p := range []string{"a/b/c", "a/b/d", "a/e", "f/g"} {
		must(t, os.MkdirAll(filepath.Join(dir, p), 0o755))
	}
	r := open(t, dir)
	keep := func(paths ...tree.Path) {
		for _, p := range paths {
			d, err := r.Dir(p)
			must(t, err)
			d.Release()
		}
	}
	for _, of := range []struct {
		dropped tree.Path
		left    []tree.Path
	}{
		{"a/b", []tree.Path{"a", "a/e", "f", "f/g"}},
		{"a/e", []tree.Path{"a", "a/b", "a/b/c", "a/b/d", "f", "f/g"}},
		{"a", []tree.Path{"f", "f/g"}},
		{"f/g", []tree.Path{"a", "a/b", "a/b/c", "a/b/d", "a/e", "f"}},
		{"z", []tree.Path{"a", "a/b", "a/b/c", "a/b/d", "a/e", "f", "f/g"}},
		{tree.Root, nil},
	} {
		keep("a/b/c", "a/b/d", "a/e", "f/g")
		r.Forget(of.dropped)
		if got := slices.Sorted(maps.Keys(r.dirs)); !slices.Equal(got, of.left) || len(got) != r.recent.Len() {
			t.Errorf("without %q: %q are open, not %q", of.dropped, got, of.left)
		}
		want := map[tree.Path]int{}
		for _, p := range of.left {
			for above := p; above != tree.Root; {
				above = above.Parent()
				want[above]++
			}
		}
		if !maps.Equal(r.below, want) {
			t.Errorf("without %q: %v are below, not %v", of.dropped, r.below, want)
		}
	}
}
