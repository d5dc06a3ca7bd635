package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// TestVolumes tries treaty on real volumes. Which ones there are is for the environment to say: .ci/run
// makes them, and on a Mac or on Windows a person can name a folder on a real stick:
//
//	TREATY_TEST_FAT32_ROOT=/Volumes/STICK go test -run TestVolumes/fat32 ./cmd/treaty/internal/lab
func TestVolumes(t *testing.T) {
	for _, name := range []string{"fat32", "exfat", "ntfs", "ext4", "btrfs", "xfs", "casefold"} {
		t.Run(name, func(t *testing.T) { tryVolume(t, namedVolume(t, name)) })
	}
}

// volumeCases are tried on each volume, each with trees of its own.
var volumeCases = []struct {
	name string
	try  func(*testing.T, *volume)
}{
	{"what the volume is", tryTraits},
	{"first sync", tryFirstSync},
	{"first sync, conflicts", tryFirstConflicts},
	{"first sync, two names", tryTwoNames},
	{"first sync, all hashed", tryHashAll},
	{"dates", tryDates},
	{"large files", tryLarge},
	{"edits", tryEdits},
	{"edits, conflicts", tryConflicts},
	{"undo", tryUndo},
	{"names and sizes", tryBlocked},
	{"short names", tryShortNames},
	{"three trees", tryThreeTrees},
	{"another time zone", tryShift},
}

func tryVolume(t *testing.T, v *volume) {
	for _, c := range volumeCases {
		t.Run(c.name, func(t *testing.T) { c.try(t, v) })
	}
}

// known is what volumes can hold as the drivers that CI has them from show it.
var known = map[string]struct {
	granularity            int64
	modes, symlinks, cased bool
}{
	"fat32": {granularity: 2e9},
	"exfat": {granularity: 1e9},
	// The driver under Linux tells "a" from "A"; the next machine does not, and that is what is recorded.
	"ntfs":  {granularity: 100, symlinks: true},
	"ext4":  {granularity: 1, modes: true, symlinks: true, cased: true},
	"btrfs": {granularity: 1, modes: true, symlinks: true, cased: true},
	"xfs":   {granularity: 1, modes: true, symlinks: true, cased: true},
}

