package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"treaty/plan"
	"treaty/testdata/wrote"
)

// Here is what the tests share that cut an apply off from outside of its process: by the power
// (powercut_linux_test.go), between two writes to a disk (blocklog_linux_test.go), at a system call
// (injection_linux_test.go), by pulling out the stick (stick_linux_test.go).

// lost holds that each content is still there.
func lost(t *testing.T, when string, before wrote.Texts, roots plan.Sides[string]) {
	t.Helper()
	for _, path := range before.Lost(wrote.In(t, roots[:]...)) {
		t.Errorf("%s: lost: what was in %s", when, path)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// child runs a command line in a process of its own, which is gone afterwards as an interrupted one is.
func child(t *testing.T, args ...string) (int, string) {
	t.Helper()
	return ended(t, exec.CommandContext(t.Context(), treaty(t), args...))
}

// ended runs a command that is, or starts, a treaty: it returns the exit code, -1 for a signal.
func ended(t *testing.T, command *exec.Cmd) (int, string) {
	t.Helper()
	out, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "goroutine ") {
		t.Errorf("%s", out)
	}
	if err == nil {
		return 0, string(out)
	}
	return exit.ExitCode(), string(out)
}

// crash is an approved plan with every kind of operation in both directions, ready to be applied, and what
// there is then.
type crash struct {
	*desk
	evidence
	// beside are the folders that hold the roots.
	beside []string
	// mend, where not nil, has the volumes checked and repaired as systems do that find them damaged. It tells
	// whether any was.
	mend func(*testing.T) bool
}

// evidence is what users have when the plan is made. Who judges is another process sometimes.
type evidence struct {
	// Before are all the contents of both trees.
	Before wrote.Texts
	// Canary is what lies beside the trees, by the side and the path.
	Canary map[string]string
}

// manyFiles are more than go into one group on FAT.
const manyFiles = 80

// newCrash sets the trees of a desk out, syncs them, edits both and approves the plan; bulk files are
// updated besides. beside are folders that hold the roots, and get something that nothing may ever touch.
func newCrash(d *desk, bulk int, beside ...string) *crash {
	d.Helper()
	// From here on it is known what the volumes hold.
	tried(d.T, 0, "-C", d.at[plan.Local], "apply")
	d.look()
	c := &crash{desk: d, beside: beside}
	for _, dir := range beside {
		d.check(os.MkdirAll(filepath.Join(dir, "canary", "deep"), 0o755))
		for _, name := range []string{"canary/a.txt", "canary/deep/b.txt", "c.txt"} {
			d.check(os.WriteFile(filepath.Join(dir, name), []byte("of no tree: "+dir+name), 0o644))
		}
	}
	setOut(d, "one/")
	setOut(d, "two/")
	for i := range bulk {
		d.put(plan.Local, fmt.Sprintf("bulk/%d/%03d.txt", i%3, i), fmt.Sprintf("old bulk %d\n", i), i)
	}
	for name := range clashes {
		d.put(plan.Local, name, "before the clash at "+name, 1)
	}
	d.plan()
	d.apply()
	edit(d, plan.Local, "one/", 100)
	edit(d, plan.Remote, "two/", 200)
	for i := range bulk {
		d.put(plan.BothSides[i%2], fmt.Sprintf("bulk/%d/%03d.txt", i%3, i),
			strings.Repeat(fmt.Sprintf("new bulk %d\n", i), 1+i*40), 300+i)
	}
	for name, clash := range clashes {
		clash.make(d, name)
	}
	c.resolve(d.plan())
	tried(d.T, 0, "-C", d.at[plan.Local], "approve", "--yes")
	c.Before, c.Canary = wrote.In(d.T, d.at[:]...), c.canaries()
	return c
}

// clashes are conflicts with their resolutions.
var clashes = map[string]struct {
	make   func(d *desk, name string)
	choice plan.Resolution
}{
	"clash/newer.txt": {bothChange, plan.TakeNewer},
	"clash/both.txt":  {bothChange, plan.KeepBoth},
	"clash/here.txt":  {bothChange, plan.TakeLocal},
	"clash/back.txt": {func(d *desk, name string) {
		d.remove(plan.Remote, name)
		d.put(plan.Local, name, "changed here, deleted there", 8)
	}, plan.TakeLocal},
	"clash/gone.txt": {func(d *desk, name string) {
		d.remove(plan.Remote, name)
		d.put(plan.Local, name, "changed here, to no avail", 8)
	}, plan.TakeRemote},
	"clash/type": {func(d *desk, name string) {
		d.put(plan.Local, name, "a file, as ever", 9)
		d.remove(plan.Remote, name)
		d.put(plan.Remote, name+"/inside.txt", "of a directory", 9)
	}, plan.TakeRemote},
}

func bothChange(d *desk, name string) {
	d.put(plan.Local, name, "of local: "+name, 7)
	d.put(plan.Remote, name, "of remote: "+name, 9)
}

// resolve settles the conflicts of the newest plan: by clashes, and where an interrupted run left others,
// by what they allow.
func (c *crash) resolve(p *plan.Plan) {
	c.Helper()
	for i := range p.Conflicts {
		conflict := &p.Conflicts[i]
		choices := []plan.Resolution{clashes[string(conflict.Path)].choice, plan.TakeNewer, plan.KeepBoth, plan.TakeLocal}
		n := slices.IndexFunc(choices, conflict.Choices.Allows)
		tried(c.T, 0, "-C", c.at[plan.Local], "resolve", "--take", string(choices[n]), string(conflict.Path))
	}
}

// save writes down what judge needs, for another process; load reads it there.
func (e *evidence) save(file string) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o644)
}

