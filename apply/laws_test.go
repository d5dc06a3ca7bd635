package apply_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"treaty/apply/internal/memory"
	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// The laws of a volume hold of every implementation, whatever it can do: a new one is a line in subjects.

// subject is a volume that is held to a law, with what a person sees of it, and a run that changes it.
type subject struct {
	*testing.T
	place
	of volume.Volume
	volume.Changer
	probed volume.Probed
}

// subjects are all volumes that there are, by name. What a directory can do is also made less.
var subjects = []struct {
	name string
	make func(t *testing.T) place
	less bool
}{
	{"directory", func(t *testing.T) place { return folder(scratch(t)) }, false},
	{"directory that can do little", func(t *testing.T) place { return folder(scratch(t)) }, true},
	{"memory", func(*testing.T) place { return inMemory{memory.New("/memory/it", memory.POSIX)} }, false},
	{"memory that can do little", func(*testing.T) place {
		return inMemory{memory.New("/memory/it", memory.Weak)}
	}, false},
	{"memory that may lose what is renamed", func(*testing.T) place {
		return inMemory{memory.New("/memory/it", memory.Lossy)}
	}, false},
	{"directory behind an agent", func(t *testing.T) place { return afar{place: folder(scratch(t))} }, false},
	{"directory that can do little, behind an agent",
		func(t *testing.T) place { return afar{place: folder(scratch(t))} }, true},
	{"memory behind an agent", func(*testing.T) place {
		return afar{place: inMemory{memory.New("/memory/it", memory.POSIX)}}
	}, false},
	{"memory that may lose what is renamed, behind an agent", func(*testing.T) place {
		return afar{place: inMemory{memory.New("/memory/it", memory.Lossy)}}
	}, false},
}

func TestLawsOfVolumes(t *testing.T) {
	needPosix(t, "volumes of the same traits")
	for _, s := range subjects {
		t.Run(s.name, func(t *testing.T) {
			for _, law := range laws {
				t.Run(law.name, func(t *testing.T) {
					it := &subject{T: t, place: s.make(t)}
					it.reopen(s.less)
					law.holds(it)
				})
			}
		})
	}
}

// reopen opens the volume and begins a run.
func (s *subject) reopen(less bool) {
	s.Helper()
	var err error
	s.of, err = s.open()
	check(s, err)
	s.Cleanup(func() { s.of.Close() })
	s.probed, err = s.of.Probe()
	check(s, err)
	if less {
		s.probed.Can, s.probed.LosesRenames = volume.Capabilities{}, true
	}
	s.Changer, err = s.of.Change("run-1", volume.Options{Traits: s.probed.Traits, Can: s.probed.Can,
		LosesRenames: s.probed.LosesRenames, RacySince: epoch.Add(1e18), Lend: func(volume.Loan) error { return nil }})
	check(s, err)
}

// has holds a tree to what it is to be, treaty's own folder aside.
func (s *subject) has(want string) {
	s.Helper()
	if got := s.read(s, "", tree.PrivateFolder); !got.equal(tryParse(s, want)) {
		s.Errorf("it has %v\nwant   %s", got, want)
	}
}

// holds holds what lies at a name to a content.
func (s *subject) holds(name, content string) {
	s.Helper()
	if n, err := s.node(name); err != nil || n.content != content {
		s.Errorf("%s has %v (%v), not %q", name, n, err, content)
	}
}

// state is what a plan would say of a path.
func (s *subject) state(path string) *tree.State {
	s.Helper()
	n, err := s.node(path)
	check(s, err)
	return n.state()
}

// stage stages a file.
func (s *subject) stage(content string) volume.Staged {
	s.Helper()
	staged, err := s.Stage(context.Background(), strings.NewReader(content), int64(len(content)), hashOf([]byte(content)),
		written(content), tree.Perm(0o640))
	check(s, err)
	return staged
}

