package disk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"treaty/apply/volume"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// script is a run that uses every primitive. Each step goes on whatever the ones before it came to.
func script(s *side) []error {
	ctx := context.Background()
	var errs []error
	note := func(err error) { errs = append(errs, err) }
	stage := func(content string) volume.Staged {
		staged, err := s.Stage(ctx, strings.NewReader(content), int64(len(content)), tree.Hash{},
			tree.UnixTime(5, 0), tree.Perm(0o600))
		note(err)
		return staged
	}
	lstate := func(p string) *tree.State {
		e, hash, err := s.ReadBack(p)
		if err != nil {
			note(err)
			return nil
		}
		st := e.State()
		if st != nil {
			st.SHA256 = hash
		}
		return st
	}
	note(s.WritePrivate("tree.json", []byte("{}")))
	one, two := stage("new one"), stage("new two")
	var link volume.Staged
	var err error
	if native.Traits().Symlinks {
		link, err = s.StageLink("target")
		note(err)
		note(s.Barrier(one, two, link))
	} else {
		note(s.Barrier(one, two))
	}
	note(second(s.Mkdir("made", tree.Perm(0o750), false)))
	if native.Traits().Symlinks {
		note(second(s.Create("made/link", link)))
	}
	note(second(s.Create("made/one", one)))
	note(second(s.Replace("replaced", lstate("replaced"), two, "")))
	note(second(s.Move("moved", "made/moved", lstate("moved"), "")))
	note(second(s.Move("case", "CASE", lstate("case"), "")))
	a, err := s.Park("swap/a", lstate("swap/a"), "")
	note(err)
	note(second(s.Move("swap/b", "swap/a", lstate("swap/b"), "")))
	if a.Name != "" {
		note(second(s.Create("swap/b", a)))
	}
	if native.Traits().Modes {
		note(second(s.Chmod("chmod", lstate("chmod"), tree.Perm(0o600))))
	}
	note(second(s.Touch("chmod", lstate("chmod"), tree.UnixTime(77, 0))))
	note(second(s.Trash("gone/file", lstate("gone/file"), "")))
	note(second(s.Rmdir("gone", "Thumbs.db")))
	note(s.Barrier())
	note(s.RemovePrivate("tree.json"))
	return errs
}

var precious = []string{"replaced", "moved", "case", "swap/a", "swap/b", "chmod", "gone/file",
	"gone/Thumbs.db", "untouched/file"}

func scene(t *testing.T, opts Options) *side {
	s := newSide(t, opts)
	for _, p := range precious {
		s.write(p, "precious "+p)
	}
	return s
}

// kept is where each content of the tree is, private folders included.
func (s *side) kept() map[string][]string {
	found := map[string][]string{}
	filepath.WalkDir(s.dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			content, _ := os.ReadFile(path)
			name, _ := filepath.Rel(s.dir, path)
			found[string(content)] = append(found[string(content)], filepath.ToSlash(name))
		}
		return nil
	})
	return found
}

// verify holds the invariants after whatever happened: nothing lost; what the script doesn't name is
// untouched; real names hold whole contents only; the stage holds copies only; private is private.
func (s *side) verify(t *testing.T, what string) {
	t.Helper()
	found := s.kept()
	for _, p := range precious {
		if len(found["precious "+p]) == 0 {
			t.Errorf("%s: the content of %s is lost", what, p)
		}
	}
	if info, err := os.Stat(s.path("untouched/file")); err != nil || !info.ModTime().Equal(longAgo) ||
		s.content("untouched/file") != "precious untouched/file" {
		t.Errorf("%s: a file outside the run was touched", what)
	}
	for content, names := range found {
		for _, name := range names {
			whole := strings.HasPrefix(content, "precious ") || content == "new one" || content == "new two"
			if !whole && !strings.HasPrefix(name, ".treaty/") {
				t.Errorf("%s: %s holds %q", what, name, content)
			}
			if strings.HasPrefix(content, "precious ") && strings.HasPrefix(name, volume.StageFolder) {
				t.Errorf("%s: %s, of the user's, is in the stage", what, name)
			}
		}
	}
}

