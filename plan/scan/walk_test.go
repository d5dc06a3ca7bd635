//go:build unix

package scan

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// everything asks for all that a walk descends into, and returns the listings in the order asked.
func everything(t testing.TB, w *Walk) []tree.Listing {
	t.Helper()
	var all []tree.Listing
	var ask func(dir tree.Path)
	ask = func(dir tree.Path) {
		l, err := w.List(dir)
		must(t, err)
		all = append(all, l)
		for _, e := range l.Entries {
			if e.Type == tree.Directory && e.Ruling == tree.InScope && e.Obstacle == "" {
				ask(dir.Join(e.Name))
			}
		}
	}
	ask(tree.Root)
	must(t, w.Finish())
	return all
}

// text is listings as lines "type path", with what is out of the ordinary after them.
func text(all []tree.Listing) string {
	var b strings.Builder
	for _, l := range all {
		if l.Obstacle != "" {
			fmt.Fprintf(&b, "%q: %s, %s\n", string(l.Dir), l.Obstacle, l.Why)
		}
		for _, e := range l.Entries {
			fmt.Fprintf(&b, "%s %q", e.Type, string(l.Dir.Join(e.Name)))
			if e.Target != "" {
				fmt.Fprintf(&b, " -> %s", e.Target)
			}
			if e.Ruling != tree.InScope {
				fmt.Fprintf(&b, " out of scope")
			}
			if e.Obstacle != "" {
				fmt.Fprintf(&b, ": %s, %s", e.Obstacle, e.Why)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func wantText(t *testing.T, w *Walk, want string) {
	t.Helper()
	if got := text(everything(t, w)); got != strings.TrimPrefix(want, "\n") {
		t.Errorf("got:\n%swant:%s", got, want)
	}
}

func TestWalkListsEveryKindOfEntry(t *testing.T) {
	dir := t.TempDir()
	write(t, "x", dir, "b")
	write(t, "x", dir, "B2")
	write(t, "x", dir, "a\nb", "in\tside")
	mkdir(t, dir, "empty")
	mkdir(t, dir, ".treaty", "plans")
	mkdir(t, dir, "sub", ".TREATY")
	write(t, "x", dir, "sub", "é")
	must(t, os.Symlink("..", filepath.Join(dir, "sub", "loop")))
	must(t, os.Symlink("nowhere", filepath.Join(dir, "dangling")))
	must(t, syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600))
	listener, err := net.Listen("unix", filepath.Join(dir, "socket"))
	must(t, err)
	defer listener.Close()
	if err := os.WriteFile(filepath.Join(dir, "bad\xff"), nil, 0o644); err != nil {
		t.Skip("names must be UTF-8 here:", err)
	}
	mkdir(t, dir, "dir\xfe", "below")
	wantText(t, open(t, dir).Walk(t.Context(), Options{}), `
directory "a\nb"
file "b"
file "B2"
file "bad\xff": name-not-utf8, the name is not UTF-8
symlink "dangling" -> nowhere
directory "dir\xfe": name-not-utf8, the name is not UTF-8
directory "empty"
special "fifo": special-file, a named pipe
special "socket": special-file, a socket
directory "sub"
file "a\nb/in\tside"
symlink "sub/loop" -> ..
file "sub/é"
`)
}

func TestWalkDescendsOnlyIntoWhatIsInScope(t *testing.T) {
	dir := t.TempDir()
	write(t, "*.o\nbuild/\n", dir, ".treatyignore")
	write(t, "!keep.o\n", dir, "src", ".treatyignore")
	write(t, "", dir, "src", "x.o")
	write(t, "", dir, "src", "keep.o")
	write(t, "", dir, "src", "Thumbs.db")
	write(t, "", dir, "build", "out")
	write(t, "", dir, "node_modules", "deep", "x")
	write(t, "", dir, "odd", "x")
	must(t, os.Symlink("x", filepath.Join(dir, "odd", ".treatyignore")))
	write(t, strings.Repeat("#", IgnoreLimit+1), dir, "vast", ".treatyignore")
	w := open(t, dir).Walk(t.Context(), Options{Patterns: []string{"node_modules"}, DefaultIgnores: true})
	wantText(t, w, `
file ".treatyignore"
directory "build" out of scope
directory "node_modules" out of scope
directory "odd"
directory "src"
directory "vast"
"odd": unreadable, .treatyignore is no regular file, so nothing beside it is compared
file "src/.treatyignore"
file "src/keep.o"
file "src/Thumbs.db" out of scope
file "src/x.o" out of scope
"vast": unreadable, .treatyignore is larger than 1048576 bytes, so nothing beside it is compared
`)
}

// TestWalkOfUnreadableDirectories runs itself again as nobody where it is root, who may read all.
func TestWalkOfUnreadableDirectories(t *testing.T) {
	if runtime.GOOS != "linux" && os.Getuid() == 0 {
		t.Skip("root may read all")
	}
	if dir := os.Getenv("SCAN_UNREADABLE"); dir != "" {
		// The type of what cannot be looked at is known where directories tell it.
		wantText(t, open(t, dir).Walk(t.Context(), Options{}), `
directory "closed"
directory "ignored"
directory "listed"
directory "open"
"closed": unreadable, permission denied
"ignored": unreadable, .treatyignore: permission denied, so nothing beside it is compared
file "listed/x": unreadable, permission denied
file "open/x"
`)
		return
	}
	dir, err := os.MkdirTemp("/tmp", "scan")
	must(t, err)
	defer os.RemoveAll(dir)
	for _, name := range []string{"closed", "listed", "open"} {
		write(t, "x", dir, name, "x")
	}
	must(t, os.Chmod(write(t, "x", dir, "ignored", ".treatyignore"), 0))
	must(t, os.Chmod(filepath.Join(dir, "closed"), 0o300))
	must(t, os.Chmod(filepath.Join(dir, "listed"), 0o444))
	must(t, os.Chmod(dir, 0o755))
	self, err := os.Executable()
	must(t, err)
	cmd := exec.Command(self, "-test.run=^TestWalkOfUnreadableDirectories$")
	cmd.Env = append(os.Environ(), "SCAN_UNREADABLE="+dir)
	if os.Getuid() == 0 {
		// The test binary lies where only root may look.
		copied := filepath.Join(dir, ".treaty")
		text, err := os.ReadFile(self)
		must(t, err)
		must(t, os.WriteFile(copied, text, 0o755))
		cmd.Path, cmd.Dir = copied, "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		must(t, errors.Join(os.Chown(filepath.Join(dir, "closed"), 65534, 65534),
			os.Chown(filepath.Join(dir, "listed"), 65534, 65534)))
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	must(t, os.Chmod(filepath.Join(dir, "closed"), 0o755))
	must(t, os.Chmod(filepath.Join(dir, "listed"), 0o755))
}

func TestWalkCutsTimesAndDropsModes(t *testing.T) {
	dir := t.TempDir()
	file := write(t, "four", dir, "file")
	must(t, os.Chtimes(file, time.Time{}, time.Unix(1_000_000_001, 999_999_999)))
	for _, c := range []struct {
		opts  Options
		mtime tree.Time
		mode  string
	}{
		{Options{Modes: true}, tree.UnixTime(1_000_000_001, 999_999_999), "0644"},
		{Options{Granularity: 2e9}, tree.UnixTime(1_000_000_000, 0), ""},
	} {
		var seen Progress
		c.opts.Progress = &seen
		e := everything(t, open(t, dir).Walk(t.Context(), c.opts))[0].Entries[0]
		if e.Mtime != c.mtime || e.Mode.String() != c.mode || e.Size != 4 || e.Links != 1 {
			t.Errorf("%+v: %+v", c.opts, e)
		}
		if d, f, b := seen.Directories.Load(), seen.Files.Load(), seen.Bytes.Load(); d != 1 || f != 1 || b != 4 {
			t.Errorf("progress: %d directories, %d files, %d bytes", d, f, b)
		}
	}
}

// reference is what a walk must list, by the standard library alone.
func reference(t *rapid.T, dir string, at tree.Path, all []tree.Path) []tree.Path {
	names, err := os.ReadDir(filepath.Join(dir, string(at)))
	if err != nil {
		t.Fatal(err)
	}
	entries := []tree.Entry{}
	for _, e := range names {
		entries = append(entries, tree.Entry{Name: e.Name(), Key: tree.CollisionKey(e.Name()),
			Obstacle: tree.Obstacle(e.Type().String())})
	}
	l := tree.Listing{Entries: entries}
	l.Sort()
	all = append(all, at)
	for _, e := range l.Entries {
		if strings.HasPrefix(string(e.Obstacle), "d") {
			all = reference(t, dir, at.Join(e.Name), all)
		}
	}
	return all
}

func TestWalkGoesInOrderAndTakesAnySkipping(t *testing.T) {
	names := rapid.SampledFrom([]string{"a", "A", "b", "a b", "a.b", "a-b", "é", "É", "zz", "~", "ß", "SS", "0"})
	effort.Check(t, 20, 100, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		must(t, err)
		defer os.RemoveAll(dir)
		for _, parts := range rapid.SliceOfN(rapid.SliceOfN(names, 1, 4), 0, 12).Draw(rt, "directories") {
			mkdir(t, dir, filepath.Join(parts...))
		}
		for _, parts := range rapid.SliceOfN(rapid.SliceOfN(names, 1, 4), 0, 12).Draw(rt, "files") {
			name := filepath.Join(dir, filepath.Join(parts...), "file")
			if os.MkdirAll(filepath.Dir(name), 0o755) == nil {
				write(t, "x", name)
			}
		}
		want := reference(rt, dir, tree.Root, nil)
		r := open(t, dir)
		defer r.Close()
		var got []tree.Path
		for _, l := range everything(t, r.Walk(context.Background(), Options{})) {
			got = append(got, l.Dir)
			if !slices.IsSortedFunc(l.Entries, func(a, b tree.Entry) int { return tree.Order(&a, &b) }) {
				rt.Fatalf("entries out of order: %v", l.Entries)
			}
			if names, _ := os.ReadDir(filepath.Join(dir, string(l.Dir))); len(names) != len(l.Entries) {
				rt.Fatalf("%q: %d entries, want %d", string(l.Dir), len(l.Entries), len(names))
			}
		}
		if !reflect.DeepEqual(got, want) {
			rt.Fatalf("got  %q\nwant %q", got, want)
		}
		if !slices.IsSortedFunc(want, Compare) {
			rt.Fatalf("compare is not the order of the walk: %q", want)
		}
		w := r.Walk(context.Background(), Options{})
		for _, p := range want {
			if rapid.Bool().Draw(rt, "asked") {
				l, err := w.List(p)
				if err != nil || l.Dir != p || l.Obstacle != "" {
					rt.Fatalf("List(%q) = %+v, %v", p, l, err)
				}
			}
		}
		if err := w.Finish(); err != nil {
			rt.Fatal(err)
		}
	})
}

// What the tree's own rules ignore can be listed too, with the rules in it, and what comes after it still can.
func TestListReadsWhatTheWalkPassedOver(t *testing.T) {
	dir := t.TempDir()
	mkdir(t, dir, "build", "sub")
	write(t, "build/\n*.o\n", dir, ".treatyignore")
	write(t, "x\n", dir, "build", ".treatyignore")
	mkdir(t, dir, "c")
	for _, options := range []Options{{}, {Patterns: []string{"*.p"}}} {
		w := open(t, dir).Walk(t.Context(), options)
		for _, path := range []tree.Path{"", "build", "build/sub", "c"} {
			l, err := w.List(path)
			if err != nil || l.Obstacle != "" || l.Dir != path {
				t.Errorf("List(%q) = %+v, %v", path, l, err)
			}
			if own := path == "" || path == "build"; l.Rules.Known() != own {
				t.Errorf("List(%q) tells the hash %q of a file of rules", path, l.Rules)
			}
			if path == "build" && (l.Scope.Judge("build/x", false) != tree.Ignored ||
				l.Scope.Judge("build/a.o", false) != tree.InScope) {
				t.Error("the rules above an ignored directory hold in it, or its own do not")
			}
			if ignored := len(options.Patterns) > 0; (l.Scope.Judge(path.Join("a.p"), false) == tree.Ignored) != ignored {
				t.Errorf("%q: the config's patterns do not hold as they are", path)
			}
		}
		must(t, w.Finish())
	}
}

func TestListOfWhatIsNotThereHasAnObstacle(t *testing.T) {
	dir := t.TempDir()
	mkdir(t, dir, "a", "b")
	mkdir(t, dir, "c")
	w := open(t, dir).Walk(t.Context(), Options{})
	for _, c := range []struct {
		path tree.Path
		want tree.Obstacle
	}{{"", ""}, {"a", ""}, {"a/absent", tree.Unreadable}, {"a/b", ""}, {"b", tree.Unreadable}, {"c", ""},
		{"d", tree.Unreadable}} {
		l, err := w.List(c.path)
		if err != nil || l.Obstacle != c.want || l.Dir != c.path {
			t.Errorf("List(%q) = %+v, %v", c.path, l, err)
		}
	}
	must(t, w.Finish())
}

// slow makes a tree whose walk waits in its first directory until asked to go on: a tree wider than
// a walk goes ahead.
func slow(t *testing.T) (dir string, r *Root) {
	dir = mkdir(t, t.TempDir(), "root")
	for i := range (waiting + 3) * batchDirs {
		mkdir(t, dir, fmt.Sprintf("a%06d", i))
	}
	write(t, "secret", dir, "z", "file")
	return dir, open(t, dir)
}

func TestDirectoryReplacedByALinkIsRefused(t *testing.T) {
	dir, r := slow(t)
	elsewhere := mkdir(t, t.TempDir(), "elsewhere")
	write(t, "theirs", elsewhere, "file")
	w := r.Walk(t.Context(), Options{})
	_, err := w.List(tree.Root)
	must(t, err)
	must(t, os.Rename(filepath.Join(dir, "z"), filepath.Join(dir, "old")))
	must(t, os.Symlink(elsewhere, filepath.Join(dir, "z")))
	l, err := w.List("z")
	if err != nil || l.Obstacle != tree.Unreadable || l.Entries != nil || l.Why != ErrSymlink.Error() {
		t.Errorf("List = %+v, %v", l, err)
	}
	must(t, w.Finish())
}

func TestDirectoryThatVanishesIsNoDelete(t *testing.T) {
	dir, r := slow(t)
	w := r.Walk(t.Context(), Options{})
	_, err := w.List(tree.Root)
	must(t, err)
	must(t, os.RemoveAll(filepath.Join(dir, "z")))
	l, err := w.List("z")
	if err != nil || l.Obstacle != tree.Unreadable {
		t.Errorf("List = %+v, %v", l, err)
	}
}

func TestTreeThatVanishesIsAnError(t *testing.T) {
	for name, spoil := range map[string]func(dir string) error{
		"moved":   func(dir string) error { return os.Rename(dir, dir+"x") },
		"removed": os.RemoveAll,
		"emptied": func(dir string) error { return errors.Join(os.Rename(dir, dir+"x"), os.Mkdir(dir, 0o755)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, r := slow(t)
			w := r.Walk(t.Context(), Options{})
			root, err := w.List(tree.Root)
			must(t, err)
			must(t, spoil(dir))
			for _, e := range root.Entries {
				if _, err = w.List(tree.Path(e.Name)); err != nil {
					break
				}
			}
			if err != nil && !errors.Is(err, ErrVanished) {
				t.Errorf("List: %v", err)
			}
			if err := w.Finish(); !errors.Is(err, ErrVanished) {
				t.Errorf("Finish: %v, want %v", err, ErrVanished)
			}
		})
	}
}

func TestWalkEndsWhenToldTo(t *testing.T) {
	_, r := slow(t)
	before := descriptors(t)
	ctx, cancel := context.WithCancel(t.Context())
	w := r.Walk(ctx, Options{})
	_, err := w.List(tree.Root)
	must(t, err)
	cancel()
	for err == nil {
		_, err = w.List("z")
		if err == nil {
			break
		}
	}
	must(t, w.Close())
	must(t, w.Close())
	if open := descriptors(t) - before; open > 0 {
		t.Errorf("%d descriptors leak", open)
	}
	early := r.Walk(t.Context(), Options{})
	must(t, early.Finish())
}

func TestChainOfDirectoriesTakesFewHandles(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir)
	d, err := r.Dir(tree.Root)
	must(t, err)
	for range tree.MaxDepth + 5 { // deeper than any path that a system call takes
		must(t, mkdirat(d, "d"))
		below, err := d.OpenDir("d")
		must(t, err)
		d.Release()
		d = below
	}
	d.Release()
	all := everything(t, r.Walk(t.Context(), Options{}))
	if last := all[len(all)-1]; last.Dir.Depth() != tree.MaxDepth+1 || last.Obstacle != tree.Unreadable {
		t.Errorf("the last listing is %d deep: %+v", last.Dir.Depth(), last)
	}
}

// forest makes a tree of n files, 20 in a directory, three levels deep.
func forest(t testing.TB, n int) string {
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	for i := range n / 20 {
		sub := mkdir(t, dir, fmt.Sprintf("part%02d", i/200), fmt.Sprintf("directory%05d", i))
		for j := range 20 {
			must(t, os.WriteFile(filepath.Join(sub, fmt.Sprintf("file-%x-%d.txt", random.Uint32(), j)), []byte("x"), 0o644))
		}
	}
	return dir
}

func BenchmarkWalk(b *testing.B) {
	const files = 100_000
	r := open(b, forest(b, files))
	b.ReportAllocs()
	for b.Loop() {
		w := r.Walk(b.Context(), Options{Granularity: 1, Modes: true, DefaultIgnores: true})
		everything(b, w)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/files, "ns/file")
}
