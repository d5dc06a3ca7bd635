package lab

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"treaty/plan"
	"treaty/testdata/effort"
)

// mutating are the system calls by which an apply changes something, or makes it durable. Opening is left
// out: what creates cannot be told there from what only looks.
var mutating = []string{"renameat2", "renameat", "linkat", "symlinkat", "unlinkat", "mkdirat", "write", "pwrite64",
	"ftruncate", "fchmod", "fchmodat", "utimensat", "fsync", "fdatasync", "syncfs"}

// injections are what happens in the place of a call. A signal comes before the call does anything.
var injections = []string{"signal=KILL", "error=EIO", "error=ENOSPC", "error=EROFS", "error=EDQUOT", "error=EPERM"}

// injection is one fault. strace counts the calls of each kind for each thread by itself, so that it happens once in
// each thread that makes so many.
type injection struct {
	call string
	when int
	what string
}

func (i injection) String() string { return fmt.Sprintf("%s %d %s", i.call, i.when, i.what) }

// TestInjection kills a real process, or has a system call of it fail, at one call after the other: the
// kernel's side of what sweep_test.go in package apply does from within.
func TestInjection(t *testing.T) {
	effort.Laboratory(t, "injection")
	straces(t)
	tools(t, "cp", "truncate", "mkfs.ext2", "mount", "umount")
	for _, v := range []struct {
		name  string
		place func(*testing.T) string
	}{{"journalled", func(t *testing.T) string { return t.TempDir() }}, {"FAT-class", unjournalled}} {
		t.Run(v.name, func(t *testing.T) {
			var benches []*workbench
			for place := v.place(t); len(benches) < atOnce; {
				benches = append(benches, newWorkbench(t, place))
			}
			calls := benches[0].calls(t)
			all := injectionsOf(calls)
			t.Logf("calls by one thread: %v", calls)
			var count counts
			t.Cleanup(func() {
				t.Log(&count)
				if kills := count.kills.Load(); kills >= 10 && count.killed.Load() < kills/3 {
					t.Errorf("%d runs were to be killed", kills)
				}
			})
			for n, bench := range benches {
				t.Run(fmt.Sprint(n), func(t *testing.T) {
					t.Parallel()
					for k, at := range effort.Samples(len(all)) {
						if k%len(benches) == n {
							t.Run(all[at-1].String(), func(t *testing.T) { bench.inject(t, all[at-1], k/len(benches), &count) })
						}
					}
				})
			}
		})
	}
}

// injectionsOf are all faults for a process that calls so often.
func injectionsOf(calls map[string]int) (all []injection) {
	for _, call := range slices.Sorted(maps.Keys(calls)) {
		for when := 1; when <= calls[call]; when++ {
			for _, what := range injections {
				all = append(all, injection{call, when, what})
			}
		}
	}
	return all
}

// counts are how the injections went.
type counts struct{ runs, fired, kills, killed, refused, partial, harmless atomic.Int64 }

func (c *counts) String() string {
	return fmt.Sprintf("%d runs, in %d of them the injection was met: %d killed, %d stopped, %d refused, %d not hurt",
		c.runs.Load(), c.fired.Load(), c.killed.Load(), c.partial.Load(), c.refused.Load(), c.harmless.Load())
}

// unjournalled is a folder on a volume that treaty trusts as little as FAT: ext2, by the kernel's driver.
func unjournalled(t *testing.T) string {
	image, point := filepath.Join(t.TempDir(), "ext2.img"), t.TempDir()
	command(t, "truncate", "-s", "64M", image)
	command(t, "mkfs.ext2", "-q", image)
	if out, err := tryMount(t, point, "-t", "ext2", "-o", "loop", image); err != nil {
		effort.Missing(t, "loop devices: %v\n%s", err, out)
	}
	return point
}

// workbench is a crash that can be had again as it was prepared.
type workbench struct {
	*crash
	// folders hold the trees, and untouched copies of them.
	folders, copies []string
}

func newWorkbench(t *testing.T, remote string) *workbench {
	t.Helper()
	w := &workbench{}
	var at plan.Sides[string]
	for i, place := range []string{t.TempDir(), remote} {
		dir, err := os.MkdirTemp(place, "bench-")
		check(t, err)
		w.folders, w.copies = append(w.folders, dir), append(w.copies, dir+".copy")
		at[i] = filepath.Join(dir, "tree")
		check(t, os.Mkdir(at[i], 0o755))
	}
	w.crash = newCrash(newDesk(t, &volume{name: "here"}, at[plan.Local], at[plan.Remote]), 2, w.folders...)
	for i, dir := range w.folders {
		command(t, "cp", "-a", dir, w.copies[i])
	}
	return w
}

// restore brings back what was prepared, for this test.
func (w *workbench) restore(t *testing.T) *crash {
	t.Helper()
	for i, dir := range w.folders {
		check(t, os.RemoveAll(dir))
		command(t, "cp", "-a", w.copies[i], dir)
	}
	d, c := *w.desk, *w.crash
	d.T, c.desk = t, &d
	return &c
}

// strace is an apply under strace.
func (w *workbench) strace(t *testing.T, log string, args ...string) *exec.Cmd {
	// Not with --seccomp-bpf, quick as it is: strace 6.1 then injects errors, but hardly a signal.
	args = append([]string{"-f", "-qq", "-o", log}, args...)
	command := exec.CommandContext(t.Context(), "strace", append(args, treaty(t), "-C", w.at[plan.Local], "apply")...)
	// On one processor the calls are distributed much alike over the threads each time.
	command.Env = append(os.Environ(), "GOMAXPROCS=1")
	return command
}

