package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
	"treaty/testdata/wrote"
)

// volume is where trees are put to the test.
type volume struct {
	name string
	// root is a folder on it. Tests make folders of their own in there, and remove them.
	root string
	// remount, nil where nothing can, takes the volume away and brings it back as it would be after days
	// in a drawer. minutes shift the clock that FAT's times are told by; 0 is as it was.
	remount func(t *testing.T, minutes int)
	// flags go with each plan.
	flags []string
}

// namedVolume is the volume that TREATY_TEST_<NAME>_ROOT names. TREATY_TEST_REMOUNT is a command that remounts:
// it gets the volume's name in lower case, the root, and the minutes.
func namedVolume(t *testing.T, name string) *volume {
	t.Helper()
	variable := "TREATY_TEST_" + strings.ToUpper(name) + "_ROOT"
	root := os.Getenv(variable)
	if root == "" {
		effort.Missing(t, "no such volume: %s names none", variable)
	}
	v := &volume{name: name, root: root}
	if command := os.Getenv("TREATY_TEST_REMOUNT"); command != "" {
		v.remount = func(t *testing.T, minutes int) {
			t.Helper()
			out, err := exec.Command(command, name, root, strconv.Itoa(minutes)).CombinedOutput()
			if err != nil {
				t.Fatalf("remount: %v\n%s", err, out)
			}
		}
	}
	return v
}

