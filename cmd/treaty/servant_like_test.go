package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"treaty/apply/store"
)

// typing is what a person does to one of two equal pairs of trees, in the folder that has them: a change, if there is
// one, and then a command line, in a folder there and amid more of an environment.
type typing struct {
	change func(t *testing.T, dir string)
	in     string
	amid   []string
	words  string
	code   int
}

// statuses are the exit codes but that of an interrupt: a servant is sent no signals.
var statuses = []int{0, exitFailed, exitUsage, exitConflicts, exitStale, exitNotApproved, exitPartial, exitSafety,
	exitLocked, exitChanges, exitAttention}

// day leads through every exit code that does not take a signal, and shows on the way that nothing of a command line is
// left for the next: neither its directory nor its environment.
func day() []typing {
	return []typing{
		{words: "--version"},
		{words: "nonsense", code: exitUsage},
		{words: "show", code: exitUsage},
		{words: "plan a gone", code: exitSafety},
		{words: "plan --exit-code a b", code: exitAttention},
		{words: "show", in: "a"},
		{words: "show", in: "a", amid: []string{"CLICOLOR_FORCE=1"}},
		{words: "show", in: "a"},
		{words: "-C a approve --yes", code: exitConflicts},
		{words: "-C a resolve --all --take local"},
		{words: "apply", in: "a", code: exitNotApproved},
		{words: "approve --yes", in: "a"},
		{words: "-C a apply", change: saved("a/new.txt", "more"), code: exitStale},
		{words: "plan a b"},
		{words: "-C a resolve --all --take remote"},
		{words: "-C a approve --yes"},
		{words: "-C a apply"},
		{words: "-C a apply", code: exitStale},
		{words: "plan --exit-code a b", change: saved("b/both", "changed"), code: exitChanges},
		{words: "status --json", in: "a"},
		{words: "-C a config"},
		{words: "demo", amid: []string{"TMPDIR=/nowhere", "TMP=/nowhere", "TEMP=/nowhere"}, code: exitFailed},
		{words: "demo"},
		{words: "plan a b", change: heldElsewhere, code: exitLocked},
		{words: "-C a log --verify", change: freed},
		{words: "plan a b", change: saved("a/.treaty/journal/other.log", "garbage\n"), code: exitPartial},
		{words: "-C nowhere plan", code: exitUsage},
		{words: "completion bash"},
		{words: "schema plan"},
	}
}

// saved writes a file.
func saved(name, content string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		name := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, written, written); err != nil {
			t.Fatal(err)
		}
	}
}

// heldElsewhere lets a process of another machine work on a tree, and later none.
func heldElsewhere(t *testing.T, dir string) {
	held, err := json.Marshal(store.Holder{Host: "elsewhere", PID: 1, At: time.Now().UTC()})
	if err != nil {
		t.Fatal(err)
	}
	saved("a/.treaty/lock", string(held))(t, dir)
}

func freed(t *testing.T, dir string) {
	if err := os.Remove(filepath.Join(dir, "a", ".treaty", "lock")); err != nil {
		t.Fatal(err)
	}
}

// passing matches what no two runs have in common: instants, names that are made from them or drawn, digests, and what
// is free on a disk.
var passing = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[0-9.]+ [KMGT]iB free( → [0-9.]+ [KMGT]iB)?|\d{8}T\d{6}\.\d{3}Z|` +
		`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?|[0-9a-f]{8}[0-9a-f-]*|demo-\d+`)
})

// A servant says what a process says, to the letter, and leaves in the trees what that leaves.
func TestAServantIsLikeAProcessForEachCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("starts fifty processes")
	}
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	folders := [2]string{filepath.Join(base, "1"), filepath.Join(base, "2")}
	for _, dir := range folders {
		for name, content := range map[string]string{"a/same": "same", "b/same": "same", "a/both": "here", "b/both": "there!",
			"a/deep/only": "only", "home/any": ""} {
			saved(name, content)(t, dir)
		}
	}
	s, dismissed, err := engage(os.Getenv("TZ"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := dismissed(); err != nil {
			t.Error(err)
		}
	}()
	codes := map[int]bool{}
	for i, typed := range day() {
		var said [2]string
		for which, dir := range folders {
			if typed.change != nil {
				typed.change(t, dir)
			}
			e := errandOf(filepath.Join(dir, typed.in), slices.Concat(os.Environ(), []string{
				"HOME=" + filepath.Join(dir, "home"),
				"USERPROFILE=" + filepath.Join(dir, "home"), "PWD=" + filepath.Join(dir, typed.in)}, typed.amid),
				strings.Fields(typed.words))
			do := s.do
			if which == 1 {
				do = byAProcess
			}
			r, err := do(e)
			if err != nil {
				t.Fatal(err)
			}
			codes[r.code] = true
			said[which] = passing().ReplaceAllString(strings.ReplaceAll(fmt.Sprintf("exit code %d\n%s\n%s", r.code, r.stdout,
				r.stderr), dir, "DIR"), "…")
			if r.code != typed.code {
				t.Errorf("%d: treaty %s: exit code %d, not %d: %s", i, typed.words, r.code, typed.code, r.stderr)
			}
		}
		if said[0] != said[1] {
			t.Errorf("%d: treaty %s: a servant says\n%s\nand a process\n%s", i, typed.words, said[0], said[1])
		}
	}
	for _, known := range statuses {
		if !codes[known] {
			t.Errorf("no command line here ends with %d", known)
		}
	}
	if here, there := listing(t, folders[0]), listing(t, folders[1]); here != there {
		t.Errorf("a servant leaves\n%s\nand a process\n%s", here, there)
	}
}

// byAProcess has a process do an errand.
func byAProcess(e errand) (result, error) {
	cmd := exec.Command("treaty", textual(e.Args)...)
	var stdout, stderr strings.Builder
	cmd.Dir, cmd.Env, cmd.Stdin = string(e.Dir), textual(e.Env), strings.NewReader("")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return result{exit.ExitCode(), stdout.String(), stderr.String()}, nil
	}
	return result{0, stdout.String(), stderr.String()}, err
}

// listing is all that there is in a folder, with the sizes of files.
func listing(t *testing.T, dir string) string {
	var out strings.Builder
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintln(&out, passing().ReplaceAllString(strings.TrimPrefix(path, dir), "…"), info.Mode())
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A servant that is gone is not taken for a command that was done, and the next errand has another.
func TestAServantThatIsGoneSaysNothing(t *testing.T) {
	s, dismissed, err := engage("")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := dismissed(); err != nil {
			t.Error(err)
		}
	}()
	e := errandOf(t.TempDir(), os.Environ(), []string{"--version"})
	for range 2 {
		if r, err := s.do(e); err != nil || r.code != 0 || r.stdout == "" {
			t.Fatalf("%v: exit code %d: %s", err, r.code, r.stdout)
		}
		if err := s.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if r, err := s.do(e); err == nil && r.code >= 0 {
			t.Errorf("of a servant that is gone it is said that it ended with %d, and said %q", r.code, r.stdout)
		}
	}
}