// tryTraits: what a plan says of the volume once it was probed is what the volume does.
func tryTraits(t *testing.T, v *volume) {
	d := paired(t, v)
	got := d.traits[plan.Remote]
	t.Logf("%+v", got)
	if got.Source != tree.Recorded {
		t.Errorf("traits are %s", got.Source)
	}
	want, listed := known[v.name]
	if _, remounts := os.LookupEnv("TREATY_TEST_REMOUNT"); !listed || !remounts {
		return // a person's volume, by another driver
	}
	if got.MtimeGranularity != want.granularity || got.Modes != want.modes || got.Symlinks != want.symlinks ||
		got.CaseSensitive != want.cased {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// tryFirstSync has every difference that a first sync settles by itself, towards each side in turn.
func tryFirstSync(t *testing.T, v *volume) {
	for _, newer := range plan.BothSides {
		t.Run("news on "+newer.String(), func(t *testing.T) {
			d, older := fresh(t, v), newer.Other()
			d.both("equal.txt", "equal", 1)
			d.both("empty", "", 1)
			d.put(newer, "only here/a.txt", "a", 2)
			d.put(newer, "only here/deep/er/b.bin", strings.Repeat("b\x00", 70_000), 3)
			d.put(newer, "only here/nothing in it/", "", 0)
			d.put(newer, "only here/no bytes", "", 4)
			d.put(older, "only there/c.txt", "c", 5)
			d.put(older, "only there/Ünïcode – naïve 東京.txt", "d", 6)
			d.put(newer, "changed.txt", "the new version", 9)
			d.put(older, "changed.txt", "the old one", 8)
			d.put(newer, "touched.txt", "same", 20)
			d.put(older, "touched.txt", "same", 10)
			if d.links() {
				d.check(os.Symlink("changed.txt", d.path(newer, "link")))
			}
			if d.modes() {
				d.check(os.Chmod(d.path(newer, "only here/a.txt"), 0o750))
				d.check(os.Chmod(d.path(newer, "touched.txt"), 0o755))
			}
			d.sync()
			for _, side := range plan.BothSides {
				d.has(side, "changed.txt", "the new version")
				d.has(side, "only here/a.txt", "a")
				d.has(side, "only there/Ünïcode – naïve 東京.txt", "d")
			}
		})
	}
}

// tryLarge: files that are copied together lie each in one piece where the driver chooses their places while they are
// written, as that of FAT does. The volume is as good as empty.
func tryLarge(t *testing.T, v *volume) {
	d := fresh(t, v)
	for n := range 6 {
		d.put(plan.Local, fmt.Sprintf("large/%d", n), strings.Repeat(fmt.Sprint(n), 3<<20), n)
	}
	d.sync()
	if v.name != "fat32" {
		return
	}
	for n := range 6 {
		runs, err := pieces(d.path(plan.Remote, fmt.Sprintf("large/%d", n)))
		if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission) {
			t.Skip("only root under Linux is told where a file lies: ", err)
		}
		if d.check(err); runs > 2 {
			t.Errorf("file %d lies in %d pieces", n, runs)
		}
	}
}

// clash is a way to make a conflict, and the texts that are on the sides then.
type clash struct {
	kind          plan.Kind
	make          func(d *desk, name string)
	local, remote string
}

// clashOf makes a file of its own text on each side; "" is none.
func clashOf(kind plan.Kind, local string, at int, remote string, other int) clash {
	return clash{kind, func(d *desk, name string) {
		if local != "" {
			d.put(plan.Local, name, local, at)
		}
		if remote != "" {
			d.put(plan.Remote, name, remote, other)
		}
	}, local, remote}
}

func tryFirstConflicts(t *testing.T, v *volume) {
	d := fresh(t, v)
	tryClashes(d, nil, []clash{
		clashOf(plan.BidirectionalUpdate, "newer here", 9, "older", 5),
		clashOf(plan.BidirectionalUpdate, "older", 5, "newer there", 9),
		clashOf(plan.SameTimeDifferentSize, "same", 5, "time, other size", 5),
		{plan.TypeMismatch, func(d *desk, name string) {
			d.put(plan.Local, name, "a file", 5)
			d.put(plan.Remote, name+"/", "", 0)
		}, "a file", ""},
	})
}

// tryHashAll finds what only reading finds.
func tryHashAll(t *testing.T, v *volume) {
	d := fresh(t, v, "--hash", "all")
	tryClashes(d, nil, []clash{clashOf(plan.SameStatDifferentContent, "same", 5, "stat", 5)})
}

// tryTwoNames: the same file under one name here and another there.
func tryTwoNames(t *testing.T, v *volume) {
	d := fresh(t, v)
	names := map[plan.Resolution][2]string{}
	for i, choice := range []plan.Resolution{plan.TakeLocal, plan.TakeRemote, plan.KeepBoth} {
		pair := [2]string{fmt.Sprintf("%s here.txt", choice), fmt.Sprintf("%s there.txt", choice)}
		names[choice] = pair
		d.put(plan.Local, pair[0], string(choice), i)
		d.put(plan.Remote, pair[1], string(choice), i)
	}
	p := d.plan()
	if len(p.Conflicts) != len(names) || len(p.Operations) > 0 {
		t.Fatalf("conflicts %+v, operations %+v", p.Conflicts, p.Operations)
	}
	for choice, pair := range names {
		tried(t, 0, "-C", d.at[plan.Local], "resolve", "--take", string(choice), pair[0])
	}
	d.apply()
	d.inStep()
	for choice, pair := range names {
		for _, side := range plan.BothSides {
			for i, name := range pair {
				text := ""
				if choice == plan.KeepBoth || (choice == plan.TakeRemote) == (i == 1) {
					text = string(choice)
				}
				d.has(side, name, text)
			}
		}
	}
}

// tryDates: times that FAT and exFAT can't tell are no reason to ask again and again, and stay on the side
// that can.
func tryDates(t *testing.T, v *volume) {
	d := paired(t, v)
	dates := map[string]time.Time{
		"1975.txt": time.Date(1975, 5, 5, 5, 5, 5, 555, time.UTC),
		"2099.txt": time.Date(2099, 9, 9, 9, 9, 9, 999, time.UTC),
		"2110.txt": time.Date(2110, 1, 1, 1, 1, 1, 111, time.UTC),
		"leap.txt": time.Date(2024, 2, 29, 23, 59, 59, 999999999, time.UTC),
	}
	for name, at := range dates {
		d.put(plan.Local, name, name, 0)
		d.check(os.Chtimes(d.path(plan.Local, name), at, at))
	}
	d.plan()
	d.apply()
	for range 2 {
		d.remount()
		d.nothingToDo()
	}
	for name, at := range dates {
		info, err := os.Stat(d.path(plan.Local, name))
		d.check(err)
		if !info.ModTime().Equal(at) {
			t.Errorf("%s is of %v now", name, info.ModTime().UTC())
		}
		d.has(plan.Remote, name, name)
	}
}

func tryConflicts(t *testing.T, v *volume) {
	d := paired(t, v)
	rm := func(side plan.Side) func(*desk, string) {
		return func(d *desk, name string) {
			d.remove(side, name)
			d.put(side.Other(), name, "changed", 7)
		}
	}
	tryClashes(d, func(name string) { d.put(plan.Local, name, "as it was", 1) }, []clash{
		clashOf(plan.BothChanged, "newer here", 9, "older", 5),
		clashOf(plan.BothChanged, "older", 5, "newer there", 9),
		{plan.ChangedAndDeleted, rm(plan.Local), "", "changed"},
		{plan.ChangedAndDeleted, rm(plan.Remote), "changed", ""},
		{plan.TypeMismatch, func(d *desk, name string) {
			d.put(plan.Local, name, "changed", 5)
			d.remove(plan.Remote, name)
			d.put(plan.Remote, name+"/", "", 0)
		}, "changed", ""},
		{plan.BothCreated, func(d *desk, name string) {
			d.put(plan.Local, name+".new", "mine", 5)
			d.put(plan.Remote, name+".new", "yours, longer", 8)
		}, "mine", "yours, longer"},
	})
}

// tryClashes makes each conflict as often as it has resolutions, resolves each in another way, and looks
// what came of it.
func tryClashes(d *desk, before func(name string), clashes []clash) {
	names := map[string]clash{}
	var order []string
	for i, c := range clashes {
		for _, choice := range []plan.Resolution{plan.TakeLocal, plan.TakeRemote, plan.TakeNewer,
			plan.KeepBoth, plan.SkipPath} {
			name := fmt.Sprintf("clash %d %s.txt", i, choice)
			names[name], order = c, append(order, name)
			if before != nil {
				before(name)
			}
		}
	}
	if before != nil {
		d.sync()
	}
	for _, name := range order {
		names[name].make(d, name)
	}
	d.remount()
	found := map[string]*plan.Conflict{}
	p := d.plan()
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		found[strings.TrimSuffix(string(c.Path), ".new")] = c
	}
	if len(p.Operations) > 0 {
		d.Errorf("%d operations, the first is %+v", len(p.Operations), p.Operations[0])
	}
	var skipped []string
	for _, name := range order {
		c := found[name]
		if c == nil || c.Kind != names[name].kind {
			d.Fatalf("%q is %+v, want a %s", name, c, names[name].kind)
		}
		choice := chosen(name)
		if !c.Choices.Allows(choice) {
			choice = plan.SkipPath
		}
		if choice == plan.SkipPath {
			skipped = append(skipped, string(c.Path))
		}
		tried(d.T, 0, "-C", d.at[plan.Local], "resolve", "--take", string(choice), string(c.Path))
	}
	d.apply()
	d.remount()
	for _, name := range order {
		c, made := found[name], names[name]
		path, local, remote := string(c.Path), made.local, made.remote
		if slices.Contains(skipped, path) {
			d.has(plan.Local, path, local)
			if c.Remote.Of() == tree.File {
				d.has(plan.Remote, path, remote)
			}
			continue
		}
		for _, side := range plan.BothSides {
			switch choice := chosen(name); {
			case choice == plan.KeepBoth:
				d.has(side, path, local)
				if c.Remote.Of() == tree.File {
					d.has(side, string(c.KeepBothAs), remote)
				}
			case c.Kind == plan.TypeMismatch:
				info, err := os.Lstat(d.path(side, path))
				if err != nil || info.IsDir() != (choice == plan.TakeRemote) {
					d.Errorf("%s: %q is %v, %v", side, path, info, err)
				}
			case choice == plan.TakeLocal, choice == plan.TakeNewer && strings.Contains(local, "newer"),
				choice == plan.TakeNewer && c.Kind == plan.SameTimeDifferentSize:
				d.has(side, path, local)
			default:
				d.has(side, path, remote)
			}
		}
	}
	// What was skipped comes back, and nothing else.
	p = d.plan()
	var again []string
	for _, c := range p.Conflicts {
		again = append(again, string(c.Path))
	}
	slices.Sort(again)
	slices.Sort(skipped)
	if !slices.Equal(again, skipped) || len(p.Operations) > 0 {
		d.Errorf("asked again for %q, want %q; %d operations %+v", again, skipped, len(p.Operations), p.Operations)
	}
}

