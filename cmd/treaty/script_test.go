package main

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update-scripts", false, "rewrite the files in scripts that cmp finds different")

// TestMain makes this binary the command that the scripts run.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) != "treaty" {
		denyLikeEveryone()
	}
	testscript.Main(m, map[string]func(){"treaty": main})
}

// written is the mtime of every file that a script brings along.
var written = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// TestScripts runs testdata/script, once as people who share nothing and once as everybody else: no mode
// that a user sees may depend on it.
func TestScripts(t *testing.T) {
	for _, mask := range masks(t) {
		t.Run(mask.name, func(t *testing.T) {
			mask.set(t)
			// Scripts are parallel: only a group of their own keeps them below their umask.
			t.Run("script", func(t *testing.T) {
				testscript.Run(t, testscript.Params{
					Files:               scripts(t),
					Setup:               setup,
					Deadline:            time.Now().Add(2 * time.Minute),
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

func setup(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	if err := os.MkdirAll(home, 0o777); err != nil {
		return err
	}
	env.Setenv("HOME", home)
	env.Setenv("TZ", "Asia/Kathmandu") // far from UTC, and not by whole hours
	env.Setenv("LC_ALL", "C")
	env.Setenv("NO_COLOR", "")
	env.Values[snapshots{}] = map[string]snapshot{}
	return filepath.WalkDir(env.WorkDir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		return os.Chtimes(path, written, written)
	})
}

// condition: [permissions] holds where a file without a mode cannot be read.
func condition(name string) (bool, error) {
	switch name {
	case "permissions":
		return denied(), nil
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
		"output": true, "sync": true, "undo": true, "clean": true, "recover": true}
	for _, file := range files {
		subject, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".txtar"), "-")
		if !subjects[subject] {
			t.Errorf("%s: begin the name with one of %s", filepath.Base(file), strings.Join(slices.Sorted(maps.Keys(subjects)), ", "))
		}
	}
}