func (e *evidence) load(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, e)
}

// canaries are all the files beside the trees.
func (c *crash) canaries() map[string]string {
	c.Helper()
	all := map[string]string{}
	for n, dir := range c.beside {
		c.check(filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			at := fmt.Sprint(n, strings.TrimPrefix(path, dir))
			switch {
			case err != nil:
				return err
			case slices.Contains(c.at[:], path), e.IsDir() && e.Name() == "lost+found":
				return fs.SkipDir
			case e.IsDir():
				all[at] = "a directory"
				return nil
			case strings.HasPrefix(e.Name(), "FSCK"):
				return nil // what a check of the volume has found
			}
			text, err := os.ReadFile(path)
			all[at] = string(text)
			return err
		}))
	}
	return all
}

// keeps holds that no content is lost, and that nothing beside the trees was touched.
func (c *crash) keeps(when string) {
	c.Helper()
	lost(c.T, when, c.Before, c.at)
	if is := c.canaries(); !maps.Equal(is, c.Canary) {
		c.Errorf("%s: beside the trees there is %q, and was %q", when, is, c.Canary)
	}
}

// whole holds that whatever has a name of a user's is a whole file of a user's.
func (c *crash) whole(when string) {
	c.Helper()
	for _, side := range plan.BothSides {
		for path, is := range holdings(c.T, c.at[side]) {
			if _, known := c.Before[is.content]; is.kind.IsRegular() && !known {
				c.Errorf("%s: %s: %s is torn", when, side, path)
			}
		}
	}
}

// closed holds that no journal is open.
func (c *crash) closed(when string) {
	c.Helper()
	for _, root := range c.at {
		left, err := filepath.Glob(filepath.Join(root, ".treaty", "journal", "*.log"))
		if err != nil || len(left) > 0 {
			c.Errorf("%s: open: %q %v", when, left, err)
		}
	}
}

// settle puts everything back in order, by one of the two ways that the program itself tells of, and holds
// that nothing is lost on the way and that both sides are equal at the end.
func (c *crash) settle(how string) {
	c.Helper()
	c.keeps("before " + how)
	command := map[string][]string{
		"apply":   {"-C", c.at[plan.Local], "apply", "--local", c.at[plan.Local], "--remote", c.at[plan.Remote]},
		"recover": {"recover", c.at[plan.Local], c.at[plan.Remote]},
	}[how]
	code, out := child(c.T, command...)
	if code != 0 && c.mend != nil && c.mend(c.T) {
		c.keeps("mended, before " + how)
		code, out = child(c.T, command...)
	}
	// Applied already, where only the end was cut off: 4.
	if code != 0 && (how != "apply" || code != exitStale) {
		c.Errorf("%s: exit %d\n%s", how, code, out)
		return
	}
	when := "after " + how
	c.keeps(when)
	c.whole(when)
	c.closed(when)
	if c.Failed() {
		c.Fatalf("%s: exit %d\n%s", how, code, out)
	}
	c.equalize()
}

// equalize makes a new plan, in which nothing comes as a surprise, and applies it.
func (c *crash) equalize() {
	c.Helper()
	c.look() // a guest knows nothing yet
	p := c.plan()
	for _, op := range p.Operations {
		if op.Action == plan.Delete && !meant(string(op.Path)) {
			c.Errorf("the next plan deletes %s on %s", op.Path, op.Side)
		}
	}
	c.resolve(p)
	if !p.Empty() && !c.Failed() {
		c.apply()
	}
	c.keeps("at the end")
	c.whole("at the end")
	if !c.Failed() {
		c.inStep()
	}
}

// meant tells whether edit deleted a path, or moved it away.
func meant(path string) bool {
	_, name, _ := strings.Cut(path, "/")
	for _, gone := range []string{"delete.txt", "move.txt", "chain", "swap", "case.TXT", "gone", "emptied",
		"file to directory", "directory to file", "moved folder"} {
		if name == gone || strings.HasPrefix(name, gone+"/") {
			return true
		}
	}
	return false
}
