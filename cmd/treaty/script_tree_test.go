package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"treaty/testdata/wrote"
)

// sighting is all that treaty promises to leave alone, a line by path: type, mode, mtime and content.
// Times of directories never count.
type sighting map[string]string

// snapshots is the key of a script's snapshots by name.
type snapshots struct{}

// look takes a sighting of a tree, or of a file. What skip names is left out with all below it.
func look(root string, into sighting, skip func(rel string) bool) error {
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
			line += fmt.Sprintf(" %d %s %s", info.Size(), info.ModTime().UTC().Format("2006-01-02T15:04:05.999999999Z"),
				wrote.Hash(path, info.Size()))
		}
		into[rel] = line
		return nil
	})
}

func private(rel string) bool  { return filepath.Base(rel) == ".treaty" }
func notPlans(rel string) bool { return rel == filepath.Join(".treaty", "plans") }

// cmdSnap: snap NAME DIR… notes all below the directories but .treaty/plans, and that there is a .treaty.
func cmdSnap(ts *testscript.TestScript, neg bool, args []string) {
	ts.Value(snapshots{}).(map[string]sighting)[args[0]] = lookAll(ts, args[1:])
}

func lookAll(ts *testscript.TestScript, dirs []string) sighting {
	all := sighting{"": strings.Join(dirs, "\n")}
	for _, dir := range dirs {
		one := sighting{}
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
	before, ok := ts.Value(snapshots{}).(map[string]sighting)[args[0]]
	if !ok {
		ts.Fatalf("no snap %s", args[0])
	}
	after := lookAll(ts, strings.Split(before[""], "\n"))
	before = maps.Clone(before)
	if len(args) > 1 && args[1] == "but" {
		for _, all := range []sighting{before, after} {
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
	var trees [2]sighting
	for i := range trees {
		trees[i] = sighting{}
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

func compareSnapshots(a, b sighting) []string {
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

// links tells whether this account makes links. Wine 8 makes none, and says that it did.
var links = sync.OnceValue(func() bool {
	dir, err := os.MkdirTemp("", "links")
	if err != nil {
		return false
	}
	defer os.RemoveAll(dir)
	if os.Symlink("target", filepath.Join(dir, "link")) != nil {
		return false
	}
	target, err := os.Readlink(filepath.Join(dir, "link"))
	return err == nil && target == "target"
})

// cmdClone: clone FROM TO copies a tree as it is, in place of what is at TO.
func cmdClone(ts *testscript.TestScript, neg bool, args []string) {
	from, to := ts.MkAbs(args[0]), ts.MkAbs(args[1])
	ts.Check(os.RemoveAll(to))
	ts.Check(clone(from, to))
}

func clone(from, to string) error {
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(target, to)
	case info.IsDir():
		entries, err := os.ReadDir(from)
		if err != nil {
			return err
		}
		if err := os.Mkdir(to, 0o700); err != nil {
			return err
		}
		for _, e := range entries {
			if err := clone(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())); err != nil {
				return err
			}
		}
	default:
		content, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		if err := os.WriteFile(to, content, 0o600); err != nil {
			return err
		}
	}
	return errors.Join(os.Chtimes(to, info.ModTime(), info.ModTime()), os.Chmod(to, info.Mode().Perm()))
}

// cmdContents: contents PATTERN DIR… prints the files in directories whose names match.
func cmdContents(ts *testscript.TestScript, neg bool, args []string) {
	out := ts.Stdout()
	for _, dir := range args[1:] {
		ts.Check(filepath.WalkDir(ts.MkAbs(dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			if match, err := filepath.Match(args[0], d.Name()); err != nil || !match {
				return err
			}
			content, err := os.ReadFile(path)
			if err == nil {
				_, err = out.Write(content)
			}
			return err
		}))
	}
}

// cmdNames: names DIR prints what is in a directory.
func cmdNames(ts *testscript.TestScript, neg bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	out := ts.Stdout()
	for _, e := range entries {
		fmt.Fprintln(out, e.Name())
	}
}

// cmdPointsto: pointsto LINK TARGET compares a link's target.
func cmdPointsto(ts *testscript.TestScript, neg bool, args []string) {
	target, err := os.Readlink(ts.MkAbs(args[0]))
	ts.Check(err)
	if target != args[1] {
		ts.Fatalf("%s points to %s", args[0], target)
	}
}

// cmdCut: cut SIZE FILE leaves the beginning of a file, all but so much where SIZE is negative.
func cmdCut(ts *testscript.TestScript, neg bool, args []string) {
	size, err := strconv.ParseInt(args[0], 10, 64)
	ts.Check(err)
	if size < 0 {
		size += int64(len(ts.ReadFile(args[1])))
	}
	ts.Check(os.Truncate(ts.MkAbs(args[1]), size))
}

// cmdAppend: append FILE TEXT adds to a file. The text may have Go escapes.
func cmdAppend(ts *testscript.TestScript, neg bool, args []string) {
	more, err := strconv.Unquote(`"` + strings.ReplaceAll(args[1], `"`, `\"`) + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(ts.ReadFile(args[0])+more), 0o600))
}

// cmdShift: shift DIR SECONDS moves the times of all files below, treaty's own left out.
func cmdShift(ts *testscript.TestScript, neg bool, args []string) {
	by, err := time.ParseDuration(args[1] + "s")
	ts.Check(err)
	top := ts.MkAbs(args[0])
	ts.Check(filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err == nil && path == filepath.Join(top, ".treaty") {
			return fs.SkipDir
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		at := info.ModTime().Add(by)
		return os.Chtimes(path, at, at)
	}))
}
