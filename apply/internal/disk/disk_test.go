package disk

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// way is a strategy by which a volume lets names be changed. All that the platform has are forced here.
type way struct {
	name string
	can  volume.Capabilities
}

// side is a tree in a temporary directory beside a canary.
type side struct {
	*Tree
	t   testing.TB
	dir string
}

func newSide(t testing.TB, opts Options) *side {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tree")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return reopen(t, dir, opts)
}

func reopen(t testing.TB, dir string, opts Options) *side {
	t.Helper()
	root, err := scan.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	if opts.Traits.Profile == "" {
		opts.Traits = native.Traits()
	}
	if hook := opts.Hook; hook != nil {
		var one sync.Mutex
		opts.Hook = func(c Call) error {
			one.Lock()
			defer one.Unlock()
			return hook(c)
		}
	}
	opened, err := Open(root, "run-1", opts)
	if err != nil {
		t.Fatal(err)
	}
	return &side{opened, t, dir}
}

func (s *side) path(p string) string { return filepath.Join(s.dir, filepath.FromSlash(p)) }

var longAgo = time.Date(2020, 2, 3, 4, 5, 6, 700, time.UTC)

// write puts content at p as a user would have done long ago, and returns its state.
func (s *side) write(p, content string) *tree.State {
	s.t.Helper()
	os.MkdirAll(filepath.Dir(s.path(p)), 0o755)
	if err := os.WriteFile(s.path(p), []byte(content), 0o644); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Chtimes(s.path(p), longAgo, longAgo); err != nil {
		s.t.Fatal(err)
	}
	return s.state(p)
}

func (s *side) state(p string) *tree.State {
	s.t.Helper()
	e, hash, err := s.ReadBack(p)
	if err != nil {
		s.t.Fatal(err)
	}
	st := e.State()
	if st != nil {
		st.SHA256 = hash
	}
	return st
}

func (s *side) stage(content string) volume.Staged {
	s.t.Helper()
	staged, err := s.Stage(context.Background(), strings.NewReader(content), int64(len(content)), tree.Hash{},
		tree.TimeOf(longAgo).Add(100), tree.Perm(0o640))
	if err != nil {
		s.t.Fatal(err)
	}
	return staged
}

func (s *side) content(p string) string {
	s.t.Helper()
	content, err := os.ReadFile(s.path(p))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(content)
}

func (s *side) absent(p string) {
	s.t.Helper()
	if _, err := os.Lstat(s.path(p)); !errors.Is(err, os.ErrNotExist) {
		s.t.Errorf("%s is there (%v)", p, err)
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// everyWay runs f with each strategy.
func everyWay(t *testing.T, f func(t *testing.T, s *side)) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			for _, each := range []bool{false, true} {
				f(t, newSide(t, Options{Can: way.can, SyncEach: each}))
			}
		})
	}
}

func TestCreateInstallsAndNeverReplaces(t *testing.T) {
	everyWay(t, func(t *testing.T, s *side) {
		r, err := s.Create("new", s.stage("content"))
		check(t, err)
		if got := s.content("new"); got != "content" || r.Entry.Mode != perm(0o640) ||
			r.Entry.Mtime != tree.TimeOf(longAgo).Add(100) {
			t.Errorf("got %q, %+v", got, r.Entry)
		}
		s.write("taken", "user's")
		staged := s.stage("mine")
		_, err = s.Create("taken", staged)
		if !errors.Is(err, volume.ErrDrift) || !errors.Is(err, volume.ErrTaken) || s.content("taken") != "user's" {
			t.Errorf("err %v, content %q", err, s.content("taken"))
		}
		if s.content(staged.Name) != "mine" {
			t.Error("what was staged is gone")
		}
		check(t, s.Discard(staged))
		s.absent(staged.Name)
		if _, err := s.Create("no/parent", s.stage("x")); !errors.Is(err, volume.ErrDrift) {
			t.Errorf("missing parent: %v", err)
		}
	})
}

