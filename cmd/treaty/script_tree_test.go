package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// snapshot is all that treaty promises to leave alone, a line by path: type, mode, mtime and content.
// Times of directories never count.
type snapshot map[string]string

// snapshots is the key of a script's snapshots by name.
type snapshots struct{}

// look takes a snapshot of a tree, or of a file. What skip names is left out with all below it.
func look(root string, into snapshot, skip func(rel string) bool) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(root, path)
		if errors.Is(err, fs.ErrPermission) {
			return nil
		}
		if err != nil {
			return err
		}
		if skip(rel) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if rel == ".treaty" {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		line := info.Mode().String()
		switch {
		case info.Mode()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			line = "link to " + target
		case info.Mode().IsRegular():
			line += fmt.Sprintf(" %d %s %s", info.Size(), info.ModTime().UTC().Format("2006-01-02T15:04:05.999999999Z"), contentOf(path, info.Size()))
		}
		into[rel] = line
		return nil
	})
}

// contentOf is a file's hash. Sparse giants are taken at their size.
func contentOf(path string, size int64) string {
	if size > 1<<30 {
		return "giant"
	}
	f, err := os.Open(path)
	if err != nil {
		return "unreadable"
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "unreadable"
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

func private(rel string) bool  { return filepath.Base(rel) == ".treaty" }
func notPlans(rel string) bool { return rel == filepath.Join(".treaty", "plans") }

// cmdSnap: snap NAME DIR… notes all below the directories but .treaty/plans, and that there is a .treaty.
func cmdSnap(ts *testscript.TestScript, neg bool, args []string) {
	ts.Value(snapshots{}).(map[string]snapshot)[args[0]] = lookAll(ts, args[1:])
}

func lookAll(ts *testscript.TestScript, dirs []string) snapshot {
	all := snapshot{"": strings.Join(dirs, "\n")}
	for _, dir := range dirs {
		one := snapshot{}
		ts.Check(look(ts.MkAbs(dir), one, notPlans))
		for rel, line := range one {
			all[filepath.Join(dir, rel)] = line
		}
	}
	return all
}

// cmdUnchanged: unchanged NAME finds everything as snap NAME did; ! finds that something changed.
// unchanged NAME but FILE… leaves out the files named, and treaty's own.
func cmdUnchanged(ts *testscript.TestScript, neg bool, args []string) {
	before, ok := ts.Value(snapshots{}).(map[string]snapshot)[args[0]]
	if !ok {
		ts.Fatalf("no snap %s", args[0])
	}
	after := lookAll(ts, strings.Split(before[""], "\n"))
	before = maps.Clone(before)
	if len(args) > 1 && args[1] == "but" {
		for _, all := range []snapshot{before, after} {
			for path := range all {
				rel := filepath.ToSlash(path)
				if slices.Contains(strings.Split(rel, "/"), ".treaty") || slices.ContainsFunc(args[2:], func(but string) bool {
					return rel == but || strings.HasPrefix(rel, but+"/")
				}) {
					delete(all, path)
				}
			}
		}
	}
	differences := compareSnapshots(before, after)
	if (len(differences) > 0) != neg {
		ts.Fatalf("since snap %s:\n%s", args[0], strings.Join(differences, "\n"))
	}
}

// cmdSametree: sametree A B holds two trees to be equal, .treaty aside.
func cmdSametree(ts *testscript.TestScript, neg bool, args []string) {
	var trees [2]snapshot
	for i := range trees {
		trees[i] = snapshot{}
		ts.Check(look(ts.MkAbs(args[i]), trees[i], private))
	}
	for _, tree := range trees {
		delete(tree, ".")
	}
	differences := compareSnapshots(trees[0], trees[1])
	if (len(differences) > 0) != neg {
		ts.Fatalf("%s and %s:\n%s", args[0], args[1], strings.Join(differences, "\n"))
	}
}

func compareSnapshots(a, b snapshot) []string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	var out []string
	for _, path := range slices.Sorted(maps.Keys(all)) {
		if a[path] != b[path] {
			out = append(out, fmt.Sprintf("%q: %q, then %q", path, a[path], b[path]))
		}
	}
	return out
}
