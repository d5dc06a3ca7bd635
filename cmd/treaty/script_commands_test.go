package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/rogpeppe/go-internal/testscript"

	"treaty/apply/store"
)

// commands are what scripts have besides testscript's own.
var commands = map[string]func(*testscript.TestScript, bool, []string){
	"exits":     cmdExits,
	"hint":      cmdHint,
	"mistake":   cmdMistake,
	"killed":    cmdKilled,
	"touchat":   cmdTouchat,
	"mtime":     cmdMtime,
	"mode":      cmdMode,
	"snap":      cmdSnap,
	"unchanged": cmdUnchanged,
	"sametree":  cmdSametree,
	"json":      cmdJSON,
	"edit":      cmdEdit,
	"subst":     cmdSubst,
	"shuffle":   cmdShuffle,
	"deep":      cmdDeep,
	"newest":    cmdNewest,
	"sha256":    cmdSHA256,
	"name":      cmdName,
	"put":       cmdPut,
	"sparse":    cmdSparse,
	"many":      cmdMany,
	"flip":      cmdFlip,
	"xor":       cmdXor,
	"order":     cmdOrder,
	"oneline":   cmdOneline,
	"mkfifo":    cmdMkfifo,
	"socket":    cmdSocket,
	"lock":      cmdLock,
	"agree":     cmdAgree,
	"only":      cmdOnly,
	"clone":     cmdClone,
	"contents":  cmdContents,
	"names":     cmdNames,
	"pointsto":  cmdPointsto,
	"cut":       cmdCut,
	"append":    cmdAppend,
	"shift":     cmdShift,
	"resum":     cmdResum,
}

// cmdExits: exits CODE treaty … holds a command to its exit code, and its errors to their form.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) { holdTo(ts, args) }

// holdTo is cmdExits. It returns what was said on standard error.
func holdTo(ts *testscript.TestScript, args []string) (stderr string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	r := carryOut(ts, args[1:])
	r.tell(ts)
	if r.code != want {
		ts.Fatalf("exit code %d, not %d", r.code, want)
	}
	if args[1] == "treaty" {
		if wrong := malformed(r.stderr, r.code); wrong != "" {
			ts.Fatalf("standard error: %s", wrong)
		}
		tryHint(ts, r.stderr)
	}
	return r.stderr
}

// malformed says what is wrong with the form of errors: lines of "treaty: …", indented details, one hint
// at the end, nothing that a terminal would act on, and without an error nothing but warnings.
func malformed(stderr string, code int) string {
	failed := code > 0 && code < 10 || code == exitInterrupted
	if warned := strings.HasPrefix(stderr, "treaty: warning: "); !failed && stderr != "" && !warned {
		return "something is said without an error"
	}
	if failed && !strings.HasPrefix(stderr, "treaty: ") {
		return `it does not begin with "treaty: "`
	}
	lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
	for i, line := range lines {
		if strings.ContainsFunc(line, unicode.IsControl) || line != strings.TrimRight(line, " ") {
			return fmt.Sprintf("line %d has control characters or trailing spaces: %q", i+1, line)
		}
		for _, internal := range []string{"goroutine ", "runtime error", "%!", "<nil>", "EOL", "*fs."} {
			if strings.Contains(line, internal) {
				return fmt.Sprintf("line %d speaks of internals: %q", i+1, line)
			}
		}
		switch {
		case failed && strings.HasPrefix(line, "hint: "):
			if i != len(lines)-1 {
				return "the hint is not the last line"
			}
		case failed && (strings.HasPrefix(line, "treaty: ") || strings.HasPrefix(line, "  ")):
		case failed:
			return fmt.Sprintf("line %d is neither an error nor its hint: %q", i+1, line)
		}
	}
	return ""
}

// cmdKilled: killed DIR treaty… is killed while a journal is open in DIR.
func cmdKilled(ts *testscript.TestScript, neg bool, args []string) {
	if args[1] != "treaty" {
		ts.Fatalf("%s cannot be killed", args[1])
	}
	path, err := exec.LookPath("mortal")
	if err != nil {
		path = filepath.Join(strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator))[0], "mortal")
	}
	cmd := exec.Command(path, args[2:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "HOME="+ts.Getenv("HOME"), "MORTAL="+ts.MkAbs(args[0]))
	said, err := cmd.CombinedOutput()
	if err == nil || !intends(ts.MkAbs(args[0])) {
		ts.Fatalf("%s: ended, and was not killed: %v\n%s", args[1], err, said)
	}
}

