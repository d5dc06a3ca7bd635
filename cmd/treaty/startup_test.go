package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"treaty/cmd/treaty/internal/terminal"
)

// initialized runs treaty, and returns how many allocations each package made before main began.
func initialized(t *testing.T, args ...string) map[string]int {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	treaty := &exec.Cmd{Path: program, Args: append([]string{"treaty"}, args...), Stderr: &told,
		Env: append(os.Environ(), "GODEBUG=inittrace=1")}
	if err := treaty.Run(); err != nil {
		t.Fatalf("%v: %s", err, told.Bytes())
	}
	made := map[string]int{}
	for line := range strings.Lines(told.String()) {
		var name, when, took string
		var bytes, allocations int
		_, err := fmt.Sscanf(line, "init %s @%s ms, %s ms clock, %d bytes, %d allocs", &name, &when,
			&took, &bytes, &allocations)
		if err == nil {
			made[name] = allocations
		}
	}
	if len(made) < 50 {
		t.Fatalf("of %d packages only is said what they do:\n%s", len(made), told.Bytes())
	}
	return made
}

// What a package makes before main begins, each process of treaty waits for, whatever it is to do.
func TestNoPackageDoesMuchBeforeMainBegins(t *testing.T) {
	// The drafts of JSON Schema are compiled by that library's init. With the commands are those that tests of them make.
	// Of what tests import only, none matters.
	bounds := map[string]int{"github.com/santhosh-tekuri/jsonschema/v5": 9000, "golang.org/x/crypto/ssh": 300,
		"treaty/cmd/treaty": 400}
	for _, own := range []string{"pgregory.net/rapid", "github.com/rogpeppe/go-internal/testscript"} {
		bounds[own] = 1 << 30
	}
	for name, allocations := range initialized(t, "--version") {
		bound := bounds[name]
		if bound == 0 {
			bound = 100
		}
		if allocations > bound {
			t.Errorf("%s makes %d allocations before main begins; more than %d are to wait until they are needed",
				name, allocations, bound)
		}
	}
}

// Of the grammar only the command is made that is meant: all of them are some 20,000 allocations.
func TestACommandLineIsReadByTheGrammarOfItsCommand(t *testing.T) {
	count := func(args ...string) float64 {
		return testing.AllocsPerRun(3, func() {
			var out bytes.Buffer
			if _, _, err := parse(terminal.New(&out, &out), args); err != nil {
				t.Fatal(err)
			}
		})
	}
	dir := filepath.Join(t.TempDir(), "plan")
	for _, args := range [][]string{{"status"}, {"plan", "a", "b"}, {"-C", dir, "status", "--json"}} {
		if got := count(args...); got > 3000 {
			t.Errorf("treaty %s: %v allocations", strings.Join(args, " "), got)
		}
	}
}