// folder is a new folder on the volume.
func (v *volume) folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(v.root, "treaty-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// tried runs a command line and demands an exit code. It returns what was printed.
func tried(t *testing.T, want int, args ...string) string {
	t.Helper()
	got, out := child(t, args...)
	if got != want {
		t.Fatalf("exit %d instead of %d: treaty %s\n%s", got, want, strings.Join(args, " "), out)
	}
	return out
}

// desk is two trees that are kept in step: one here, and one on a volume.
type desk struct {
	*testing.T
	at     plan.Sides[string]
	traits plan.Sides[tree.Traits]
	flags  []string
	volume *volume
}

// newDesk pairs a folder with the tree on the volume, by a first apply that finds them empty: after it,
// what the volume can hold is known.
func newDesk(t *testing.T, v *volume, local, remote string, flags ...string) *desk {
	t.Helper()
	d := &desk{T: t, volume: v, flags: append(flags, v.flags...), at: plan.Sides[string]{local, remote}}
	d.look()
	return d
}

func (d *desk) look() {
	d.Helper()
	p := d.plan()
	for _, side := range plan.BothSides {
		d.traits[side] = p.Snapshot(side).Filesystem
	}
}

// fresh is a desk with two new trees, which have not been synced.
func fresh(t *testing.T, v *volume, flags ...string) *desk {
	t.Helper()
	return newDesk(t, v, t.TempDir(), v.folder(t), flags...)
}

// paired is a desk with two new trees which have been synced, being empty.
func paired(t *testing.T, v *volume, flags ...string) *desk {
	t.Helper()
	d := fresh(t, v, flags...)
	d.apply()
	d.look()
	return d
}

// plan makes a plan in the local tree.
func (d *desk) plan(flags ...string) *plan.Plan {
	d.Helper()
	file := filepath.Join(d.TempDir(), "p.plan.json")
	args := append([]string{"plan", d.at[plan.Local], d.at[plan.Remote]}, d.flags...)
	tried(d.T, 0, append(args, flags...)...)
	tried(d.T, 0, append(append(args, "-o", file), flags...)...)
	return readPlan(d.T, file)
}

func readPlan(t *testing.T, file string) *plan.Plan {
	t.Helper()
	text, err := os.ReadFile(file)
	check(t, err)
	p, err := plan.Read(text)
	check(t, err)
	return p
}

// apply approves and carries out the newest plan.
func (d *desk) apply() {
	d.Helper()
	tried(d.T, 0, "-C", d.at[plan.Local], "approve", "--yes")
	tried(d.T, 0, "-C", d.at[plan.Local], "apply")
}

// sync plans and applies. There must be nothing to settle.
func (d *desk) sync(flags ...string) *plan.Plan {
	d.Helper()
	p := d.plan(flags...)
	for _, c := range p.Conflicts {
		d.Errorf("conflict %s at %q", c.Kind, c.Path)
	}
	for _, problem := range p.Problems {
		if problem.Severity == plan.Blocked {
			d.Errorf("%v: %s", deref(problem.Path), problem.Message)
		}
	}
	if d.Failed() {
		d.FailNow()
	}
	d.apply()
	d.inStep()
	return p
}

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func (d *desk) remount() {
	d.Helper()
	if d.volume.remount != nil {
		d.volume.remount(d.T, 0)
	}
}

// inStep holds both trees to be equal, and to stay so over a remount: the next plan is empty, whichever
// side looks.
func (d *desk) inStep() {
	d.Helper()
	d.remount()
	if differences := d.compare(holdings(d.T, d.at[plan.Local]), holdings(d.T, d.at[plan.Remote]), d.traits[plan.Local],
		d.traits[plan.Remote]); len(differences) > 0 {
		d.Fatalf("local and remote differ:\n%s", strings.Join(differences, "\n"))
	}
	d.nothingToDo()
}

func (d *desk) nothingToDo() {
	d.Helper()
	args := append([]string{"plan", "--exit-code", "-o", filepath.Join(d.TempDir(), "p.json"), d.at[plan.Local],
		d.at[plan.Remote]}, d.flags...)
	if got, out := child(d.T, args...); got != 0 {
		d.Fatalf("the next plan is not empty (exit %d):\n%s\n%s", got, out, tried(d.T, 0, "show", args[3]))
	}
}

// thing is what is at a path.
type thing struct {
	kind    fs.FileMode // type bits
	content string      // or a link's target
	mtime   time.Time
	mode    fs.FileMode
}

// holding is a tree but for .treaty, by path.
type holding map[string]thing

func holdings(t *testing.T, root string) holding {
	t.Helper()
	h := holding{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.Name() == ".treaty" {
			return fs.SkipDir
		}
		if path == root || strings.HasPrefix(e.Name(), ".fuse_hidden") {
			return nil
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		one := thing{kind: info.Mode().Type(), mode: info.Mode().Perm()}
		switch {
		case info.Mode().IsRegular():
			one.mtime = info.ModTime()
			one.content = wrote.Hash(path, info.Size())
		case info.Mode().Type() == fs.ModeSymlink:
			one.mode = 0
			if one.content, err = os.Readlink(path); err != nil {
				return err
			}
		}
		rel, err := filepath.Rel(root, path)
		h[filepath.ToSlash(rel)] = one
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// compare says where two trees differ that ought to be equal as far as both volumes can tell.
func (d *desk) compare(a, b holding, at, bt tree.Traits) []string {
	granularity := max(at.MtimeGranularity, bt.MtimeGranularity)
	paths := maps.Clone(a)
	maps.Copy(paths, b)
	var out []string
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		x, y := a[path], b[path]
		x.mtime, y.mtime = x.mtime.Truncate(time.Duration(granularity)).UTC(),
			y.mtime.Truncate(time.Duration(granularity)).UTC()
		if !at.Modes || !bt.Modes {
			x.mode, y.mode = 0, 0
		}
		if x != y {
			out = append(out, fmt.Sprintf("  %q: %v and %v", path, x, y))
		}
	}
	return out
}

// Each edit is at an hour of its own; no clock but a fine one can hold these times.
func hour(n int) time.Time {
	return time.Date(2026, 2, 1, 0, 0, 1, 123456789, time.UTC).Add(time.Duration(n) * time.Hour)
}

func (d *desk) check(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// path is a file's on a side.
func (d *desk) path(side plan.Side, name string) string {
	return filepath.Join(d.at[side], filepath.FromSlash(name))
}

// put writes a file in place, as an editor does, with the parents that it needs. A name with a slash at its end is a
// directory.
func (d *desk) put(side plan.Side, name, text string, at int) {
	d.Helper()
	path := d.path(side, name)
	if strings.HasSuffix(name, "/") {
		d.check(os.MkdirAll(path, 0o755))
		return
	}
	d.check(os.MkdirAll(filepath.Dir(path), 0o755))
	d.check(os.WriteFile(path, []byte(text), 0o644))
	d.check(os.Chtimes(path, hour(at), hour(at)))
}

// both puts the same file on both sides.
func (d *desk) both(name, text string, at int) {
	d.Helper()
	for _, side := range plan.BothSides {
		d.put(side, name, text, at)
	}
}

func (d *desk) remove(side plan.Side, name string) {
	d.Helper()
	_, err := os.Lstat(d.path(side, name))
	d.check(err)
	d.check(os.RemoveAll(d.path(side, name)))
}

// rename goes over a name between, as some volumes need it where only the case differs.
func (d *desk) rename(side plan.Side, from, to string) {
	d.Helper()
	between := d.path(side, to) + ".between"
	d.check(os.MkdirAll(filepath.Dir(between), 0o755))
	d.check(os.Rename(d.path(side, from), between))
	d.check(os.Rename(between, d.path(side, to)))
}

// has demands that a file is there under exactly this name with this text; "" is nothing.
func (d *desk) has(side plan.Side, name, text string) {
	d.Helper()
	path := d.path(side, name)
	listed := false
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.Error(err)
	}
	for _, e := range entries {
		listed = listed || e.Name() == filepath.Base(path)
	}
	if text == "" {
		if listed {
			d.Errorf("%s: there is a %q", side, name)
		}
		return
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != text || !listed {
		d.Errorf("%s: %q holds %q (%v, listed so: %v), want %q", side, name, got, err, listed, text)
	}
}

// links tells whether both sides hold symbolic links.
func (d *desk) links() bool { return d.traits[plan.Local].Symlinks && d.traits[plan.Remote].Symlinks }

// modes tells whether both sides hold modes.
func (d *desk) modes() bool { return d.traits[plan.Local].Modes && d.traits[plan.Remote].Modes }