// calls counts the mutating calls of an undisturbed apply: for each, how many of them the busiest thread
// makes.
func (w *workbench) calls(t *testing.T) map[string]int {
	t.Helper()
	w.restore(t)
	log := filepath.Join(t.TempDir(), "log")
	if code, out := ended(t, w.strace(t, log, "-e", "trace="+strings.Join(mutating, ","))); code != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	text, err := os.ReadFile(log)
	check(t, err)
	each, most := map[string]int{}, map[string]int{}
	for _, match := range regexp.MustCompile(`(?m)^(\d+) +(\w+)\(`).FindAllStringSubmatch(string(text), -1) {
		each[match[0]]++
		most[match[2]] = max(most[match[2]], each[match[0]])
	}
	return most
}

// inject has one fault happen, and holds the program to what it promises for then.
func (w *workbench) inject(t *testing.T, fault injection, nth int, count *counts) {
	c := w.restore(t)
	before := plan.Sides[holding]{holdings(t, c.at[plan.Local]), holdings(t, c.at[plan.Remote])}
	log := filepath.Join(t.TempDir(), "log")
	code, out := ended(t, w.strace(t, log, "-e", "trace="+fault.call, "-e",
		"inject="+fault.call+":"+fault.what+":when="+strconv.Itoa(fault.when)))
	text, err := os.ReadFile(log)
	check(t, err)
	count.runs.Add(1)
	if fault.what == "signal=KILL" {
		count.kills.Add(1)
	}
	killed := died(string(text), out)
	if killed || strings.Contains(string(text), "(INJECTED)") {
		count.fired.Add(1)
	}
	switch {
	case killed:
		count.killed.Add(1)
	case code == 0:
		count.harmless.Add(1)
	// A probe that fails says of a volume that it can do less than was planned: stale.
	case code == exitFailed, code == exitSafety, code == exitStale:
		count.refused.Add(1)
		for _, side := range plan.BothSides {
			if differences := c.compare(before[side], holdings(t, c.at[side]), c.traits[side],
				c.traits[side]); len(differences) > 0 {
				t.Errorf("exit %d, and %s has changed:\n%s", code, side, strings.Join(differences, "\n"))
			}
		}
	case code == exitPartial:
		count.partial.Add(1)
	default:
		t.Errorf("exit %d", code)
	}
	if code > 0 && !killed && !strings.Contains(out, "treaty: ") && !silenced(string(text)) {
		t.Errorf("exit %d without a word of why", code)
	}
	c.settle([]string{"apply", "recover"}[nth%2])
	if t.Failed() || testing.Verbose() && code == 0 && !killed {
		t.Logf("exit %d:\n%s\n%s", code, out, text)
	}
}

// died tells, by strace's log and what the process said, whether it came to its end in the middle of what it did. A
// write with which Go wakes a thread of its own is none of the program's: where that fails, the process dies.
func died(log, out string) bool {
	return strings.Contains(log, "killed by SIGKILL") || strings.Contains(out, "runtime: netpollBreak write failed")
}

// said are writes to standard output and standard error, and the ends of writes, in strace's log: each with the thread.
var (
	said     = regexp.MustCompile(`^(\d+) +write\([12], .*`)
	resumed  = regexp.MustCompile(`^(\d+) +<\.\.\. write resumed>.*`)
	injected = "(INJECTED)"
)

// silenced tells by strace's log whether a fault met what the program had to say: then nobody can have read it.
func silenced(log string) bool {
	saying := map[string]bool{} // threads, whose writes another thread's call came in between of
	for line := range strings.Lines(log) {
		if match := said.FindStringSubmatch(line); match != nil {
			saying[match[1]] = strings.Contains(line, "<unfinished ...>")
			if strings.Contains(line, injected) {
				return true
			}
		} else if match := resumed.FindStringSubmatch(line); match != nil {
			if saying[match[1]] && strings.Contains(line, injected) {
				return true
			}
			delete(saying, match[1])
		}
	}
	return false
}

func TestADeathInTheMiddleIsKnown(t *testing.T) {
	for _, end := range []struct {
		log, out string
		want     bool
	}{
		{"7 +++ killed by SIGKILL +++", "", true},
		{"7 write(4, \"x\", 1) = -1 EIO (INJECTED)", "runtime: netpollBreak write failed with 5\nfatal error", true},
		{"7 write(4, \"x\", 1) = -1 EIO (INJECTED)", "treaty: no", false},
		{"7 +++ exited with 2 +++", "panic: no", false},
	} {
		if got := died(end.log, end.out); got != end.want {
			t.Errorf("%t for\n%s\n%s", got, end.log, end.out)
		}
	}
}

func TestAFaultThatMeetsTheMessageIsKnown(t *testing.T) {
	for log, want := range map[string]bool{
		"": false,
		`7 write(2, "treaty: no", 10) = -1 EIO (Input/output error) (INJECTED)`:                                      true,
		`7  write(1, "done", 4) = -1 ENOSPC (No space left on device) (INJECTED)`:                                    true,
		`7 write(12, "text", 4) = -1 EIO (Input/output error) (INJECTED)`:                                            false,
		"7 write(2, \"treaty: no\", 10) = 10\n8 fsync(2) = -1 EIO (Input/output error) (INJECTED)":                   false,
		"7 write(2, \"x\", 1 <unfinished ...>\n8 write(9, \"y\", 1) = 1\n7 <... write resumed>) = -1 EIO (INJECTED)": true,
		"7 write(9, \"x\", 1 <unfinished ...>\n8 write(2, \"y\", 1) = 1\n7 <... write resumed>) = -1 EIO (INJECTED)": false,
		"7 write(2, \"x\", 1 <unfinished ...>\n8 write(9, \"y\", 1) = -1 EIO (INJECTED)\n7 <... write resumed>) = 1": false,
	} {
		if silenced(log) != want {
			t.Errorf("%q: not %t", log, want)
		}
	}
}