// chosen is the resolution that a name from tryClashes tells.
func chosen(name string) plan.Resolution {
	return plan.Resolution(strings.TrimSuffix(strings.Fields(name)[2], ".txt"))
}

// tryEdits changes everything that can be changed on one side, then on the other, then on both.
func tryEdits(t *testing.T, v *volume) {
	d := paired(t, v)
	for i, side := range []plan.Side{plan.Local, plan.Remote} {
		setOut(d, side.String()+"/")
		d.sync()
		edit(d, side, side.String()+"/", 100*(i+1))
		want := holdings(t, d.at[side])
		p := d.sync()
		checkEdits(d, p, want, side)
	}
	// Both at once, in different files: no conflict, since both remember.
	setOut(d, "one/")
	setOut(d, "two/")
	d.sync()
	edit(d, plan.Local, "one/", 300)
	edit(d, plan.Remote, "two/", 400)
	d.sync()
}

// setOut makes what edit edits.
func setOut(d *desk, in string) {
	for i, name := range []string{"update.txt", "grow.txt", "same size.txt", "touch.txt", "delete.txt", "move.txt",
		"chain/1.txt", "chain/2.txt",
		"swap/a.txt", "swap/b.txt", "case.TXT", "gone/1.txt", "gone/deep/2.txt", "file to directory",
		"directory to file/x.txt",
		"moved folder/1.txt", "moved folder/2.txt", "mode.txt"} {
		d.put(plan.Local, in+name, "text of "+in+name, i)
	}
	d.put(plan.Local, in+"emptied/", "", 0)
}