func TestReplaceKeepsTheOldInTheTrash(t *testing.T) {
	everyWay(t, func(t *testing.T, s *side) {
		before := s.write("a/b.txt", "old")
		r, err := s.Replace("a/b.txt", before, s.stage("new"), "")
		check(t, err)
		if s.content("a/b.txt") != "new" || r.Trash != ".treaty/trash/run-1/a/b.txt" || s.content(r.Trash) != "old" {
			t.Errorf("content %q, %+v", s.content("a/b.txt"), r)
		}
		r, err = s.Replace("a/b.txt", s.state("a/b.txt"), s.stage("newer"), "")
		check(t, err)
		if r.Trash != ".treaty/trash/run-1/a/b (2).txt" || s.content(r.Trash) != "new" {
			t.Errorf("second: %+v", r)
		}
	})
}

func TestReplaceBetweenFileAndLink(t *testing.T) {
	needLinks(t)
	for _, way := range ways[:min(2, len(ways))] {
		s := newSide(t, Options{Can: way.can})
		before := s.write("f", "old")
		link, err := s.StageLink("else/where")
		check(t, err)
		r, err := s.Replace("f", before, link, "")
		check(t, err)
		if r.Entry.Type != tree.Symlink || r.Entry.Target != "else/where" || s.content(r.Trash) != "old" {
			t.Errorf("%s: %+v", way.name, r)
		}
		if _, err := s.Replace("f", &tree.State{Type: tree.Symlink, Target: "other"}, s.stage("x"),
			""); !errors.Is(err, volume.ErrDrift) {
			t.Errorf("%s: other target: %v", way.name, err)
		}
		r, err = s.Replace("f", &tree.State{Type: tree.Symlink, Target: "else/where"}, s.stage("file"), "")
		check(t, err)
		if target, err := os.Readlink(s.path(r.Trash)); err != nil || target != "else/where" || s.content("f") != "file" {
			t.Errorf("%s: trash has %q (%v)", way.name, target, err)
		}
	}
}

func TestDriftTouchesNothing(t *testing.T) {
	cases := []struct {
		name string
		then func(s *side) // after the plan saw "old"
	}{
		{"gone", func(s *side) { os.Remove(s.path("f")) }},
		{"longer", func(s *side) { s.write("f", "longer") }},
		{"later", func(s *side) { os.Chtimes(s.path("f"), longAgo, longAgo.Add(time.Second)) }},
		{"mode", func(s *side) { os.Chmod(s.path("f"), 0o600) }},
		{"same stat, other content", func(s *side) { s.write("f", "odd") }},
		{"link", func(s *side) { os.Remove(s.path("f")); os.Symlink("x", s.path("f")) }},
		{"directory", func(s *side) { os.Remove(s.path("f")); os.Mkdir(s.path("f"), 0o755) }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			switch c.name {
			case "link":
				needLinks(t)
			case "mode":
				needModes(t)
			}
			everyWay(t, func(t *testing.T, s *side) {
				before := s.write("f", "old")
				c.then(s)
				was := s.snapshot()
				staged := s.stage("new")
				for what, err := range map[string]error{
					"replace": second(s.Replace("f", before, staged, "")),
					"trash":   second(s.Trash("f", before, "")),
					"move":    second(s.Move("f", "g", before, "")),
					"chmod":   second(s.Chmod("f", before, tree.Perm(0o777))),
					"touch":   second(s.Touch("f", before, tree.UnixTime(0, 1))),
				} {
					if d := new(volume.Drift); !errors.As(err, &d) || !errors.Is(err, volume.ErrDrift) {
						t.Errorf("%s: %v", what, err)
					}
				}
				check(t, s.Discard(staged))
				if now := s.snapshot(); !slices.Equal(now, was) {
					t.Errorf("was\n%s\nnow\n%s", strings.Join(was, "\n"), strings.Join(now, "\n"))
				}
			})
		})
	}
}

func second[T any](_ T, err error) error { return err }

// snapshot is everything outside .treaty.
func (s *side) snapshot() (lines []string) {
	filepath.WalkDir(s.dir, func(path string, e os.DirEntry, err error) error {
		if e.Name() == ".treaty" {
			return filepath.SkipDir
		}
		info, _ := e.Info()
		line := strings.TrimPrefix(path, s.dir) + " " + info.Mode().String()
		if info.Mode().IsRegular() {
			content, _ := os.ReadFile(path)
			line += " " + info.ModTime().String() + " " + string(content)
		}
		lines = append(lines, line)
		return nil
	})
	return lines
}

