package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
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