// TestEveryFault fails, and dies, at every call of the script in turn: an errno once, or all calls from
// the n-th on, as a killed process makes none.
func TestEveryFault(t *testing.T) {
	errnos := []error{errIO, errNoSpace, syscall.EPERM, syscall.ENOSYS}
	if effort.Sweep() == 0 {
		errnos = errnos[:2]
	}
	step := effort.Stride(29, stride)
	runs, open := 0, descriptors()
	for _, way := range ways {
		for _, opts := range []Options{{Can: way.can}, {Can: way.can, SyncEach: true, NoSyncVolume: true}} {
			calls := 0
			opts.Hook = func(Call) error { calls++; return nil }
			s := scene(t, opts)
			for _, err := range script(s) {
				check(t, err)
			}
			s.verify(t, "no fault")
			total := calls
			for n := 1; n <= total; n += step {
				for f := -1; f < len(errnos); f++ {
					count, at := 0, Call{}
					opts.Hook = func(c Call) error {
						count++
						switch {
						case f < 0 && count >= n:
							return errors.New("died")
						case f >= 0 && count == n:
							at = c
							return errnos[f]
						}
						return nil
					}
					s := scene(t, opts)
					script(s)
					s.verify(t, fmt.Sprintf("%s, call %d of %d, fault %d (%v)", way.name, n, total, f, at))
					os.RemoveAll(s.dir)
					s.root.Close()
					runs++
				}
				if t.Failed() {
					t.FailNow()
				}
			}
		}
	}
	t.Logf("%d faults", runs)
	if now := descriptors(); now > open+100 {
		t.Errorf("%d descriptors were open, now %d", open, now)
	}
}

// descriptors is how many are open, 0 where that can't be told.
func descriptors() int {
	names, _ := os.ReadDir("/proc/self/fd")
	return len(names)
}

func TestAFailedSyncStopsTheTree(t *testing.T) {
	for _, kind := range []Kind{SyncVolume, SyncFile, SyncFolder} {
		syncs := map[Call]int{}
		s := newSide(t, Options{NoSyncVolume: kind != SyncVolume, Hook: func(c Call) error {
			if c.Kind == kind {
				syncs[c]++
				return errIO
			}
			return nil
		}})
		staged := s.stage("x")
		if err := s.Barrier(staged); !errors.Is(err, volume.ErrStopped) || !errors.Is(err, errIO) {
			t.Errorf("%s: %v", kind, err)
		}
		for what, err := range map[string]error{
			"barrier": s.Barrier(staged), "create": second(s.Create("f", staged)),
			"private": s.WritePrivate("x", nil), "stage": second(s.StageLink("x")),
		} {
			if !errors.Is(err, volume.ErrStopped) {
				t.Errorf("%s after a failed %s: %v", what, kind, err)
			}
		}
		for call, n := range syncs {
			if n != 1 {
				t.Errorf("%s was tried %d times", call, n)
			}
		}
		if len(syncs) == 0 {
			t.Errorf("no %s", kind)
		}
		check(t, s.Discard(staged))
	}
}

// A volume that takes long to sync, since other programs write to it, is not synced as a whole again; but
// where nothing else makes renames durable, it is.
func TestASlowVolumeIsSyncedFileByFile(t *testing.T) {
	for _, each := range []bool{false, true} {
		calls := map[Kind]int{}
		s := newSide(t, Options{Can: ways[0].can, SyncEach: each, SlowSync: time.Millisecond, Hook: func(c Call) error {
			if calls[c.Kind]++; c.Kind == SyncVolume {
				time.Sleep(2 * time.Millisecond)
			}
			return nil
		}})
		for range 2 {
			var staged []volume.Staged
			for range 20 {
				staged = append(staged, s.stage("new"))
			}
			check(t, s.Barrier(staged...))
		}
		volumes, files := map[bool]int{true: 2, false: 1}[each], map[bool]int{true: 0, false: 20}[each]
		if !volumeSyncIsWhole {
			volumes, files = 2, 40
		}
		if calls[SyncVolume] != volumes || calls[SyncFile] != files {
			t.Errorf("each %v: %v", each, calls)
		}
	}
}

// A barrier takes over what is to be synced, so that one that is begun meanwhile has to wait for it: it would find
// nothing to do, and tell that what is being synced is durable.
func TestOneBarrierIsUnderWayAtATime(t *testing.T) {
	var s *side
	synced := 0
	s = newSide(t, Options{Can: ways[0].can, Hook: func(c Call) error {
		if c.Kind == SyncVolume || c.Kind == SyncFile {
			if synced++; s.barriers.TryLock() {
				t.Error("another barrier could begin meanwhile")
			}
		}
		return nil
	}})
	check(t, s.Barrier(s.stage("new")))
	if synced == 0 {
		t.Error("nothing was synced")
	}
}

