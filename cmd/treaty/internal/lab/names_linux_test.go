package lab

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"treaty/cmd/treaty/internal/lab/stick"
	"treaty/plan"
	"treaty/testdata/effort"
)

// names are all names in a tree, treaty's own folder left out.
func names(t *testing.T, root string) []string {
	t.Helper()
	var all []string
	for path := range holdings(t, root) {
		all = append(all, path)
	}
	slices.Sort(all)
	return all
}

// composed is a list of names without regard to normalisation, and without those that are ignored.
func composed(list []string) []string {
	var out []string
	for _, name := range list {
		if name = norm.NFC.String(name); !strings.HasSuffix(name, ".w\u00e9g") {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// On FAT macOS lists names decomposed that were written composed. Whole cycles go through, no name is ever
// there twice, and the names on the other side keep the spelling that they have.
func TestNamesThatComeBackDecomposed(t *testing.T) {
	effort.Laboratory(t, "sticks")
	_, v := mounted(t, "stick", stick.AsOnMac())
	d := paired(t, v)
	local, remote := d.at[plan.Local], d.at[plan.Remote]
	agree := func(what string) {
		t.Helper()
		if p := d.plan(); len(p.Conflicts) > 0 || len(p.Problems) > 0 {
			t.Fatalf("%s: %v, %v", what, p.Conflicts, p.Problems)
		} else if len(p.Operations) > 0 {
			d.apply()
		}
		d.remount()
		d.nothingToDo()
		if l, r := composed(names(t, local)), composed(names(t, remote)); !slices.Equal(l, r) {
			t.Errorf("%s:\nlocal  %+q\nremote %+q", what, l, r)
		}
	}
	d.put(plan.Local, ".treatyignore", "*.w\u00e9g\n", 1)
	d.put(plan.Local, "caf\u00e9/\u00fcber.txt", "one", 1)
	d.put(plan.Local, "caf\u00e9/plain.txt", "two", 1)
	d.put(plan.Local, "a\u0308.txt", "decomposed here too", 1)
	d.put(plan.Remote, "stick/gr\u00fc\u00df.txt", "from the stick", 1)
	d.put(plan.Remote, "x.w\u00e9g", "ignored", 1)
	agree("first")
	if !slices.Contains(names(t, remote), "cafe\u0301/u\u0308ber.txt") {
		t.Fatalf("the stick does not decompose: %+q", names(t, remote))
	}

	d.put(plan.Local, "caf\u00e9/\u00fcber.txt", "edited here", 2)
	d.put(plan.Remote, "cafe\u0301/plain.txt", "edited there", 3)
	d.put(plan.Remote, "cafe\u0301/nai\u0308ve", "new there", 3)
	agree("edits both ways")
	d.check(os.Rename(d.path(plan.Local, "caf\u00e9/\u00fcber.txt"), d.path(plan.Local, "caf\u00e9/\u00f6ber.txt")))
	agree("a move")
	d.check(os.RemoveAll(d.path(plan.Remote, "cafe\u0301")))
	agree("a delete")

	for n, choice := range []string{"local", "remote", "newer", "both"} {
		name := "r\u00e9sum\u00e9-" + choice + ".TXT"
		d.put(plan.Local, name, "base", 1)
		agree("before a conflict")
		d.put(plan.Local, name, "here", 4)
		d.put(plan.Remote, strings.ToLower(name), "over there", 5+n)
		d.plan()
		tried(t, 0, "-C", local, "resolve", "--take", choice, "--all")
		d.apply()
		agree("a conflict, " + choice)
		if _, err := os.Stat(filepath.Join(local, name)); err != nil {
			t.Errorf("%s: %v", choice, err)
		}
	}
	for _, name := range names(t, local) {
		if name == norm.NFD.String(name) && name != norm.NFC.String(name) && name != "a\u0308.txt" &&
			!strings.HasPrefix(name, "stick/") {
			t.Errorf("local got another spelling: %+q", name)
		}
	}
}

// A conflict under two spellings, on a volume that folds case: each side keeps its own, and has no second.
func TestConflictsUnderTwoSpellings(t *testing.T) {
	effort.Laboratory(t, "sticks")
	for _, choice := range []string{"local", "remote", "newer", "both", "skip"} {
		t.Run(choice, func(t *testing.T) {
			_, v := mounted(t, "stick", stick.FAT())
			d := paired(t, v)
			d.put(plan.Local, "Docs/Readme.txt", "here", 1)
			d.put(plan.Local, "Docs/Folder/in", "in", 1)
			d.put(plan.Remote, "DOCS/README.TXT", "over there", 2)
			d.put(plan.Remote, "DOCS/FOLDER", "a file", 2)
			p := d.plan()
			if len(p.Conflicts) != 2 || len(p.Operations) != 0 {
				t.Fatalf("%d conflicts, %d operations", len(p.Conflicts), len(p.Operations))
			}
			if choice == "newer" {
				tried(t, exitConflicts, "-C", d.at[plan.Local], "resolve", "--take", "newer", "--all")
				tried(t, 0, "-C", d.at[plan.Local], "resolve", "--take", "local", "Docs/Folder")
			} else {
				tried(t, 0, "-C", d.at[plan.Local], "resolve", "--take", choice, "--all")
			}
			d.apply()
			want := map[string][2][]string{
				"local": {{"Docs", "Docs/Folder", "Docs/Folder/in", "Docs/Readme.txt"},
					{"DOCS", "DOCS/FOLDER", "DOCS/FOLDER/in", "DOCS/README.TXT"}},
				"remote": {{"Docs", "Docs/Folder", "Docs/Readme.txt"}, {"DOCS", "DOCS/FOLDER", "DOCS/README.TXT"}},
				"newer": {{"Docs", "Docs/Folder", "Docs/Folder/in", "Docs/Readme.txt"},
					{"DOCS", "DOCS/FOLDER", "DOCS/FOLDER/in", "DOCS/README.TXT"}},
				"both": {{"Docs", "Docs/Folder", "Docs/Folder (remote)", "Docs/Folder/in",
					"Docs/Readme (remote).txt", "Docs/Readme.txt"},
					{"DOCS", "DOCS/FOLDER", "DOCS/FOLDER/in", "DOCS/Folder (remote)", "DOCS/README.TXT", "DOCS/Readme (remote).txt"}},
				"skip": {{"Docs", "Docs/Folder", "Docs/Folder/in", "Docs/Readme.txt"}, {"DOCS", "DOCS/FOLDER", "DOCS/README.TXT"}},
			}[choice]
			for side, root := range d.at {
				if got := names(t, root); !slices.Equal(got, want[side]) {
					t.Errorf("%v: %q\nwant %q", plan.Side(side), got, want[side])
				}
			}
			if choice != "skip" {
				d.remount()
				d.nothingToDo()
			}
		})
	}
}
