//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"treaty/testdata/effort"
)

// severed stands for ssh: it runs the agent here, counts the messages in both directions, and ends a process at one
// of them. Its arguments are the number of that message, 0 for none, which end that is, near or far, or both where
// both are interrupted, and a file that is told how many there were; behind them come those that ssh is given.
func severed() {
	n, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	agent := exec.Command(os.Args[5], os.Args[6:]...)
	in, inErr := agent.StdinPipe()
	out, outErr := agent.StdoutPipe()
	if err := errors.Join(inErr, outErr, agent.Start()); err != nil {
		panic(err)
	}
	var mu sync.Mutex
	count := 0
	message := func() {
		mu.Lock()
		defer mu.Unlock()
		if count++; count != n {
			return
		}
		switch os.Args[2] {
		case "near":
			_ = syscall.Kill(os.Getppid(), syscall.SIGKILL) // it may have ended by itself
		case "far":
			_ = agent.Process.Kill()
		case "both": // as by Ctrl-C, of which the agent sees that ssh is gone
			_ = syscall.Kill(os.Getppid(), syscall.SIGINT)
			_, _ = in.Close(), os.Stdout.Close()
		}
	}
	go func() {
		pass(in, os.Stdin, message)
		_ = in.Close()
	}()
	pass(os.Stdout, out, message)
	err = agent.Wait()
	mu.Lock()
	defer mu.Unlock()
	if told := os.WriteFile(os.Args[3], []byte(strconv.Itoa(count)), 0o600); told != nil || err != nil {
		os.Exit(255)
	}
}

// pass passes messages on, and tells of each before it does.
func pass(to io.Writer, from io.Reader, message func()) {
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			message()
			if _, failed := to.Write(buf[:n]); failed != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// severing is a pair of trees of which one is behind an agent, with a plan that is approved.
type severing struct {
	*testing.T
	dir string
}

// run runs treaty, with an end that is killed at the nth message, and returns its exit code, -1 where it was killed.
func (s *severing) run(n int, end string, args ...string) (code int, said string) {
	s.Helper()
	config := fmt.Sprintf(`{"ssh": {"command": ["severed", "%d", %q, %q]}}`, n, end, filepath.Join(s.dir, "count"))
	s.must(os.MkdirAll(filepath.Join(s.dir, "config", "treaty"), 0o700))
	s.must(os.WriteFile(filepath.Join(s.dir, "config", "treaty", "config.json"), []byte(config), 0o600))
	cmd := exec.Command("treaty", args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "HOME="+s.dir, "XDG_CONFIG_HOME="+filepath.Join(s.dir, "config"), "NO_COLOR=1")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// does runs treaty with nobody killed, and wants an exit code among some.
func (s *severing) does(codes []int, args ...string) int {
	s.Helper()
	code, said := s.run(0, "near", args...)
	if !slices.Contains(codes, code) {
		s.Errorf("treaty %s: exit code %d, not of %v:\n%s", strings.Join(args, " "), code, codes, said)
	}
	return code
}

func (s *severing) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// write writes files, by their names and contents.
func (s *severing) write(files ...string) {
	s.Helper()
	for at := 0; at < len(files); at += 2 {
		file := filepath.Join(s.dir, files[at])
		s.must(os.MkdirAll(filepath.Dir(file), 0o755))
		s.must(os.WriteFile(file, []byte(files[at+1]), 0o644))
	}
}

// far is how the tree behind the agent is called.
func (s *severing) far() string { return "ssh://nas" + filepath.Join(s.dir, "b") }

// contents are all files below a folder, by their paths, or, with private, those of treaty's own too.
func (s *severing) contents(tree string, private bool) map[string]string {
	s.Helper()
	found := map[string]string{}
	root := filepath.Join(s.dir, tree)
	s.must(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".treaty" && !private:
			return filepath.SkipDir
		case d.IsDir():
			return nil
		}
		text, err := os.ReadFile(path)
		rel, _ := filepath.Rel(root, path) // it is below
		found[rel] = string(text)
		return err
	}))
	return found
}

