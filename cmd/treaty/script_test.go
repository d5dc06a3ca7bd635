package main

import (
	"flag"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"treaty/cmd/treaty/internal/terminal"
	"treaty/cmd/treaty/internal/trees"
	"treaty/testdata/apart"
	"treaty/testdata/effort"
)

var update = flag.Bool("update-scripts", false, "rewrite the files in scripts that cmp finds different")

// TestMain makes this binary the command that the scripts run.
func TestMain(m *testing.M) {
	programs := []string{"treaty", "eager", "mortal", "plugged", "severed", servantName}
	if name := filepath.Base(os.Args[0]); !slices.Contains(programs, name) {
		apart.Permissions()
	}
	if filepath.Base(os.Args[0]) == servantName {
		serve()
		return
	}
	testscript.Main(m, map[string]func(){"treaty": main, "eager": eager, "mortal": mortal, "plugged": plugged,
		"severed": severed})
}

// eager is treaty with progress from the first instant on, so that even a command of an instant draws it.
func eager() {
	t := terminal.New(os.Stdout, os.Stderr)
	t.After, t.Every = 0, time.Millisecond
	code := (&process{screen: t, now: time.Now}).run(os.Args[1:], os.Stdin)
	t.Close()
	os.Exit(code)
}

// mortal is treaty that is killed when it looks at the clock with a journal open in the tree that MORTAL names, which
// says what is about to be done. An apply does so whenever it has a group of contents to put in place, and once more
// before it closes that journal: it never comes to its end, and where directories are to be made first, no content is
// in place.
func mortal() {
	t := terminal.New(os.Stdout, os.Stderr)
	now := func() time.Time {
		if intends(os.Getenv("MORTAL")) {
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				err = self.Kill()
			}
			if err != nil {
				panic(err)
			}
			select {}
		}
		return time.Now()
	}
	code := (&process{screen: t, now: now}).run(os.Args[1:], os.Stdin)
	t.Close()
	os.Exit(code)
}

// plugged is treaty on a machine where volumes are mounted in the folder media of a script.
func plugged() {
	trees.MountPoints = func() []string {
		points, _ := filepath.Glob(filepath.Join(os.Getenv("HOME"), "..", "media", "*")) // the pattern is a good one
		return points
	}
	main()
}

// written is the mtime of every file that a script brings along.
var written = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// TestScripts runs testdata/script under the usual umask, and in a sweep what writes to trees also as people do who
// share nothing: the modes of files that are synced do not depend on it.
func TestScripts(t *testing.T) {
	if effort.Sweep() > 0 {
		leaveOutTests(t)
	}
	for _, mask := range masks(t) {
		t.Run(mask.name, func(t *testing.T) {
			mask.set(t)
			// Scripts are parallel: only a group of their own keeps them below their umask.
			t.Run("script", func(t *testing.T) {
				testscript.Run(t, testscript.Params{
					Files:               mask.scripts(t),
					Setup:               setup,
					Deadline:            time.Now().Add(10 * time.Minute),
					Cmds:                commands,
					Condition:           condition,
					UpdateScripts:       *update,
					RequireUniqueNames:  true,
					RequireExplicitExec: true,
				})
			})
		})
	}
}

// leaveOutTests makes the command that scripts run the program as people have it: a process of this binary takes half
// as long again to start, for all that tests bring along, and in a sweep scripts start some thousands.
func leaveOutTests(t *testing.T) {
	t.Helper()
	here, err := exec.LookPath("treaty")
	if err != nil {
		t.Fatal(err)
	}
	built := here + ".built"
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", built,
		".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	if err := os.Rename(built, here); err != nil {
		t.Fatal(err)
	}
}

func setup(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	if err := os.MkdirAll(home, 0o777); err != nil {
		return err
	}
	env.Setenv("HOME", home)
	env.Setenv("USERPROFILE", home)
	env.Setenv("TZ", "Asia/Kathmandu") // far from UTC, and not by whole hours
	env.Setenv("LC_ALL", "C")
	env.Setenv("NO_COLOR", "")
	env.Setenv("GOGC", "800") // for many processes that live for a moment
	env.Values[snapshots{}] = map[string]sighting{}
	s, dismissed, err := engage(env.Getenv("TZ"))
	if err != nil {
		return err
	}
	env.Values[servants{}] = s
	env.Defer(func() {
		if err := dismissed(); err != nil {
			env.T().Log(err)
			env.T().FailNow()
		}
	})
	prepare(env)
	return filepath.WalkDir(env.WorkDir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		return os.Chtimes(path, written, written)
	})
}

// condition: [permissions] holds where a file without a mode cannot be read, [modes] where the system keeps
// modes, [links] where it makes links for this account, and [root] for who may give files away.
func condition(name string) (bool, error) {
	switch name {
	case "modes":
		return keptModes == 0o777, nil
	case "links":
		return links(), nil
	case "permissions":
		return denied(), nil
	case "root":
		return os.Geteuid() == 0, nil
	}
	return false, errUnknownCondition(name)
}

type errUnknownCondition string

func (e errUnknownCondition) Error() string { return "unknown condition " + string(e) }

// TestScriptNames: whoever looks for a command's scripts finds them by its name.
func TestScriptNames(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "script", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	subjects := map[string]bool{"plan": true, "show": true, "resolve": true, "approve": true, "apply": true, "log": true,
		"schema": true, "demo": true, "config": true, "usage": true, "review": true, "first": true, "private": true,
		"output": true, "sync": true, "undo": true, "clean": true, "recover": true, "baseline": true,
		"since": true, "safety": true,
		"fs": true, "skip": true, "status": true, "completion": true, "restore": true, "doctor": true,
		"ignore": true, "init": true, "snapshot": true, "ssh": true}
	for _, file := range files {
		subject, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".txtar"), "-")
		if !subjects[subject] {
			t.Errorf("%s: begin the name with one of %s", filepath.Base(file),
				strings.Join(slices.Sorted(maps.Keys(subjects)), ", "))
		}
	}
}

// brief are the scripts that -short runs: one for each thing that a person reads or types.
var brief = []string{"config-errors", "first-conflicts", "output-quiet", "recover", "show"}

// scripts are those of a folder in testdata that match the patterns.
func scripts(t *testing.T, folder string, patterns ...string) []string {
	var found []string
	for _, pattern := range patterns {
		files, err := filepath.Glob(filepath.Join("..", "..", "testdata", folder, pattern+".txtar"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no scripts %s/%s: %v", folder, pattern, err)
		}
		found = append(found, files...)
	}
	return found
}