func edit(d *desk, side plan.Side, in string, at int) {
	d.put(side, in+"update.txt", "new text, of another size", at)
	d.put(side, in+"grow.txt", strings.Repeat("more\n", 50_000), at+1)
	d.put(side, in+"same size.txt", "TEXT OF "+in+"SAME SIZE.TXT", at+2)
	d.put(side, in+"touch.txt", "text of "+in+"touch.txt", at+3)
	d.remove(side, in+"delete.txt")
	d.rename(side, in+"move.txt", in+"moved to/here.txt")
	d.rename(side, in+"chain/2.txt", in+"chain/3.txt")
	d.rename(side, in+"chain/1.txt", in+"chain/2.txt")
	d.rename(side, in+"swap/a.txt", in+"swap/c.txt")
	d.rename(side, in+"swap/b.txt", in+"swap/a.txt")
	d.rename(side, in+"swap/c.txt", in+"swap/b.txt")
	d.rename(side, in+"case.TXT", in+"Case.txt")
	d.remove(side, in+"gone")
	d.remove(side, in+"emptied")
	d.remove(side, in+"file to directory")
	d.put(side, in+"file to directory/inside.txt", "inside", at+4)
	d.remove(side, in+"directory to file")
	d.put(side, in+"directory to file", "a file now", at+5)
	d.rename(side, in+"moved folder", in+"folder, moved")
	d.put(side, in+"created/new.txt", "new", at+6)
	d.put(side, in+"created/nothing/", "", 0)
	if d.modes() {
		d.check(os.Chmod(d.path(side, in+"mode.txt"), 0o751))
	}
	if d.links() {
		d.check(os.Symlink("new.txt", d.path(side, in+"created/link")))
	}
}

