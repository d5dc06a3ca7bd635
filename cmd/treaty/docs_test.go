package main

import (
	"flag"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// repository is absolute: sessions change the directory.
var repository, _ = filepath.Abs(filepath.Join("..", ".."))

// The pages for users, by their names in the repository.
const (
	readmePage   = "README.md"
	indexPage    = ".github/docs/README.md"
	commandsPage = ".github/docs/commands.md"
	configPage   = ".github/docs/config.md"
	codesPage    = ".github/docs/exit-codes.md"
	folderPage   = ".github/docs/folder.md"
)

// page is the text of a page.
func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// pages are the texts of all pages, by their names.
func pages(t *testing.T) map[string]string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(repository, ".github", "docs", "*.md"))
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	texts := map[string]string{readmePage: page(t, readmePage)}
	for _, file := range list {
		name := ".github/docs/" + filepath.Base(file)
		texts[name] = page(t, name)
	}
	return texts
}

// block is the text of the fenced block that is marked for a test, in whichever page has it.
func block(t *testing.T, name string) string {
	t.Helper()
	var found []string
	for _, text := range pages(t) {
		if _, text, marked := strings.Cut(text, "<!-- test: "+name+" -->\n```"); marked {
			_, text, _ = strings.Cut(text, "\n")
			text, _, _ = strings.Cut(text, "\n```")
			found = append(found, text+"\n")
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d pages have a block for the test %q", len(found), name)
	}
	return found[0]
}

// column is the first column of the table below a heading of a page: the code in it, cell by cell.
func column(t *testing.T, name, heading string) []string {
	t.Helper()
	_, section, found := strings.Cut("\n"+page(t, name), "# "+heading+"\n")
	if !found {
		t.Fatalf("%s has no section %q", name, heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var cells []string
	for line := range strings.Lines(section) {
		cell, isRow := strings.CutPrefix(line, "| `")
		if !isRow {
			continue
		}
		cell, _, _ = strings.Cut(cell, "`")
		cells = append(cells, cell)
	}
	if len(cells) == 0 {
		t.Fatalf("the section %q has no table", heading)
	}
	return cells
}

// link is a link or a picture in a page.
var link = regexp.MustCompile(`\]\(([^)]*)\)`)

// A page says where it leads: relative, so that a clone is enough, and to what is there.
func TestReadmeAndItsPagesLeadToWhatIsThere(t *testing.T) {
	for name, text := range pages(t) {
		for _, match := range link.FindAllStringSubmatch(text, -1) {
			target, anchor, _ := strings.Cut(match[1], "#")
			if strings.Contains(target, ":") || strings.HasPrefix(target, "/") {
				t.Errorf("%s leads to %s, which is not relative", name, match[1])
				continue
			}
			to := name
			if target != "" {
				to = path.Join(path.Dir(name), target)
			}
			if _, err := os.Stat(filepath.Join(repository, filepath.FromSlash(to))); err != nil {
				t.Errorf("%s leads to %s, and that is not there", name, match[1])
			} else if anchor != "" && !slices.Contains(anchors(page(t, to)), anchor) {
				t.Errorf("%s leads to %s, which has no such heading", name, match[1])
			}
		}
	}
}

// anchors are what the headings of a text are linked by.
func anchors(text string) []string {
	var list []string
	for _, match := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		plain := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(match[1]), "")
		list = append(list, strings.ReplaceAll(plain, " ", "-"))
	}
	return list
}

// Whoever reads README.md, or any page, finds all others: each is in the index, and leads back to it.
func TestReadmeLeadsToEachPage(t *testing.T) {
	all := pages(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if name == readmePage || name == indexPage {
			continue
		}
		if base := path.Base(name); !strings.Contains(all[indexPage], "]("+base+")") {
			t.Errorf("the index does not lead to %s", base)
		}
		if !strings.Contains(all[readmePage], "]("+name+")") {
			t.Errorf("README.md does not lead to %s", name)
		}
		if !strings.Contains(all[name], "](README.md)") {
			t.Errorf("%s does not lead back to the index", name)
		}
	}
}

// README.md is read before anybody has decided to use the program.
func TestReadmeIsShort(t *testing.T) {
	if n := strings.Count(page(t, readmePage), "\n"); n > 200 {
		t.Errorf("it has %d lines; what is more belongs into .github/docs", n)
	}
}

var updateGolden = flag.Bool("update", false, "rewrite the golden screens, and the pictures of the pages")

// golden holds a file of the repository to what the program shows.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join(repository, filepath.FromSlash(name))
	if *updateGolden {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want, err := os.ReadFile(file); err != nil || string(want) != got {
		t.Errorf("%s (%v; go test -update rewrites it) has\n%s\nand it is\n%s", name, err, want, got)
	}
}
