package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"treaty/cmd/treaty/internal/home"
)

type demoCommand struct {
	Dir string `arg:"" optional:"" name:"DIR" help:"Where to make the trees; a new temporary folder if not given. It must be new or empty."`
}

// demoFile is a file of the demo's trees; an empty text on a side means that it is not there.
type demoFile struct {
	path          string
	local, remote string
	// hours by which the remote version is newer.
	newer int
}

// demoFiles have every kind of difference that two trees can have which were never synced.
var demoFiles = []demoFile{
	{"README.txt", "Both sides have this.\n", "Both sides have this.\n", 0},
	{"letters/only-on-the-mac.txt", "Dear stick,\n", "", 0},
	{"photos/holiday/beach.jpg", "", "not really a picture\n", 0},
	{"photos/holiday/mountain.jpg", "", "not really a picture either\n", 0},
	{"notes/groceries.txt", "bread\nbutter\ncheese\n", "bread\nbutter\ncheese\nwine\n", 2},
	{"notes/ideas.txt", "one\ntwo, improved on the Mac\nthree\n", "one\ntwo\nthree\n", -3},
	{"notes/copied.txt", "the same text\n", "the same text\n", 5},
	{"draft.txt", "written at the same moment\n", "written at the same moment, but longer\n", 0},
	{"plans/old name.txt", "the same file under two names\n", "", 0},
	{"plans/new name.txt", "", "the same file under two names\n", 0},
}

// Run makes two trees and shows what treaty does with them, by the commands that a person would type.
func (c *demoCommand) Run(a *app) error {
	dir, err := demoFolder(c.Dir)
	if err != nil {
		return err
	}
	local, remote := filepath.Join(dir, "macbook"), filepath.Join(dir, "stick")
	if err := demoTrees(local, remote); err != nil {
		return err
	}
	a.Say("Two small trees that were never synced:")
	a.Say("  %s", local)
	a.Say("  %s", remote)
	steps := []struct {
		why  string
		args []string
	}{
		{"Compare them. Nothing is changed yet.", []string{"plan", local, remote}},
		{"Read what would happen. Work was done on both sides, so the tool does not choose.", []string{"-C", local, "show"}},
		{"The newer version is right for the notes, and both versions of the draft are to be kept.",
			[]string{"-C", local, "resolve", "--take", "newer", "notes"}},
		{"", []string{"-C", local, "resolve", "--take", "both", "draft.txt"}},
		{"The file with two names gets the stick's.", []string{"-C", local, "resolve", "--take", "remote", "plans"}},
		{"Approve this very text of the plan: an edit after this would void it.",
			[]string{"-C", local, "approve", "--yes", "--by", "demo"}},
		{"Carry it out, after making sure that neither tree has changed since.", []string{"-C", local, "apply"}},
		{"What was done is kept, and can be verified.", []string{"-C", local, "log"}},
		{"", []string{"-C", local, "log", "--verify"}},
		{"Compare again: the two are in step.", []string{"plan", local, remote}},
	}
	for _, step := range steps {
		if step.why != "" {
			a.Say("")
			if err := a.Tell(0, 2, "# %s", step.why); err != nil {
				return err
			}
		}
		a.Say("$ treaty %s", shown(step.args, local, remote))
		if code := a.process.run(step.args, strings.NewReader("")); code != 0 {
			return fmt.Errorf("the demo's command ended with exit code %d", code)
		}
	}
	a.Say("\nLook at:")
	for _, line := range [][2]string{
		{local, "one of the two trees"},
		{remote, "the other one, now the same"},
		{filepath.Join(local, ".treaty", "history"), "the plan, its approval and the receipt"},
		{filepath.Join(remote, ".treaty", "trash"), "what was replaced, kept until you remove it"},
	} {
		a.Say("  %s", line[0])
		if err := a.Tell(6, 6, "%s", line[1]); err != nil {
			return err
		}
	}
	return nil
}

// shown is a command line as a person would type it.
func shown(args []string, local, remote string) string {
	var words []string
	for i := 0; i < len(args); i++ {
		if args[i] == "-C" {
			i++
			continue
		}
		words = append(words, strings.NewReplacer(local, "macbook", remote, "stick").Replace(args[i]))
	}
	return strings.Join(words, " ")
}

// demoFolder makes, or takes, an empty folder.
func demoFolder(dir string) (string, error) {
	if dir == "" {
		return temporaryFolder("treaty-demo-")
	}
	dir = home.Expand(dir)
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return "", usage(exactly("treaty demo"), "%s is not a directory", dir)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", &complaint{is: err, why: err.Error(), hint: then("name a folder that can be made, or none",
			exactly("treaty demo"))}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	if len(entries) > 0 {
		return "", usage(exactly("treaty demo"), "%s is not empty", dir)
	}
	return filepath.Abs(dir)
}

func demoTrees(local, remote string) error {
	written := time.Now().Add(-48 * time.Hour).Truncate(time.Hour)
	for _, f := range demoFiles {
		for _, version := range []struct {
			root, text string
			at         time.Time
		}{{local, f.local, written}, {remote, f.remote, written.Add(time.Duration(f.newer) * time.Hour)}} {
			if version.text == "" {
				continue
			}
			path := filepath.Join(version.root, filepath.FromSlash(f.path))
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				return err
			}
			if err := os.WriteFile(path, []byte(version.text), 0o666); err != nil {
				return err
			}
			if err := os.Chtimes(path, version.at, version.at); err != nil {
				return err
			}
		}
	}
	return nil
}