// intends tells whether a journal in dir says what an apply is about to do.
func intends(dir string) bool {
	logs, _ := filepath.Glob(filepath.Join(dir, ".treaty", "journal", "*.log")) // the pattern is a good one
	if len(logs) == 0 {
		return false
	}
	text, err := os.ReadFile(logs[0])
	return err == nil && bytes.Contains(text, []byte(`"intent"`))
}

// moment reads a time in UTC, such as 2026-01-02T03:04:05.123Z.
func moment(ts *testscript.TestScript, s string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, s)
	ts.Check(err)
	return at
}

// cmdTouchat: touchat TIME FILE… makes files that are not there yet.
func cmdTouchat(ts *testscript.TestScript, neg bool, args []string) {
	at := moment(ts, args[0])
	for _, name := range args[1:] {
		file := ts.MkAbs(name)
		if _, err := os.Lstat(file); errors.Is(err, os.ErrNotExist) {
			ts.Check(os.WriteFile(file, nil, 0o666))
		}
		ts.Check(os.Chtimes(file, at, at))
	}
}

// cmdMtime: mtime TIME FILE… compares times to the nanosecond.
func cmdMtime(ts *testscript.TestScript, neg bool, args []string) {
	at := moment(ts, args[0])
	for _, name := range args[1:] {
		info, err := os.Lstat(ts.MkAbs(name))
		ts.Check(err)
		if !info.ModTime().Equal(at) {
			ts.Fatalf("%s: %s", name, info.ModTime().UTC().Format(time.RFC3339Nano))
		}
	}
}

// cmdMode: mode 0644 FILE… compares permissions, as far as the system keeps them: on Windows whether a
// file may be written.
func cmdMode(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args[1:] {
		info, err := os.Lstat(ts.MkAbs(name))
		ts.Check(err)
		want, err := strconv.ParseUint(args[0], 8, 32)
		ts.Check(err)
		if got := info.Mode().Perm(); (got&keptModes != fs.FileMode(want)&keptModes) != neg {
			ts.Fatalf("%s: %04o", name, got)
		}
	}
}

// cmdNewest: newest PLAN LOCAL sets PLAN to the newest plan of a tree, APPROVAL to where its approval is.
func cmdNewest(ts *testscript.TestScript, neg bool, args []string) {
	found, err := filepath.Glob(filepath.Join(ts.MkAbs(args[1]), ".treaty", "plans", "*.plan.json"))
	ts.Check(err)
	if len(found) == 0 {
		ts.Fatalf("no plans in %s", args[1])
	}
	ts.Setenv(args[0], slices.Max(found))
	ts.Setenv("APPROVAL", strings.TrimSuffix(slices.Max(found), ".plan.json")+".approval.json")
}

// cmdSHA256: sha256 FILE NAME sets NAME to the file's hash.
func cmdSHA256(ts *testscript.TestScript, neg bool, args []string) {
	ts.Setenv(args[1], fmt.Sprintf("%x", sha256.Sum256([]byte(ts.ReadFile(args[0])))))
}

// cmdName: name VAR 'a\x1bb' sets VAR to a name with characters that scripts cannot hold, as Go escapes.
func cmdName(ts *testscript.TestScript, neg bool, args []string) {
	s, err := strconv.Unquote(`"` + strings.ReplaceAll(args[1], `"`, `\"`) + `"`)
	ts.Check(err)
	ts.Setenv(args[0], s)
}

// cmdPut: put FILE TEXT writes a file, its folders too, at the time of all others. The text may have Go
// escapes.
func cmdPut(ts *testscript.TestScript, neg bool, args []string) {
	file := ts.MkAbs(args[0])
	content, err := strconv.Unquote(`"` + strings.ReplaceAll(args[1], `"`, `\"`) + `"`)
	ts.Check(err)
	ts.Check(os.MkdirAll(filepath.Dir(file), 0o777))
	ts.Check(os.WriteFile(file, []byte(content), 0o666))
	ts.Check(os.Chtimes(file, written, written))
}

// cmdSparse: sparse SIZE FILE makes a file of holes.
func cmdSparse(ts *testscript.TestScript, neg bool, args []string) {
	size, err := strconv.ParseInt(args[0], 10, 64)
	ts.Check(err)
	file := ts.MkAbs(args[1])
	ts.Check(os.WriteFile(file, nil, 0o666))
	ts.Check(os.Truncate(file, size))
	ts.Check(os.Chtimes(file, written, written))
}

// cmdMany: many COUNT DIR makes small files.
func cmdMany(ts *testscript.TestScript, neg bool, args []string) {
	count, err := strconv.Atoi(args[0])
	ts.Check(err)
	dir := ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(dir, 0o777))
	for i := range count {
		file := filepath.Join(dir, fmt.Sprintf("%05d.txt", i))
		ts.Check(os.WriteFile(file, fmt.Appendf(nil, "file %d\n", i), 0o666))
		ts.Check(os.Chtimes(file, written, written))
	}
}

