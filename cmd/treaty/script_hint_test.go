package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"unicode"

	"github.com/rogpeppe/go-internal/testscript"

	"treaty/testdata/effort"
)

// hinted is what standard error hints at: what to do first, "" nothing, and what to type then. There is no
// command where there is no hint.
func hinted(stderr string) (advice, command string) {
	for line := range strings.Lines(stderr) {
		rest, found := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "hint: ")
		if !found {
			continue
		}
		if at := strings.LastIndex(rest, "then: "); at >= 0 {
			return rest[:at], rest[at+len("then: "):]
		}
		return "", rest
	}
	return "", ""
}

// cmdMistake: mistake CODE SAID HINTED treaty … is a command line that cannot be meant, its exit code, what is said, as
// an expression, and the exit code of what is hinted at, typed in a sweep, in a copy of all that the script has.
func cmdMistake(ts *testscript.TestScript, neg bool, args []string) {
	stderr := holdTo(ts, append([]string{args[0]}, args[3:]...))
	if said := strings.TrimPrefix(firstLine(stderr), "treaty: "); !regexp.MustCompile(args[1]).MatchString(said) {
		ts.Fatalf("it says %q, and not %s", said, args[1])
	}
	_, command := hinted(stderr)
	if command == "" {
		ts.Fatalf("there is no hint")
	}
	if effort.Sweep() == 0 {
		return // typing is two processes more
	}
	if !strings.HasSuffix(command, "--help") { // that changes nothing
		back, err := copied(ts.Getenv("WORK"))
		ts.Check(err)
		defer back()
	}
	cmdHint(ts, neg, args[2:3])
}

// firstLine is the first line of an error.
func firstLine(stderr string) string {
	line, _, _ := strings.Cut(stderr, "\n")
	return line
}

// plain tells whether a shell takes a command as it stands, word by word.
func plain(command string) bool {
	return strings.HasPrefix(command, "treaty ") && !strings.ContainsFunc(command, func(r rune) bool {
		word := r <= unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r))
		return !word && !strings.ContainsRune(" _./:@%+,=-", r)
	})
}

// cmdHint: hint CODE types what the last command hinted at, and wants this exit code. What it advises to do
// before has been done by the script.
func cmdHint(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	_, command := hinted(ts.ReadFile("stderr"))
	if command == "" {
		ts.Fatalf("there is no hint")
	}
	words := []string{"bash", "-c", command}
	if plain(command) {
		words = strings.Fields(command)
	}
	r := carryOut(ts, words)
	r.tell(ts)
	if r.code != want {
		ts.Fatalf("%s: exit code %d, not %d", command, r.code, want)
	}
}

// tryHint types what a command hinted at, in a copy of all that the script has, which takes its place for the
// while, and in a sweep only: it is three processes more. A hint is no usage error and does not end in the same
// refusal, unless something is to be done first.
func tryHint(ts *testscript.TestScript, stderr string) {
	advice, command := hinted(stderr)
	if command == "" || runtime.GOOS != "linux" || effort.Sweep() == 0 {
		return
	}
	back, err := copied(ts.Getenv("WORK"))
	if err != nil {
		ts.Logf("the hint is not tried: %v", err)
		return
	}
	defer back()
	typed := exec.Command("bash", "-c", command)
	typed.Dir = ts.MkAbs(".")
	typed.Env = os.Environ()
	for _, name := range []string{"HOME", "PATH", "TZ", "LC_ALL", "NO_COLOR", "GOGC", "PWD"} {
		typed.Env = append(typed.Env, name+"="+ts.Getenv(name))
	}
	// Whoever is told to edit has an editor, and makes the text whole.
	typed.Env = append(typed.Env, "VISUAL=", "EDITOR=sed -i -E '/^[<|=>]{7}/d'")
	var said strings.Builder
	typed.Stderr = &said
	err = typed.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%s: %v", command, err)
	}
	same := firstLine(withoutWarning(said.String())) == firstLine(stderr)
	switch {
	case err == nil:
	case strings.Contains(said.String(), "nobody can be asked"): // who reads a hint at a terminal can
	case same && advice == "":
		ts.Fatalf("the hint %q ends as it began: %s", command, said.String())
	case exit.ExitCode() == exitUsage && !same, exit.ExitCode() > exitInterrupted:
		ts.Fatalf("the hint %q makes no sense: exit code %d: %s", command, exit.ExitCode(), said.String())
	}
}

// withoutWarning is what was typed into bash said, without what bash itself says of a locale that is not installed.
func withoutWarning(stderr string) string {
	if strings.HasPrefix(stderr, "bash: warning: setlocale: ") {
		_, stderr, _ = strings.Cut(stderr, "\n")
	}
	return stderr
}

// copied puts a copy of a folder in its place; back brings it back as it was.
func copied(dir string) (back func(), err error) {
	aside := dir + ".aside"
	if err := os.Rename(dir, aside); err != nil {
		return nil, err
	}
	back = func() {
		_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if d != nil && d.IsDir() {
				return os.Chmod(path, 0o700)
			}
			return err
		})
		if err := errors.Join(os.RemoveAll(dir), os.Rename(aside, dir)); err != nil {
			panic(err)
		}
	}
	if out, err := exec.Command("cp", "-a", aside, dir).CombinedOutput(); err != nil {
		back()
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	return back, nil
}