// checkEdits: the other side got what was made of this one, and moves went as moves.
func checkEdits(d *desk, p *plan.Plan, want holding, side plan.Side) {
	d.Helper()
	if differences := d.compare(want, holdings(d.T, d.at[side]), d.traits[side], d.traits[side]); len(differences) > 0 {
		d.Errorf("the edited side changed:\n%s", strings.Join(differences, "\n"))
	}
	moves := 0
	for _, op := range p.Operations {
		if op.Side == side {
			d.Errorf("an operation on the edited side: %+v", op)
		}
		if op.Action == plan.Move {
			moves++
		}
	}
	// One moved, two in the chain, two in the swap, one by case, two in the folder.
	if moves != 8 {
		d.Errorf("%d moves, want 8", moves)
	}
}

// tryUndo: undoing an apply brings back what was there before.
func tryUndo(t *testing.T, v *volume) {
	for i, side := range plan.BothSides {
		t.Run("edits on "+side.String(), func(t *testing.T) {
			d := paired(t, v)
			setOut(d, "x/")
			d.sync()
			var before plan.Sides[holding]
			before[side.Other()] = holdings(t, d.at[side.Other()])
			edit(d, side, "x/", 100*(i+1))
			before[side] = holdings(t, d.at[side])
			d.sync()
			tried(t, 0, "-C", d.at[plan.Local], "undo")
			d.apply()
			d.remount()
			for _, s := range plan.BothSides {
				if differences := d.compare(before[s], holdings(t, d.at[s]), d.traits[s], d.traits[s]); len(differences) > 0 {
					t.Errorf("%s after the undo:\n%s", s, strings.Join(differences, "\n"))
				}
			}
			// The undone changes are proposed again, as no conflicts.
			d.sync()
		})
	}
}

// An undo does not wait for a real volume.
func TestUndoBringsBackWholeDirectories(t *testing.T) {
	if testing.Short() {
		t.Skip("is a dozen plans and applies")
	}
	tryUndo(t, &volume{name: "here", root: t.TempDir(), flags: []string{"--remote-fs", string(tree.ExFAT)}})
}