func TestTrashParkAndMove(t *testing.T) {
	everyWay(t, func(t *testing.T, s *side) {
		r, err := s.Trash("a", s.write("a", "a's"), "")
		check(t, err)
		s.absent("a")
		if s.content(r.Trash) != "a's" || r.Entry.Type != tree.Absent {
			t.Errorf("%+v", r)
		}
		r, err = s.Move("d/b", "d/c", s.write("d/b", "b's"), "")
		check(t, err)
		s.absent("d/b")
		if s.content("d/c") != "b's" || r.Entry.Mtime != tree.TimeOf(longAgo) {
			t.Errorf("%+v", r)
		}
		r, err = s.Move("d/c", "d/C", s.state("d/c"), "")
		check(t, err)
		if s.content("d/C") != "b's" || r.Entry.Name != "C" {
			t.Errorf("%+v", r)
		}
		parked, err := s.Park("d/C", s.state("d/C"), "")
		check(t, err)
		s.absent("d/C")
		if _, err = s.Create("e", parked); err != nil || s.content("e") != "b's" {
			t.Errorf("parked: %v", err)
		}
		s.write("f", "f's")
		if _, err := s.Move("e", "f", s.state("e"), ""); !errors.Is(err, volume.ErrTaken) {
			t.Errorf("move to a taken name: %v", err)
		}
		if s.content("e") != "b's" || s.content("f") != "f's" {
			t.Error("a move to a taken name changed something")
		}
		entries := 0
		for e, err := range s.TrashEntries("run-1") {
			check(t, err)
			entries++
			if _, hash, err := s.ReadBack(e.Name); err != nil || !hash.Known() {
				t.Errorf("%+v: %v", e, err)
			}
		}
		if entries != 1 {
			t.Errorf("%d entries in the trash", entries)
		}
		check(t, s.ClearTrash("run-1"))
		check(t, s.ClearStage("run-1"))
		s.absent(".treaty/trash/run-1")
		s.absent(".treaty/stage/run-1")
	})
}

func TestTrashHoldsAFileAndADirectoryOfOneName(t *testing.T) {
	s := newSide(t, Options{Can: ways[0].can})
	_, err := s.Trash("x", s.write("x", "file"), "")
	check(t, err)
	r, err := s.Trash("x/y", s.write("x/y", "below"), "")
	check(t, err)
	if r.Trash != ".treaty/trash/run-1/x (2)/y" || s.content(r.Trash) != "below" {
		t.Errorf("%+v", r)
	}
}

func TestDirectoriesAreRemovedOnlyEmpty(t *testing.T) {
	s := newSide(t, Options{Can: ways[0].can})
	r, err := s.Mkdir("d", tree.Perm(0o731), false)
	check(t, err)
	if r.Entry.Mode != perm(0o731) {
		t.Errorf("%+v", r)
	}
	if _, err := s.Mkdir("d", tree.Perm(0o755), false); !errors.Is(err, volume.ErrTaken) {
		t.Errorf("again: %v", err)
	}
	if r, err = s.Mkdir("d", tree.Perm(0o755), true); err != nil || r.Entry.Mode != perm(0o755) {
		t.Errorf("existing: %+v, %v", r, err)
	}
	s.write("d/keep", "x")
	s.write("d/.DS_Store", "x")
	const litter = ".DS_Store"
	left := new(volume.NotEmpty)
	if _, err := s.Rmdir("d", litter); !errors.As(err, &left) || !slices.Equal(left.Names, []string{"keep"}) ||
		!errors.Is(err, volume.ErrNotEmpty) {
		t.Errorf("not empty: %v", err)
	}
	s.content("d/.DS_Store")
	_, err = s.Trash("d/keep", s.state("d/keep"), "")
	check(t, err)
	trashed, err := s.Rmdir("d", litter)
	check(t, err)
	if !slices.Equal(trashed, []string{".treaty/trash/run-1/d/.DS_Store"}) || s.content(trashed[0]) != "x" {
		t.Errorf("trashed %q", trashed)
	}
	s.absent("d")
	s.write("f", "x")
	if _, err := s.Rmdir("f"); !errors.Is(err, volume.ErrDrift) || s.content("f") != "x" {
		t.Errorf("a file: %v", err)
	}
	if _, err := s.Mkdir("f", 0, true); !errors.Is(err, volume.ErrTaken) {
		t.Errorf("over a file: %v", err)
	}
}

