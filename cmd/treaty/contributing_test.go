package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func contributing(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", ".github", "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The map that someone new reads is the one that the imports are held to.
func TestTheMapIsThatOfTheHouse(t *testing.T) {
	found := map[string][]string{}
	row := regexp.MustCompile("(?m)^\\| `([a-z/]+)` \\| [^|]+ \\| ([^|]*) \\|$")
	for _, cells := range row.FindAllStringSubmatch(contributing(t), -1) {
		var sees []string
		for _, name := range regexp.MustCompile("`[^`]+`").FindAllString(cells[2], -1) {
			sees = append(sees, strings.Trim(name, "`"))
		}
		found[cells[1]] = sees
	}
	for dir, allowed := range house {
		if !slices.Equal(found[dir], allowed) {
			t.Errorf("CONTRIBUTING.md says that %s may see %q, and the house %q", dir, found[dir], allowed)
		}
	}
	for dir := range found {
		if _, known := house[dir]; !known {
			t.Errorf("CONTRIBUTING.md has %s, which is in no room of the house", dir)
		}
	}
}

// Every file that the map's texts name is there.
func TestWhatContributorsAreSentToIsThere(t *testing.T) {
	root := filepath.Join("..", "..")
	for _, name := range regexp.MustCompile("`([a-z_/]+/[a-zA-Z_.-]+\\.(go|json))`").FindAllStringSubmatch(contributing(t),
		-1) {
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(name[1]))); err != nil {
			t.Error(err)
		}
	}
}

// Each name by which tests read the environment is in the list for contributors, and no other.
func TestEachEnvironmentNameIsListed(t *testing.T) {
	name := regexp.MustCompile(`TREATY_TEST_[A-Z0-9]+(_ROOT)?`)
	used := map[string]bool{}
	err := filepath.WalkDir(filepath.Join("..", ".."), func(file string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || filepath.Ext(file) != ".go" {
			return err
		}
		text, err := os.ReadFile(file)
		for _, found := range regexp.MustCompile(`"(TREATY_TEST_[A-Z0-9]+)"`).FindAllSubmatch(text, -1) {
			used[string(found[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, found := range name.FindAllString(contributing(t), -1) {
		listed[found] = true
	}
	for _, short := range regexp.MustCompile("`_([A-Z]+)`").FindAllStringSubmatch(contributing(t), -1) {
		listed["TREATY_TEST_"+short[1]] = true
	}
	delete(listed, "TREATY_TEST_FAT32_ROOT") // made of a volume's name
	for one := range used {
		if !listed[one] {
			t.Errorf("CONTRIBUTING.md does not list %s", one)
		}
	}
	for one := range listed {
		if !used[one] {
			t.Errorf("no test reads %s, which CONTRIBUTING.md lists", one)
		}
	}
}
