//go:build unix

package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// readmeEvening makes the trees that README.md tells of as they are in the evening, and what happened since.
func readmeEvening(t *testing.T) (local, remote string) {
	t.Helper()
	local, remote = readmeTrees(t)
	for _, name := range []string{"session", "evening"} {
		session(t, block(t, name), local, remote)
	}
	monday := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	if err := os.Remove(filepath.Join(remote, "photos", "2026", "sea.jpg")); err != nil {
		t.Fatal(err)
	}
	for _, f := range []struct {
		path, text string
		at         time.Time
	}{
		{filepath.Join(local, "notes", "groceries.txt"), "bread\nbutter\nwine\ncheese\n", monday},
		{filepath.Join(remote, "notes", "groceries.txt"), "bread\nwine\n", monday.Add(time.Hour)},
		{filepath.Join(local, "post", "to-ann.txt"), "Dear Ann,\n", monday},
	} {
		write(t, f.path, f.text)
		if err := os.Chmod(f.path, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(f.path, f.at, f.at); err != nil {
			t.Fatal(err)
		}
	}
	return local, remote
}

func TestReadmeShowsHowSyncAsks(t *testing.T) {
	local, remote := readmeEvening(t)
	s := onScreen(t, 200, local, "env", "TZ=UTC", "treaty", "sync")
	s.asks("[q]uit, [?]")
	s.presses("m")
	s.asks("Carry this out? [y/N]")
	s.types("y\r")
	s.exits(0)
	want := block(t, "sync")
	got := strings.NewReplacer(local, readmeLocal, remote, readmeRemote).Replace(s.text())
	_, printed, _ := strings.Cut(want, "$ treaty sync\n")
	got = "$ cd ~/papers\n$ treaty sync\n" + trimmed(printed, got+"\n")
	if masked(got) != masked(want) {
		t.Errorf("README.md shows:\n%s\nand it is:\n%s", want, got)
	}
}

// picturePath is the picture in README.md.
const picturePath = ".github/docs/flows.svg"

func TestReadmeShowsThePictureOfThePage(t *testing.T) {
	local, remote := readmeTrees(t)
	t.Chdir(local)
	file := filepath.Join(t.TempDir(), "page.html")
	for _, words := range [][]string{{"plan", remote}, {"show", "--html", file}} {
		if code := run(words, strings.NewReader(""), io.Discard, os.Stderr); code != 0 {
			t.Fatalf("%q: exit code %d", words, code)
		}
	}
	golden(t, picturePath, pictureIn(t, string(textOf(t, file))))
}

// pictureIn is the first picture of a page, as a file of its own with the colours of the page, light or dark.
func pictureIn(t *testing.T, page string) string {
	t.Helper()
	found := regexp.MustCompile(`(?s)<svg class="wide" (.*?)>\n(.*?)</svg>`).FindStringSubmatch(page)
	_, style, ok := strings.Cut(page, "<style>")
	if found == nil || !ok {
		t.Fatal("the page has no picture")
	}
	colours, _, cut := strings.Cut(style, "* {")
	rules := regexp.MustCompile(`(?m)^(svg text|svg \.(?:tree|flow)|\.tree-box|\.flow ).*$`).FindAllString(style, -1)
	if !cut || len(rules) == 0 {
		t.Fatal("the page has no colours")
	}
	return fmt.Sprintf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"760\" %s>\n<style>\n%ssvg { background: var(--back); }\n"+
		"%s\n</style>\n%s</svg>\n", found[1], strings.TrimLeft(colours, "\n"), strings.Join(rules, "\n"), found[2])
}

// The page about other machines tells of a laptop and a NAS. What connects is a shell here, which starts the treaty of
// the tests as ssh would there.
func TestTheNASOfTheDocsIsReal(t *testing.T) {
	if testing.Short() {
		t.Skip("speaks to another treaty")
	}
	needs(t, "sh")
	local, stick := readmeTrees(t)
	remote := filepath.Join(filepath.Dir(stick), "srv", "shared")
	home := filepath.Join(filepath.Dir(stick), "home")
	for _, err := range []error{
		os.Mkdir(filepath.Dir(remote), 0o755), os.Rename(stick, remote),
		os.MkdirAll(filepath.Join(home, ".config", "treaty"), 0o755),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, ".config"))
	write(t, filepath.Join(home, ".config", "treaty", "config.json"),
		`{"ssh": {"command": ["sh", "-c", "shift; exec \"$@\"", "ssh"]}}`)
	want := strings.ReplaceAll(block(t, "nas"), "/srv/shared", readmeRemote)
	if got := session(t, want, local, remote); masked(got) != masked(want) {
		t.Errorf("the page shows:\n%s\nand it is:\n%s", want, got)
	}
}