// severable makes a pair with every kind of difference, a plan for it, and a copy of all that.
func severable(t *testing.T) *severing {
	s := &severing{t, t.TempDir()}
	s.write("a/kept", "kept", "a/update", "one", "a/back", "two", "a/delete", "gone",
		"a/from", strings.Repeat("moved", 99),
		"a/deep/er/file", "file", "b/other", "other")
	s.does([]int{0}, "sync", "--yes", "a", s.far())
	s.write("a/update", "another one", "b/back", "another two", "a/new/x", "x", "b/newer/y", "y", "a/large",
		strings.Repeat("large", 40_000))
	s.must(os.Remove(filepath.Join(s.dir, "a/delete")))
	s.must(os.Rename(filepath.Join(s.dir, "a/from"), filepath.Join(s.dir, "a/to")))
	s.must(os.RemoveAll(filepath.Join(s.dir, "b/deep")))
	s.does([]int{0}, "plan", "a", s.far())
	s.does([]int{0}, "-C", "a", "approve", "--yes")
	for _, tree := range []string{"a", "b"} {
		s.copied(tree, tree+".kept")
	}
	return s
}

// copied makes a folder a copy of another one, times and all.
func (s *severing) copied(from, to string) {
	s.Helper()
	s.must(os.RemoveAll(filepath.Join(s.dir, to)))
	out, err := exec.Command("cp", "-a", filepath.Join(s.dir, from), filepath.Join(s.dir, to)).CombinedOutput()
	if err != nil {
		s.Fatalf("%v: %s", err, out)
	}
}

// Whichever process is killed, or both interrupted, at whichever message: what was begun goes on, or is settled back
// and planned anew, nothing is lost, and both trees end in step.
func TestEitherProcessMayBeKilledAtEachMessage(t *testing.T) {
	if testing.Short() {
		t.Skip("starts programs by the dozen")
	}
	s := severable(t)
	was := []map[string]string{s.contents("a", false), s.contents("b", false)}
	s.does([]int{0}, "-C", "a", "apply")
	all, err := os.ReadFile(filepath.Join(s.dir, "count"))
	s.must(err)
	total, err := strconv.Atoi(string(all))
	s.must(err)
	t.Logf("%d messages", total)
	for _, end := range []string{"near", "far", "both"} {
		for i, n := range effort.Samples(total) {
			s.copied("a.kept", "a")
			s.copied("b.kept", "b")
			code, said := s.run(n, end, "-C", "a", "apply")
			// The last messages only say farewell: whoever is killed then has done it all.
			ends := map[string][]int{"near": {-1, 0}, "far": {0, exitPartial, exitSafety},
				"both": {0, exitInterrupted}}
			if !slices.Contains(ends[end], code) {
				t.Errorf("exit code %d:\n%s", code, said)
			}
			s.left()
			s.goesOn(i%2 == 0)
			s.keeps(was)
			if t.Failed() {
				t.Fatalf("the process of the %s end was killed at message %d of %d", end, n, total)
			}
		}
	}
}

// left waits until an agent whose asker was killed has gone, and its lock with it. One that was killed leaves it.
func (s *severing) left() {
	for range 100 {
		if _, err := os.Stat(filepath.Join(s.dir, "b/.treaty/lock")); errors.Is(err, fs.ErrNotExist) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// goesOn takes up what was interrupted, or settles it back and plans anew.
func (s *severing) goesOn(on bool) {
	s.Helper()
	if on {
		if s.does([]int{0, exitStale}, "-C", "a", "apply") == 0 {
			return
		}
	} else {
		s.does([]int{0}, "recover", "a")
	}
	s.does([]int{0}, "sync", "--yes", "a", s.far())
}

// keeps holds the trees to be the same, with all that either had in one of them or in a trash.
func (s *severing) keeps(was []map[string]string) {
	s.Helper()
	if a, b := s.contents("a", false), s.contents("b", false); !maps.Equal(a, b) {
		s.Errorf("the trees are not in step: %v and %v", slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b)))
	}
	var all bytes.Buffer
	for _, tree := range []string{"a", "b"} {
		for _, text := range s.contents(tree, true) {
			all.WriteString("\n" + text + "\n")
		}
	}
	for _, tree := range was {
		for name, text := range tree {
			if !strings.Contains(all.String(), "\n"+text+"\n") {
				s.Errorf("the content of %s is lost", name)
			}
		}
	}
}