// drifts demands a *volume.Drift of a cause, nil for none, and that nothing was changed.
func (s *subject) drifts(err error, cause error, want string) {
	s.Helper()
	var drift *volume.Drift
	if !errors.As(err, &drift) || !errors.Is(err, volume.ErrDrift) || drift.Cause != cause {
		s.Errorf("no drift because of %v: %v", cause, err)
	}
	s.has(want)
}

// fails demands an error, and that nothing was changed.
func (s *subject) fails(err, want error, tree string) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Errorf("%v, want %v", err, want)
	}
	s.has(tree)
}

var laws = []struct {
	name  string
	holds func(s *subject)
}{
	{"a walk lists what is there but for treaty's own, by the rules of the tree", func(s *subject) {
		s.write(s, tryParse(s, ".treatyignore=x* a=1 d/b=2 x1=3 l->a"))
		check(s, s.WritePrivate("own", nil))
		w := s.of.Walk(context.Background(), scan.Options{Granularity: 1, Modes: true})
		defer w.Close()
		var seen []string
		for _, dir := range []tree.Path{"", "d"} {
			l, err := w.List(dir)
			check(s, err)
			for _, e := range l.Entries {
				seen = append(seen, string(dir.Join(e.Name))+[]string{"", " litter", " ignored"}[e.Ruling])
			}
		}
		if want := []string{".treatyignore", "a", "d", "l", "x1 ignored", "d/b"}; !slices.Equal(seen, want) {
			s.Errorf("%q, want %q", seen, want)
		}
		check(s, w.Finish())
	}},
	{"a file that is not as listed is not read", func(s *subject) {
		s.write(s, tryParse(s, "a=1"))
		r := s.of.Reader(1, nil)
		for _, c := range []struct {
			size int64
			want error
		}{{1, nil}, {2, tree.ErrChanged}} {
			wanted := []tree.Wanted{{Path: "a", Size: c.size, Mtime: written("1")}}
			check(s, r.Hash(context.Background(), wanted, func(_ int, is tree.Content) {
				if !errors.Is(is.Err, c.want) || c.want == nil && is.SHA256 != hashOf([]byte("1")) {
					s.Errorf("%+v, want %v", is, c.want)
				}
			}))
		}
	}},
	{"what is created has its name, and replaces nothing", func(s *subject) {
		s.write(s, tryParse(s, "a=1 d/ l->d"))
		r, err := s.Create("d/new", s.stage("2"))
		check(s, err)
		if r.Entry.Mode != tree.Perm(0o640) || r.Entry.Mtime != written("2") || r.Trash != "" {
			s.Errorf("%+v", r)
		}
		s.has("a=1 d/new=2!640 l->d")
		staged := s.stage("3")
		_, err = s.Create("a", staged)
		s.drifts(err, volume.ErrTaken, "a=1 d/new=2!640 l->d")
		_, err = s.Create("none/a", staged)
		s.drifts(err, nil, "a=1 d/new=2!640 l->d")
		_, err = s.Create("l/a", staged)
		s.fails(err, volume.ErrUnfit, "a=1 d/new=2!640 l->d")
		s.Changer.Barrier(staged)
		s.holds(staged.Name, "3")
		check(s, s.Discard(staged))
		if e, err := s.At(staged.Name); err != nil || e.Type != tree.Absent {
			s.Errorf("discarded: %+v, %v", e, err)
		}
	}},
	{"what is replaced lies in the trash", func(s *subject) {
		s.write(s, tryParse(s, "d/a=1"))
		place, err := s.Place("d/a")
		check(s, err)
		r, err := s.Replace("d/a", s.state("d/a"), s.stage("2"), place)
		check(s, err)
		if r.Trash != place || place != ".treaty/trash/run-1/d/a" {
			s.Errorf("%+v at %s", r, place)
		}
		s.holds(place, "1")
		r, err = s.Replace("d/a", s.state("d/a"), s.stage("3"), "")
		check(s, err)
		if r.Trash != ".treaty/trash/run-1/d/a (2)" {
			s.Errorf("%+v", r)
		}
		s.has("d/a=3!640")
		link, err := s.StageLink("else/where")
		check(s, err)
		_, err = s.Replace("d/a", s.state("d/a"), link, "")
		check(s, err)
		s.has("d/ d/a->else/where")
	}},
	{"what is not as planned is left alone, and said", func(s *subject) {
		const is = "a=1 d/ l->x"
		s.write(s, tryParse(s, is))
		good := s.state("a")
		for _, change := range []func(*tree.State){
			func(b *tree.State) { b.Size++ },
			func(b *tree.State) { b.Mtime = b.Mtime.Add(1e9) },
			func(b *tree.State) { b.Mode = tree.Perm(0o600) },
			func(b *tree.State) { b.Type = tree.Directory },
		} {
			before := *good
			change(&before)
			_, err := s.Replace("a", &before, s.stage("2"), "")
			s.drifts(err, nil, is)
			_, err = s.Trash("a", &before, "")
			s.drifts(err, nil, is)
			_, err = s.Move("a", "b", &before, "")
			s.drifts(err, nil, is)
			_, err = s.Touch("a", &before, epoch)
			s.drifts(err, nil, is)
			_, err = s.Content("a", &before)
			s.drifts(err, nil, is)
		}
		_, err := s.Trash("l", &tree.State{Type: tree.Symlink, Rare: tree.LinkTo("y")}, "")
		s.drifts(err, nil, is)
		_, err = s.Trash("none", good, "")
		s.drifts(err, nil, is)
		_, err = s.Trash("a", nil, "")
		s.drifts(err, volume.ErrTaken, is)
		_, err = s.Move("a", "d", good, "")
		s.drifts(err, volume.ErrTaken, is)
	}},
	{"what is moved stays the file that it is", func(s *subject) {
		s.write(s, tryParse(s, "a=1 d/ e/x=2"))
		before, err := s.of.Entry("a")
		check(s, err)
		_, err = s.Move("a", "d/b", s.state("a"), "")
		check(s, err)
		after, err := s.of.Entry("d/b")
		check(s, err)
		if after.Inode != before.Inode || after.Links != 1 {
			s.Errorf("%+v became %+v", before, after)
		}
		_, err = s.Move("e", "d/e", s.state("e"), "")
		check(s, err)
		_, err = s.Move("d/b", "d/B", s.state("d/b"), "")
		check(s, err)
		if is, err := s.Spelled("d/B"); err != nil || !is {
			s.Errorf("spelled %v, %v", is, err)
		}
		s.has("d/B=1 d/e/x=2")
	}},
	{"what is parked can be installed", func(s *subject) {
		s.write(s, tryParse(s, "a=1"))
		parked, err := s.Park("a", s.state("a"), "")
		check(s, err)
		s.has("")
		waiting, err := s.Waiting(parked.Name)
		if err != nil || waiting == nil || waiting.Size != 1 {
			s.Fatalf("%+v, %v", waiting, err)
		}
		_, err = s.Create("b", *waiting)
		check(s, err)
		s.has("b=1")
		if left, err := s.Waiting(parked.Name); err != nil || left != nil {
			s.Errorf("%+v, %v", left, err)
		}
	}},
	{"a directory goes only once nothing is in it but litter, which goes to the trash", func(s *subject) {
		s.write(s, tryParse(s, "d/litter=1 d/mine=2 l->d"))
		var left *volume.NotEmpty
		_, err := s.Rmdir("d", "litter")
		if !errors.As(err, &left) || !slices.Equal(left.Names, []string{"mine"}) {
			s.Errorf("%v", err)
		}
		s.fails(err, volume.ErrNotEmpty, "d/litter=1 d/mine=2 l->d")
		_, err = s.Trash("d/mine", s.state("d/mine"), "")
		check(s, err)
		trashed, err := s.Rmdir("d", "litter")
		if err != nil || len(trashed) != 1 {
			s.Fatalf("%q, %v", trashed, err)
		}
		s.holds(trashed[0], "1")
		_, err = s.Rmdir("l")
		s.drifts(err, nil, "l->d")
	}},
	{"a directory is made with its mode, or is there", func(s *subject) {
		r, err := s.Mkdir("d", tree.Perm(0o750), false)
		if err != nil || r.Entry.Type != tree.Directory || r.Entry.Mode != tree.Perm(0o750) {
			s.Errorf("%+v, %v", r, err)
		}
		_, err = s.Mkdir("d", tree.Perm(0o700), false)
		s.drifts(err, volume.ErrTaken, "d/!750")
		_, err = s.Mkdir("d", tree.Perm(0o700), true)
		check(s, err)
		s.has("d/!700")
	}},
	{"time and mode are set on files of one name only", func(s *subject) {
		s.write(s, tryParse(s, "a=1 b=1 c=3"))
		s.link(s, "a", "b")
		_, err := s.Chmod("a", s.state("a"), tree.Perm(0o755))
		s.drifts(err, volume.ErrShared, "a=1 b=1 c=3")
		_, err = s.Touch("b", s.state("b"), written("5"))
		s.drifts(err, volume.ErrShared, "a=1 b=1 c=3")
		after := *s.state("a")
		after.Mode = tree.Perm(0o755)
		copied, err := s.StageCopy(context.Background(), "a", s.state("a"), &after)
		check(s, err)
		_, err = s.Replace("a", s.state("a"), copied, "")
		check(s, err)
		_, err = s.Chmod("c", s.state("c"), tree.Perm(0o600))
		check(s, err)
		_, err = s.Touch("c", s.state("c"), written("5"))
		check(s, err)
		s.has("a=1!755 b=1 c=3@50!600")
	}},
	{"a source that is not as told is not staged", func(s *subject) {
		for _, c := range []struct {
			size int64
			hash tree.Hash
		}{{2, tree.Hash{}}, {4, tree.Hash{}}, {3, hashOf([]byte("xyz"))}} {
			_, err := s.Stage(context.Background(), strings.NewReader("abc"), c.size, c.hash, epoch, tree.Perm(0o644))
			s.fails(err, volume.ErrSource, "")
		}
	}},
	{"treaty's own files are read as they were written", func(s *subject) {
		_, err := s.ReadPrivate("f/a", 9)
		s.fails(err, fs.ErrNotExist, "")
		check(s, s.WritePrivate("f/a", []byte("one")))
		check(s, s.WritePrivate("f/a", []byte("two")))
		if text, err := s.of.ReadPrivate("f/a", 9); err != nil || string(text) != "two" {
			s.Errorf("%q, %v", text, err)
		}
		_, err = s.ReadPrivate("f/a", 2)
		s.fails(err, scan.ErrTooLarge, "")
		_, err = s.ReadPrivate("f", 9)
		s.fails(err, scan.ErrNotRegular, "")
		check(s, s.ClaimPrivate("lock", []byte("me")))
		s.fails(s.ClaimPrivate("lock", []byte("you")), fs.ErrExist, "")
		check(s, s.RemovePrivate("lock"))
		check(s, s.RemovePrivate("lock"))
		names, err := s.PrivateNames("")
		if slices.Sort(names); err != nil || !slices.Equal(names, []string{"f"}) {
			s.Errorf("%q, %v", names, err)
		}
		check(s, s.RemovePrivate("f/a"))
	}},
	{"a log is appended to, also by who opens it again", func(s *subject) {
		for _, text := range []string{"one ", "two"} {
			l, err := s.OpenLog("journal/x.log")
			check(s, err)
			check(s, l.Append([]byte(text), true))
			check(s, l.Close())
		}
		file, size, err := s.OpenPrivate("journal/x.log")
		check(s, err)
		defer file.Close()
		if text, err := io.ReadAll(file); err != nil || string(text) != "one two" || size != 7 {
			s.Errorf("%q, %d, %v", text, size, err)
		}
	}},
	{"what is set aside lies in the trash, and the name is free", func(s *subject) {
		check(s, s.WritePrivate("f/a", []byte("1")))
		place, err := s.SetAside("f")
		if err != nil || place == "" {
			s.Fatalf("%q, %v", place, err)
		}
		s.holds(place+"/a", "1")
		if again, err := s.SetAside("f"); err != nil || again != "" {
			s.Errorf("%q, %v", again, err)
		}
		bytes, _, err := s.Trashed("run-1")
		if runs, _ := s.TrashRuns(); err != nil || bytes != 1 || !slices.Equal(runs, []string{"run-1"}) {
			s.Errorf("%q, %d, %v", runs, bytes, err)
		}
		check(s, s.ClearTrash("run-1"))
		if runs, err := s.TrashRuns(); err != nil || len(runs) > 0 {
			s.Errorf("%q, %v", runs, err)
		}
	}},
	{"a place in the trash is handed out once", func(s *subject) {
		seen := map[string]bool{}
		for range 3 {
			place, err := s.Place("d/a.txt")
			if err != nil || seen[place] {
				s.Errorf("%s, %v", place, err)
			}
			seen[place] = true
		}
	}},
	{"what is written late to the trash is found, and surfaced", func(s *subject) {
		s.write(s, tryParse(s, "d/a.txt=1 d/b=2"))
		before := s.state("d/a.txt")
		r, err := s.Trash("d/a.txt", before, "")
		check(s, err)
		late, err := s.Changed(r.Trash, before)
		if err != nil || late {
			s.Errorf("late %v, %v", late, err)
		}
		other := *before
		other.Size, other.SHA256 = 9, tree.Hash{}
		if late, err := s.Changed(r.Trash, &other); err != nil || !late {
			s.Errorf("late %v, %v", late, err)
		}
		as, err := s.Surface(r.Trash, "d/a.txt")
		if err != nil || as != "d/a (treaty conflict).txt" {
			s.Errorf("%s, %v", as, err)
		}
		s.holds(string(as), "1")
	}},
	{"copies of the other end come and go, and bring back what was lost", func(s *subject) {
		s.write(s, tryParse(s, "a=12"))
		state := s.state("a")
		_, err := s.Preserve(context.Background(), "x/y", strings.NewReader("21"), state)
		s.fails(err, volume.ErrSource, "a=12")
		var names []string
		for range 2 {
			kept, err := s.Preserve(context.Background(), "x/y", strings.NewReader("12"), state)
			check(s, err)
			names = append(names, kept.Name)
		}
		check(s, s.ClearCopies(map[string]bool{names[1]: true}))
		s.holds(names[1], "12")
		if e, err := s.At(names[0]); err != nil || e.Type != tree.Absent {
			s.Errorf("%+v, %v", e, err)
		}
		found, err := s.At("a")
		check(s, err)
		place, err := s.Quarantine("a", "a", found)
		check(s, err)
		s.holds(place, "12")
		s.has("")
		back, err := s.Place("a")
		check(s, err)
		check(s, s.Restore(s.stage("7"), back))
		s.holds(back, "7")
		check(s, s.ClearCopies(nil))
		check(s, s.ClearStage("run-1"))
	}},
	{"who takes a lock now is not gone", func(s *subject) {
		self := s.of.Host().Self()
		if s.of.Host().Gone(self) || self.Host != s.of.Host().Name() {
			s.Errorf("%v", self)
		}
	}},
	{"a tree is the same as itself, and apart from others", func(s *subject) {
		again, err := s.open()
		check(s, err)
		defer again.Close()
		if relation, err := s.of.Relate(again); err != nil || relation != scan.Same {
			s.Errorf("%v, %v", relation, err)
		}
		if relation, err := s.of.Relate(memory.New("/memory/other", memory.POSIX)); err != nil || relation != scan.Apart {
			s.Errorf("%v, %v", relation, err)
		}
	}},
}