func TestBarrierFallsBackToSyncingOneByOne(t *testing.T) {
	calls := map[Kind][]string{}
	s := newSide(t, Options{Can: ways[0].can, Hook: func(c Call) error {
		calls[c.Kind] = append(calls[c.Kind], c.Path)
		if c.Kind == SyncVolume {
			return syscall.ENOSYS
		}
		return nil
	}})
	before := s.write("d/f", "x")
	staged := s.stage("new")
	_, err := s.Touch("d/f", before, tree.UnixTime(77, 0))
	check(t, err)
	check(t, s.Barrier(staged))
	if got := slices.Sorted(slices.Values(calls[SyncFile])); !slices.Equal(got, []string{staged.Name, "d/f"}) {
		t.Errorf("synced files %s", got)
	}
	_, err = s.Replace("d/f", s.state("d/f"), staged, "")
	check(t, err)
	calls[SyncFolder] = nil
	check(t, s.Barrier())
	if got := strings.Join(calls[SyncFolder], " "); !strings.Contains(got, "d") ||
		!strings.Contains(got, ".treaty/trash/run-1/d") {
		t.Errorf("synced folders %s", got)
	}
	if s.Durability() != "file-sync" {
		t.Errorf("durability %q", s.Durability())
	}
}

// What was a directory when something in it changed may be a file, or a link, when its turn comes.
func TestABarrierSyncsNoDirectoryThatIsNoneAnyMore(t *testing.T) {
	s := newSide(t, Options{Can: ways[0].can, NoSyncVolume: true})
	_, err := s.Trash("d/f", s.write("d/f", "x"), "")
	check(t, err)
	_, err = s.Rmdir("d")
	check(t, err)
	_, err = s.Create("d", s.stage("a file"))
	check(t, err)
	check(t, s.Barrier())
	_, err = s.Create("e", s.stage("another"))
	check(t, err)
}

func TestAVolumeWithoutModesIsNoError(t *testing.T) {
	for _, errno := range noModes {
		s := newSide(t, Options{Can: ways[0].can, Hook: func(c Call) error {
			if c.Kind == SetMode {
				return errno
			}
			return nil
		}})
		staged, err := s.Stage(context.Background(), strings.NewReader("x"), 1, tree.Hash{},
			tree.TimeOf(longAgo), tree.Perm(0o440))
		check(t, err)
		r, err := s.Create("f", staged)
		check(t, err)
		if native.Traits().Modes && r.Entry.Mode != perm(0o640) {
			t.Errorf("mode read back as %v", r.Entry.Mode)
		}
		if _, err := s.Chmod("f", s.state("f"), tree.Perm(0o755)); native.Traits().Modes && !errors.Is(err, volume.ErrDrift) {
			t.Errorf("a mode that was not taken: %v", err)
		}
		p, err := Probe(s.root, s.hook)
		if err != nil || p.Traits.Modes {
			t.Errorf("probed %+v, %v", p, err)
		}
	}
}

func TestProbeSeesWhatAVolumeCannotDo(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		sees func(volume.Probed) bool
	}{
		{Exchange, func(p volume.Probed) bool { return !p.Can.Exchange && p.Can.NoReplace }},
		{Link, func(p volume.Probed) bool { return !p.Can.Link }},
		{MakeSymlink, func(p volume.Probed) bool { return !p.Traits.Symlinks }},
		{SetTime, func(p volume.Probed) bool { return p.Traits.IgnoresTimes }},
		{Rename, func(p volume.Probed) bool { return !p.Can.NoReplace }},
	} {
		s := newSide(t, Options{})
		p, err := Probe(s.root, func(call Call) error {
			if call.Kind == c.kind {
				return syscall.ENOSYS
			}
			return nil
		})
		if err != nil || !c.sees(p) {
			t.Errorf("without %s: %+v, %v", c.kind, p, err)
		}
	}
	s := newSide(t, Options{})
	if _, err := Probe(s.root, func(Call) error { return errReadOnly }); !errors.Is(err, volume.ErrReadOnly) {
		t.Errorf("read-only: %v", err)
	}
}

// What a person reads is one line, also where two things went wrong.
func TestErrorsAreOfOneLine(t *testing.T) {
	var all []error
	note := func(err error) { all = append(all, err) }
	s := newSide(t, Options{})
	_, err := Probe(s.root, func(Call) error { return errReadOnly })
	note(err)
	for _, way := range ways {
		s := newSide(t, Options{Can: way.can})
		before, staged := s.write("f", "old"), s.stage("new")
		s.hook = func(c Call) error {
			if strings.HasSuffix(c.Path, "/f") || c.Path == "f" {
				s.write("g", "edit")
				os.Rename(s.path("g"), s.path("f"))
				return errIO
			}
			return nil
		}
		note(second(s.Replace("f", before, staged, "")))
	}
	for _, err := range all {
		if err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q", err)
		}
	}
	if !errors.Is(all[0], volume.ErrReadOnly) {
		t.Error(all[0])
	}
}