func TestModesAndTimesAreSetExactly(t *testing.T) {
	needModes(t)
	s := newSide(t, Options{Can: ways[0].can})
	before := s.write("f", "x")
	r, err := s.Chmod("f", before, tree.Perm(0o604))
	if err != nil || r.Entry.Mode != tree.Perm(0o604) {
		t.Errorf("%+v, %v", r, err)
	}
	r, err = s.Touch("f", s.state("f"), tree.UnixTime(1234567890, 123456789))
	if err != nil || r.Entry.Mtime != tree.UnixTime(1234567890, 123456789) {
		t.Errorf("%+v, %v", r, err)
	}
	os.Mkdir(s.path("d"), 0o700)
	if r, err = s.Chmod("d", &tree.State{Type: tree.Directory, Mode: tree.Perm(0o700)}, tree.Perm(0o755)); err != nil ||
		r.Entry.Mode != tree.Perm(0o755) {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestAWriterMakesAFileBusy(t *testing.T) {
	s := newSide(t, Options{Can: ways[0].can})
	before := s.write("f", "old")
	writer, err := os.OpenFile(s.path("f"), os.O_RDWR, 0)
	check(t, err)
	defer writer.Close()
	reader, _ := os.Open(s.path("f"))
	leased, err := lease(reader)
	reader.Close()
	if err == nil && !leased {
		t.Skip("no leases here")
	}
	if _, err := s.Replace("f", before, s.stage("new"), ""); !errors.Is(err, volume.ErrBusy) || s.content("f") != "old" {
		t.Errorf("err %v", err)
	}
}

func TestNoPathLeavesTheTree(t *testing.T) {
	s := newSide(t, Options{Can: ways[0].can})
	outside := filepath.Join(filepath.Dir(s.dir), "outside")
	os.Mkdir(outside, 0o755)
	os.WriteFile(filepath.Join(outside, "f"), []byte("canary"), 0o644)
	os.Symlink(outside, s.path("out"))
	os.Symlink("in", s.path("ln"))
	before := s.write("in/f", "canary")
	os.WriteFile(s.path("plain"), nil, 0o644)
	for _, p := range []tree.Path{"out/f", "ln/f", "plain/f", "../outside/f", "/f", "in/../in/f", "in//f",
		".treaty/tree.json", "in/.TREATY/f", ""} {
		staged := s.stage("evil")
		for what, err := range map[string]error{
			"create":  second(s.Create(p, staged)),
			"mkdir":   second(s.Mkdir(p, tree.Perm(0o755), true)),
			"replace": second(s.Replace(p, before, staged, "")),
			"trash":   second(s.Trash(p, before, "")),
			"rmdir":   second(s.Rmdir(p)),
			"move":    second(s.Move("in/f", p, before, "")),
			"from":    second(s.Move(p, "in/g", before, "")),
			"chmod":   second(s.Chmod(p, before, tree.Perm(0o777))),
			"touch":   second(s.Touch(p, before, tree.UnixTime(0, 1))),
		} {
			if err == nil {
				t.Errorf("%s %q went through", what, p)
			}
		}
	}
	if got, _ := os.ReadFile(filepath.Join(outside, "f")); string(got) != "canary" || s.content("in/f") != "canary" {
		t.Error("a canary changed")
	}
	if names, _ := os.ReadDir(outside); len(names) != 1 {
		t.Errorf("outside has %v", names)
	}
}

// A parent that is swapped for a link after it was used, and is kept open, is refused.
func TestASwappedParentIsRefused(t *testing.T) {
	needLinks(t)
	s := newSide(t, Options{Can: ways[0].can})
	outside := filepath.Join(filepath.Dir(s.dir), "outside")
	os.Mkdir(outside, 0o755)
	before := s.write("d/e/f", "mine")
	_, err := s.Create("d/e/first", s.stage("x"))
	check(t, err)
	for _, swap := range []string{"d", "d/e"} {
		check(t, os.Rename(s.path(swap), s.path("moved")))
		check(t, os.Symlink(outside, s.path(swap)))
		if _, err := s.Create("d/e/g", s.stage("evil")); !errors.Is(err, volume.ErrUnfit) {
			t.Errorf("%s: create: %v", swap, err)
		}
		if _, err := s.Trash("d/e/f", before, ""); !errors.Is(err, volume.ErrUnfit) {
			t.Errorf("%s: trash: %v", swap, err)
		}
		check(t, os.Remove(s.path(swap)))
		check(t, os.Rename(s.path("moved"), s.path(swap)))
	}
	if names, _ := os.ReadDir(outside); len(names) != 0 || s.content("d/e/f") != "mine" {
		t.Errorf("outside has %v", names)
	}
}

func TestThePrivateFolderIsNoLink(t *testing.T) {
	needLinks(t)
	s := newSide(t, Options{})
	outside := filepath.Join(filepath.Dir(s.dir), "outside")
	os.Mkdir(outside, 0o755)
	os.Symlink(outside, s.path(".treaty"))
	if err := s.WritePrivate("tree.json", []byte("{}")); !errors.Is(err, volume.ErrUnfit) {
		t.Errorf("write: %v", err)
	}
	if _, err := s.StageLink("x"); !errors.Is(err, volume.ErrUnfit) {
		t.Errorf("stage: %v", err)
	}
	if names, _ := os.ReadDir(outside); len(names) != 0 {
		t.Errorf("outside has %v", names)
	}
}

func TestPrivateFiles(t *testing.T) {
	s := newSide(t, Options{})
	for _, content := range []string{"one", "two, longer", ""} {
		check(t, s.WritePrivate("history/1-x/receipt.json", []byte(content)))
		got, err := s.ReadPrivate("history/1-x/receipt.json", 1<<20)
		if err != nil || string(got) != content {
			t.Errorf("got %q, %v", got, err)
		}
	}
	info, err := os.Stat(s.path(".treaty/history/1-x/receipt.json"))
	check(t, err)
	folder, err := os.Stat(s.path(".treaty/history"))
	check(t, err)
	if native.Traits().Modes && (info.Mode().Perm() != 0o600 || folder.Mode().Perm() != 0o700) {
		t.Errorf("modes %v, %v", info.Mode(), folder.Mode())
	}
	if _, err := s.ReadPrivate("nothing", 1<<20); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
	for _, bad := range []string{"../x", "/x", "a/../../x", ""} {
		if err := s.WritePrivate(bad, nil); err == nil {
			t.Errorf("%q went through", bad)
		}
	}
	check(t, s.ClaimPrivate("lock", []byte("me")))
	if err := s.ClaimPrivate("lock", nil); !errors.Is(err, os.ErrExist) {
		t.Errorf("second claim: %v", err)
	}
	check(t, s.RemovePrivate("lock"))
	check(t, s.RemovePrivate("lock"))
	for _, part := range []string{"a\n", "b\n"} {
		l, err := s.OpenLog("journal/j")
		check(t, err)
		check(t, l.Append([]byte(part), true))
		check(t, l.Close())
	}
	if got, _ := s.ReadPrivate("journal/j", 1<<20); string(got) != "a\nb\n" {
		t.Errorf("log has %q", got)
	}
	f, err := s.CreatePrivate("baseline")
	check(t, err)
	f.Write([]byte("never committed"))
	check(t, f.Close())
	if names, _ := filepath.Glob(s.path(".treaty/baseline*")); len(names) != 0 {
		t.Errorf("left behind: %v", names)
	}
}

func TestStageRefusesAnotherSource(t *testing.T) {
	s := newSide(t, Options{})
	ctx := context.Background()
	for what, err := range map[string]error{
		"longer":  second(s.Stage(ctx, strings.NewReader("abc"), 2, tree.Hash{}, tree.Time{}, 0)),
		"shorter": second(s.Stage(ctx, strings.NewReader("abc"), 4, tree.Hash{}, tree.Time{}, 0)),
		"hash":    second(s.Stage(ctx, strings.NewReader("abc"), 3, tree.Hash{1}, tree.Time{}, 0)),
	} {
		if !errors.Is(err, volume.ErrSource) {
			t.Errorf("%s: %v", what, err)
		}
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.Stage(stopped, strings.NewReader("abc"), 3, tree.Hash{}, tree.Time{},
		0); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if left, _ := filepath.Glob(s.path(".treaty/stage/*/*/*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	big := bytes.Repeat([]byte("0123456789abcdef"), 100_000)
	staged, err := s.Stage(ctx, bytes.NewReader(big), int64(len(big)), tree.Hash{}, tree.Time{}, 0)
	check(t, err)
	if staged.Hash != s.state(staged.Name).SHA256 || s.content(staged.Name) != string(big) {
		t.Error("a large file was not copied whole")
	}
}

func TestStageFoldersStaySmall(t *testing.T) {
	s := newSide(t, Options{})
	for range 2*shelfSize + 1 {
		s.stage("")
	}
	for _, folder := range []string{"000001", "000002"} {
		if names, _ := os.ReadDir(s.path(".treaty/stage/run-1/" + folder)); len(names) != shelfSize {
			t.Errorf("%s holds %d", folder, len(names))
		}
	}
	again := reopen(t, s.dir, Options{})
	if name := again.stage("").Name; !strings.HasPrefix(name, ".treaty/stage/run-1/000004/") {
		t.Errorf("a run taken up again stages as %s", name)
	}
}

func TestAdoptTakesOnlyWhatWasMeant(t *testing.T) {
	s := newSide(t, Options{})
	staged := s.stage("content")
	again, err := s.Adopt(staged.Name, staged.Hash, "")
	if err != nil || again != staged {
		t.Errorf("%+v, %v", again, err)
	}
	if _, err := s.Adopt(staged.Name, tree.Hash{1}, ""); !errors.Is(err, volume.ErrSource) {
		t.Errorf("another hash: %v", err)
	}
	os.WriteFile(s.path(staged.Name), []byte("changed"), 0o600)
	if err := s.Discard(staged); !errors.Is(err, volume.ErrSource) || s.content(staged.Name) != "changed" {
		t.Errorf("discard of unknown content: %v", err)
	}
	s.write("user", "content")
	if _, err := s.Adopt("user", staged.Hash, ""); !errors.Is(err, volume.ErrSource) {
		t.Errorf("outside: %v", err)
	}
}

func TestProbeOfThisVolume(t *testing.T) {
	s := newSide(t, Options{})
	p, err := Probe(s.root, nil)
	check(t, err)
	t.Logf("%+v", p)
	if names, _ := os.ReadDir(s.path(".treaty")); len(names) != 0 {
		t.Errorf("left behind: %v", names)
	}
	want := native.Traits()
	if p.Traits.MtimeGranularity != want.MtimeGranularity || p.Traits.Modes != want.Modes ||
		want.Symlinks && !p.Traits.Symlinks ||
		p.Traits.Names != want.Names {
		t.Errorf("%+v", p)
	}
}

func TestSpace(t *testing.T) {
	space, err := newSide(t, Options{}).Space()
	if err != nil || space.Total > 0 && (space.Free <= 0 || space.Block <= 0) {
		t.Errorf("%+v, %v", space, err)
	}
}

func TestShortNamesStandForNothing(t *testing.T) {
	s := newSide(t, Options{Can: ways[0].can, Traits: tree.FAT.Traits()})
	s.write("LONGFI~1.TXT", "really called so")
	if _, err := s.Trash("LONGFI~1.TXT", s.state("LONGFI~1.TXT"), ""); err != nil {
		t.Error(err)
	}
	if _, err := s.Create("a:b", s.stage("x")); !errors.Is(err, volume.ErrUnfit) {
		t.Errorf("a name FAT can't hold: %v", err)
	}
}