// tryBlocked: what the volume can't hold is blocked by the plan, and the rest goes.
func tryBlocked(t *testing.T, v *volume) {
	d := paired(t, v)
	here, there := d.traits[plan.Local], d.traits[plan.Remote]
	want := map[string]plan.Code{}
	d.put(plan.Local, "fine.txt", "fine", 1)
	if here.Names == tree.PosixNames {
		for _, name := range []string{"co:lon", "que?stion", "st*r", "back\\slash", "quo\"te", "p|pe", "a<b", "a>b", "trail.",
			"space ", "con", "AUX.txt", "com1", "tab\tbed"} {
			d.put(plan.Local, "odd/"+name, name, 1)
			if there.Names == tree.WindowsNames {
				want["odd/"+name] = plan.NameNotAllowed
			}
		}
	}
	if here.CaseSensitive {
		d.put(plan.Local, "case/readme", "r", 1)
		d.put(plan.Local, "case/README", "R", 2)
		if !there.CaseSensitive {
			want["case/readme"], want["case/README"] = plan.NameCollision, plan.NameCollision
		}
	}
	if here.Symlinks && !there.Symlinks {
		d.check(os.Symlink("fine.txt", d.path(plan.Local, "link")))
		want["link"] = plan.SymlinkNotSupported
	}
	if there.MaxFileSize != nil {
		d.put(plan.Local, "giant", "", 1)
		d.check(os.Truncate(d.path(plan.Local, "giant"), *there.MaxFileSize+1))
		want["giant"] = plan.TooLarge
	}
	p := d.plan()
	for _, problem := range p.Problems {
		if problem.Severity != plan.Blocked {
			continue
		}
		path := string(deref(problem.Path))
		if code, expected := want[path]; !expected || code != problem.Code {
			t.Errorf("%q is blocked: %s %s", path, problem.Code, problem.Message)
		}
		delete(want, path)
	}
	for path, code := range want {
		t.Errorf("%q is not blocked as %s", path, code)
	}
	d.apply()
	d.remount()
	d.has(plan.Remote, "fine.txt", "fine")
	if again := d.plan(); len(again.Operations) > 0 || len(again.Conflicts) > 0 ||
		again.Summary.Problems.Blocked != p.Summary.Problems.Blocked {
		t.Errorf("the next plan has %d operations, %d blocked", len(again.Operations), again.Summary.Problems.Blocked)
	}
	if there.MaxFileSize == nil {
		return
	}
	// One byte less is no question of the format any more, but of space: nothing begins that can't end.
	d.check(os.Truncate(d.path(plan.Local, "giant"), *there.MaxFileSize))
	p = d.plan("--hash", "conflicts")
	if len(p.Operations) != 1 || p.Operations[0].Path != "giant" {
		t.Fatalf("operations %+v", p.Operations)
	}
	before := holdings(t, d.at[plan.Remote])
	tried(t, 0, "-C", d.at[plan.Local], "approve", "--yes")
	tried(t, exitSafety, "-C", d.at[plan.Local], "apply")
	if differences := d.compare(before, holdings(t, d.at[plan.Remote]), there, there); len(differences) > 0 {
		t.Errorf("a refused apply changed:\n%s", strings.Join(differences, "\n"))
	}
}

// tryShift: the volume's clock goes by another zone after a remount, and nothing has changed for that.
func tryShift(t *testing.T, v *volume) {
	if v.name != "fat32" {
		t.Skip("only FAT keeps local time")
	}
	if v.remount == nil {
		effort.Missing(t, "TREATY_TEST_REMOUNT names no command to remount with")
	}
	d := paired(t, v)
	for i := range 12 {
		d.put(plan.Local, fmt.Sprintf("d%d/f%d.txt", i%3, i), fmt.Sprintf("text %d", i), i)
	}
	d.sync()
	local := holdings(t, d.at[plan.Local])
	defer v.remount(t, 0)
	for _, minutes := range []int{60, -345, 0} {
		v.remount(t, minutes)
		d.nothingToDo()
	}
	v.remount(t, 60)
	d.put(plan.Remote, "d0/f0.txt", "edited elsewhere", 30)
	p := d.plan()
	if len(p.Operations) != 1 || p.Operations[0].Path != "d0/f0.txt" {
		t.Fatalf("operations %+v, want one update", p.Operations)
	}
	d.apply()
	d.nothingToDo()
	delete(local, "d0/f0.txt")
	after := holdings(t, d.at[plan.Local])
	delete(after, "d0/f0.txt")
	if differences := d.compare(local, after, d.traits[plan.Local], d.traits[plan.Local]); len(differences) > 0 {
		t.Errorf("local:\n%s", strings.Join(differences, "\n"))
	}
}