// cmdFlip: flip OFFSET FILE changes one bit, counted from the end where negative.
func cmdFlip(ts *testscript.TestScript, neg bool, args []string) {
	offset, err := strconv.Atoi(args[0])
	ts.Check(err)
	file := ts.MkAbs(args[1])
	data, err := os.ReadFile(file)
	ts.Check(err)
	if offset < 0 {
		offset += len(data)
	}
	data[offset] ^= 1
	ts.Check(os.WriteFile(file, data, 0o600))
}

// cmdXor: xor COUNT DIR KEY writes over the first files below a folder, each as long as before and all of it changed,
// as who encrypts them does, with a byte as the key.
func cmdXor(ts *testscript.TestScript, neg bool, args []string) {
	count, err := strconv.Atoi(args[0])
	ts.Check(err)
	key, err := strconv.ParseUint(args[2], 10, 8)
	ts.Check(err)
	ts.Check(filepath.WalkDir(ts.MkAbs(args[1]), func(file string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == ".treaty" {
			return fs.SkipDir
		}
		if err != nil || count == 0 || d.IsDir() {
			return err
		}
		count--
		data, err := os.ReadFile(file)
		for i := range data {
			data[i] ^= byte(key)
		}
		return cmp.Or(err, os.WriteFile(file, data, 0o666))
	}))
	if count > 0 {
		ts.Fatalf("%d files fewer in %s", count, args[1])
	}
}

// cmdOrder: order stdout LINE… finds whole lines, in this order.
func cmdOrder(ts *testscript.TestScript, neg bool, args []string) {
	lines := strings.Split(ts.ReadFile(args[0]), "\n")
	at := 0
	for _, want := range args[1:] {
		i := slices.Index(lines[at:], want)
		if i < 0 {
			ts.Fatalf("no line %q after line %d", want, at)
		}
		at += i + 1
	}
}

// cmdOneline: oneline stderr holds an error to a single line, with at most a hint besides.
func cmdOneline(ts *testscript.TestScript, neg bool, args []string) {
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile(args[0]), "\n"), "\n")
	if len(lines) > 2 || len(lines) == 2 && !strings.HasPrefix(lines[1], "hint: ") {
		ts.Fatalf("%d lines", len(lines))
	}
}

// cmdLock: lock DIR HOST writes the lock of a process that runs: here if HOST is "here", else on another
// host. "gone" is a process of this host that ended; "torn" is a lock as a power cut may leave it.
func cmdLock(ts *testscript.TestScript, neg bool, args []string) {
	host, err := os.Hostname()
	ts.Check(err)
	var boot []byte
	if runtime.GOOS == "linux" {
		boot, err = os.ReadFile("/proc/sys/kernel/random/boot_id")
		ts.Check(err)
	}
	h := store.Holder{Host: host, Boot: strings.TrimSpace(string(boot)), PID: os.Getpid(), At: time.Now().UTC()}
	switch args[1] {
	case "here":
	case "gone":
		ended := exec.Command(os.Args[0], "-test.run=^$")
		ts.Check(ended.Run())
		h.PID = ended.Process.Pid
	default:
		h.Host = args[1]
	}
	data, err := json.Marshal(h)
	ts.Check(err)
	if args[1] == "torn" {
		data = nil
	}
	ts.Check(os.MkdirAll(filepath.Join(ts.MkAbs(args[0]), ".treaty"), 0o700))
	ts.Check(os.WriteFile(filepath.Join(ts.MkAbs(args[0]), ".treaty", "lock"), data, 0o600))
}

// cmdAgree: agree LOCAL REMOTE FLAG… plans, approves and applies all of it.
func cmdAgree(ts *testscript.TestScript, neg bool, args []string) {
	local := args[0]
	var r result
	for _, words := range [][]string{append([]string{"treaty", "plan"}, args...),
		{"treaty", "-C", local, "approve", "--yes"}, {"treaty", "-C", local, "apply"}} {
		if r = carryOut(ts, words); r.code != 0 {
			r.tell(ts)
			ts.Fatalf("%s: exit code %d", strings.Join(words, " "), r.code)
		}
	}
	r.tell(ts)
}

// cmdOnly: only NAME PATTERN sets NAME to the only file that there is of a pattern.
func cmdOnly(ts *testscript.TestScript, neg bool, args []string) {
	found, err := filepath.Glob(ts.MkAbs(args[1]))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%s: %d files", args[1], len(found))
	}
	ts.Setenv(args[0], found[0])
}
