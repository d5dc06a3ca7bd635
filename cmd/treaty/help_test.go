package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"treaty/testdata/effort"
)

func TestEachCommandHasExamplesThatParse(t *testing.T) {
	parser, err := kong.New(&grammar{}, vars(), kong.Exit(func(int) {}), kong.Writers(io.Discard, io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range parser.Model.Children {
		if !command.Hidden && len(examples[command.Name]) == 0 {
			t.Errorf("%s has no example", command.Name)
		}
	}
	for name, list := range examples {
		for _, e := range list {
			for line := range strings.SplitSeq(e.Command, " && ") {
				line, _, _ = strings.Cut(line, " > ")
				words := strings.Fields(strings.ReplaceAll(line, "'", ""))
				parsed, err := parser.Parse(words[1:])
				if err != nil {
					t.Errorf("%s: %v", line, err)
				} else if got := parsed.Selected().Name; got != name && name != "" {
					t.Errorf("%s is an example of %s and not of %s", line, got, name)
				}
			}
		}
	}
}

func TestTheHelpOfACommandEndsInExamples(t *testing.T) {
	var out, complaints strings.Builder
	if code := run([]string{"resolve", "--help"}, strings.NewReader(""), &out, &complaints); code != 0 {
		t.Fatalf("exit code %d: %s", code, &complaints)
	}
	if want := "\nExamples:\n  treaty resolve --take local letters/\n      keep what is here of a " +
		"folder\n"; !strings.Contains(out.String(), want) {
		t.Errorf("%q is not in\n%s", want, &out)
	}
}

func TestWhatExitCodesMeanIsSaidInReadmeToo(t *testing.T) {
	section := page(t, codesPage)
	var said, meant []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\d+)` \\| (.*) \\|$").FindAllStringSubmatch(section, -1) {
		said = append(said, row[1]+" "+strings.ReplaceAll(row[2], "`", ""))
	}
	for _, exit := range exits {
		meant = append(meant, fmt.Sprint(exit.Code, " ", exit.Means))
	}
	if got, want := strings.Join(meant, "\n"), strings.Join(said, "\n"); got != want {
		t.Errorf("the manual page says\n%s\nand the page of exit codes\n%s", got, want)
	}
}

func TestManualPagesAreWithoutFault(t *testing.T) {
	dir := t.TempDir()
	if code := run([]string{"__manual", dir}, strings.NewReader(""), io.Discard, os.Stderr); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "treaty*.1"))
	if err != nil || len(pages) != len(examples) {
		t.Errorf("%d pages for %d commands and the program (%v)", len(pages), len(examples)-1, err)
	}
	effort.Program(t, "mandoc")
	// A test's program has no commit, and so no day.
	out, err := exec.Command("mandoc", append([]string{"-T", "lint", "-W", "warning"}, pages...)...).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if !strings.Contains(line, "missing date") {
			t.Error(strings.TrimSpace(line))
		}
	}
	if _, ok := err.(*exec.ExitError); err != nil && !ok {
		t.Fatal(err)
	}
}
