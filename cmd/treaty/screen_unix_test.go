//go:build unix

package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata" // Kathmandu's clocks, wherever the tests run

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// screen is a program on a pseudo-terminal, and what a person sees of it there.
type screen struct {
	t        *testing.T
	keyboard *os.File
	cmd      *exec.Cmd
	over     chan error

	mu    sync.Mutex
	shown *vt.Emulator
	bytes bytes.Buffer
}

// onScreen starts a program in dir on a terminal that is so wide, and has room for all that it says.
func onScreen(t *testing.T, width int, dir string, words ...string) *screen {
	t.Helper()
	return onScreenOf(t, width, 60, dir, words...)
}

// onScreenOf starts a program in dir on a terminal of a size. It skips the test where there are no pseudo-terminals.
func onScreenOf(t *testing.T, width, height int, dir string, words ...string) *screen {
	t.Helper()
	s := &screen{t: t, shown: vt.NewEmulator(width, height), over: make(chan error, 1)}
	s.cmd = exec.Command(words[0], words[1:]...)
	s.cmd.Dir = dir
	s.cmd.Env = append(os.Environ(), "TERM=xterm-256color", "TZ=Asia/Kathmandu", "NO_COLOR=",
		"CLICOLOR_FORCE=", "HOME="+dir, "PAGER=")
	var err error
	if s.keyboard, err = pty.StartWithSize(s.cmd, &pty.Winsize{Rows: uint16(height), Cols: uint16(width)}); err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		s.keyboard.Close()
		// Closing the emulator itself would race with who reads its answers.
		s.shown.InputPipe().(io.Closer).Close()
	})
	go s.watch()
	// What a terminal answers when it is asked what it can do: nobody takes it any more once the program has ended.
	go func() { _, _ = io.Copy(s.keyboard, s.shown) }()
	return s
}

// watch shows what is written until nobody has the terminal open any more.
func (s *screen) watch() {
	buffer := make([]byte, 4096)
	for {
		n, err := s.keyboard.Read(buffer)
		s.mu.Lock()
		s.bytes.Write(buffer[:n])
		s.shown.Write(buffer[:n])
		s.mu.Unlock()
		if err != nil {
			break
		}
	}
	s.over <- s.cmd.Wait()
}

// text is what stands on the screen, without the blanks at the ends of lines and below.
func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for line := range strings.Lines(s.shown.String()) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// wrote tells whether a text was ever written, and may be gone from the screen since.
func (s *screen) wrote(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Contains(s.bytes.Bytes(), []byte(text))
}

// asks waits until the screen ends in a question.
func (s *screen) asks(question string) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); !strings.HasSuffix(s.text(), question); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("the screen does not ask %q:\n%s", question, s.text())
		}
	}
}

// types presses keys: "\x03" is Ctrl-C, and "\x04" Ctrl-D, the end of the input.
func (s *screen) types(keys string) {
	s.t.Helper()
	if _, err := s.keyboard.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// presses is types for who waits for single keys: what comes before that is shown twice, by the terminal too.
func (s *screen) presses(keys string) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); echoes(s.keyboard); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("nobody waits for a key:\n%s", s.text())
		}
	}
	s.types(keys)
}

// insists presses a key, and again after a while, until a text is shown: one that is pressed while an editor hands the
// terminal back may be lost.
func (s *screen) insists(key, text string) {
	s.t.Helper()
	for range 10 {
		s.types(key)
		for deadline := time.Now().Add(6 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
			if strings.Contains(s.text(), text) {
				return
			}
		}
	}
	s.t.Fatalf("%q does not lead to %q:\n%s", key, text, s.text())
}

// exits waits for the program's end.
func (s *screen) exits(want int) {
	s.t.Helper()
	var err error
	select {
	case err = <-s.over:
	case <-time.After(2 * time.Minute):
		s.t.Fatalf("it does not end:\n%s", s.text())
	}
	code := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		s.t.Fatal(err)
	}
	if code != want {
		s.t.Fatalf("exit code %d, not %d:\n%s", code, want, s.text())
	}
}

// endsWith holds the last lines of the screen to these; "…" at the end of a line stands for any
// rest of it, also where that is a path that stands, or goes on, in the next line.
func (s *screen) endsWith(want string) {
	s.t.Helper()
	var lines []string
	for line := range strings.Lines(strings.Trim(want, "\n")) {
		line = strings.TrimSuffix(line, "\n")
		rest, open := strings.CutSuffix(line, "…")
		line = regexp.QuoteMeta(rest)
		if open {
			if label, found := strings.CutSuffix(line, " "); found {
				line = label + `\s`
			}
			line += `.*(?:\n\S+)?`
		}
		lines = append(lines, line)
	}
	if got := s.text(); !regexp.MustCompile(`(?:^|\n)` + strings.Join(lines, "\n") + `$`).MatchString(got) {
		s.t.Errorf("the screen does not end with\n%s\nbut is\n%s", strings.Trim(want, "\n"), got)
	}
}

// progressed holds the program to having shown this progress, and to have taken all of it away.
func (s *screen) progressed(what string) {
	s.t.Helper()
	if !s.wrote(what) {
		s.t.Errorf("no progress %q was ever shown", what)
	}
	if strings.Contains(s.text(), what) {
		s.t.Errorf("progress stays on the screen:\n%s", s.text())
	}
}

// plant makes two trees, mac and stick, in a folder with a short name, so that paths fit on a screen. They
// differ in a file to be copied, one to be updated, and some bulk.
func plant(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(os.TempDir(), "s"+rand.Text()[:8])
	t.Cleanup(func() { os.RemoveAll(dir) })
	for _, f := range []struct{ path, text string }{
		{"mac/letters/to Kim.txt", "Dear Kim,\n"}, {"mac/notes.txt", "bread, butter\n"}, {"stick/notes.txt", "bread\n"},
		{"mac/same.txt", "same\n"}, {"stick/same.txt", "same\n"}, {"mac/bulk", strings.Repeat("bulk", 1<<18)},
	} {
		path := filepath.Join(dir, filepath.FromSlash(f.path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, path, f.text)
		at := written
		if f.path == "stick/notes.txt" {
			at = at.Add(-24 * time.Hour)
		}
		if err := errors.Join(os.Chmod(path, 0o644), os.Chtimes(path, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// treaty runs a command to its end where nobody looks.
func treaty(t *testing.T, dir string, words ...string) string {
	t.Helper()
	cmd := exec.Command("treaty", words...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("treaty %s: %v\n%s", strings.Join(words, " "), err, out)
	}
	return string(out)
}
