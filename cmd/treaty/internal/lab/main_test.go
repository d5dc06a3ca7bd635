package lab

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"treaty/testdata/apart"
	"treaty/testdata/effort"
)

// The exit codes of treaty, as README has them.
const (
	exitFailed      = 1
	exitConflicts   = 3
	exitStale       = 4
	exitPartial     = 6
	exitSafety      = 7
	exitChanges     = 10
	exitInterrupted = 130
)

// programs is a folder for the program that is built here.
var programs string

// TestMain gives the laboratory mounts of its own, and has permissions bind it as they bind people.
func TestMain(m *testing.M) {
	// Volumes that are mounted already are somebody else's to mount and unmount.
	if _, remounts := os.LookupEnv("TREATY_TEST_REMOUNT"); !remounts && effort.Sweep() > 0 {
		apart.Mounts()
	}
	apart.Permissions()
	code := 1
	dir, err := os.MkdirTemp("", "treaty-lab")
	if err == nil {
		programs = dir
		code = m.Run()
		err = os.RemoveAll(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// build puts a treaty of this checkout into programs.
var build = sync.OnceValues(func() (string, error) {
	if named := os.Getenv("TREATY_TEST_PROGRAM"); named != "" {
		return named, nil
	}
	file := filepath.Join(programs, "treaty")
	if runtime.GOOS == "windows" {
		file += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", file, "treaty/cmd/treaty").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return file, nil
})

// treaty is the path of the program.
func treaty(t testing.TB) string {
	t.Helper()
	file, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return file
}
