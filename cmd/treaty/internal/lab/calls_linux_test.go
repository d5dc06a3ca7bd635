package lab

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"treaty/testdata/effort"
)

// aboutFiles are the system calls that are counted: the rest is the scheduler's, and differs from run to run.
var aboutFiles = []string{"openat", "openat2", "close", "read", "pread64", "write", "pwrite64",
	"fstat", "newfstatat", "statx",
	"fcntl", "fchmod", "fchmodat", "utimensat", "renameat", "renameat2", "linkat", "unlinkat", "mkdirat", "readlinkat",
	"symlinkat", "getdents64", "fsync", "fdatasync", "syncfs", "fadvise64", "copy_file_range"}

// TestAnOperationMakesFewSystemCalls counts them as what an apply of 110 operations makes beyond one of 70 in the same
// trees, whose walks are left out by that, but for what is new or gone: of two files of that name each is looked at
// before the first write, and once more where something was written. Both are too many for single looks.
func TestAnOperationMakesFewSystemCalls(t *testing.T) {
	effort.Laboratory(t, "sticks")
	straces(t, "--seccomp-bpf")
	each := func(do func(path string) error) func(*testing.T, string, int) {
		return func(t *testing.T, dir string, n int) {
			for i := range n {
				check(t, do(filepath.Join(dir, name(i))))
			}
		}
	}
	// What was written just now would be read once more.
	write := func(path, text string) error {
		return errors.Join(os.WriteFile(path, []byte(text), 0o644), os.Chtimes(path, time.Time{}, time.Unix(16e8, 0)))
	}
	create := func(t *testing.T, dir string, n int) {
		for i := range n {
			check(t, write(filepath.Join(dir, "new-"+name(i)), name(i)))
		}
	}
	const keepsNoTexts, keepsTexts = `{"merge": {"keep": "0"}}`, `{}`
	kinds := []struct {
		kind   string
		config string
		change func(t *testing.T, dir string, n int)
		most   float64
	}{
		{"create", keepsNoTexts, create, 13.5},
		{"update", keepsNoTexts, each(func(path string) error { return write(path, "another "+path) }), 28.5},
		{"create for merges", keepsTexts, create, 25.5}, // folders for the first texts are among them
		{"delete", keepsNoTexts, each(os.Remove), 16.5},
		{"move", keepsNoTexts, each(func(path string) error { return os.Rename(path, path+".moved") }), 20.5},
		{"touch", keepsNoTexts, each(func(path string) error {
			return os.Chtimes(path, time.Time{}, time.Unix(1e9, 0))
		}), 17.5},
		{"chmod", keepsNoTexts, each(func(path string) error { return os.Chmod(path, 0o755) }), 21.5},
	}
	for _, of := range kinds {
		t.Run(of.kind, func(t *testing.T) {
			few, many := callsOf(t, 70, of.config, of.change), callsOf(t, 110, of.config, of.change)
			total := 0.0
			var by []string
			for _, call := range slices.Sorted(maps.Keys(many)) {
				more := float64(many[call]-few[call]) / 40
				total += more
				by = append(by, fmt.Sprintf("%s %.2f", call, more))
			}
			t.Logf("%.1f calls: %s", total, strings.Join(by, ", "))
			if total > of.most {
				t.Errorf("it makes %.1f calls, and may make %v", total, of.most)
			}
		})
	}
}

// files are those that both trees have.
const files = 110

func name(i int) string { return fmt.Sprintf("f%03d", i) }

// callsOf are the calls of an apply of n changes of one kind, with a config.
func callsOf(t *testing.T, n int, config string, change func(*testing.T, string, int)) map[string]int {
	t.Helper()
	dir := t.TempDir()
	local, remote := filepath.Join(dir, "l"), filepath.Join(dir, "r")
	for _, root := range []string{local, remote} {
		check(t, os.MkdirAll(filepath.Join(root, "d"), 0o755))
		for i := range files {
			path := filepath.Join(root, "d", name(i))
			check(t, os.WriteFile(path, []byte(name(i)), 0o644))
			check(t, os.Chtimes(path, time.Time{}, time.Unix(15e8, 0)))
		}
	}
	check(t, os.Mkdir(filepath.Join(local, ".treaty"), 0o700))
	check(t, os.WriteFile(filepath.Join(local, ".treaty", "config.json"), []byte(config), 0o600))
	run := func(args ...string) {
		t.Helper()
		if out, err := exec.Command(treaty(t), append([]string{"-q", "-C", local}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("treaty %s: %v\n%s", args, err, out)
		}
	}
	run("plan", local, remote)
	run("apply")
	change(t, filepath.Join(local, "d"), n)
	run("plan", "--allow-many-deletes", "--allow-many-updates")
	run("approve", "--yes")
	log := filepath.Join(dir, "log")
	out, err := exec.Command("strace", "-f", "--seccomp-bpf", "-c", "-U", "calls,name", "-e",
		"trace="+strings.Join(aboutFiles, ","), "-o", log,
		treaty(t), "-C", local, "apply").CombinedOutput()
	if err != nil || !bytes.Contains(out, fmt.Appendf(nil, "%d done", n)) {
		t.Fatalf("%v: %s", err, out)
	}
	return counted(t, log)
}

// counted are the counts in strace's table.
func counted(t *testing.T, log string) map[string]int {
	text, err := os.ReadFile(log)
	check(t, err)
	calls := map[string]int{}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) != 2 || !slices.Contains(aboutFiles, fields[1]) {
			continue
		}
		if calls[fields[1]], err = strconv.Atoi(fields[0]); err != nil {
			t.Fatalf("strace: %v", err)
		}
	}
	if calls["openat"] == 0 {
		t.Fatalf("strace counted no calls:\n%s", text)
	}
	return calls
}
