// Package effort says how much is tried of what could be tried for ever: cases drawn at random, points at which
// something is broken, rounds of a race. Every test that takes more than a moment asks here how far it goes:
//
//	go test -short ./...   a taste, for somebody who changes a sentence: all tests in 40 s of one processor
//	go test ./...          a sample: a package in less than 60 s of one processor, all in 5 minutes
//	TREATY_TEST_SWEEP=N    N tries of each, in .ci/run, which picks the tests; "all" is each one there is
//
// So a test names two numbers, for the taste and for the sample, and works with any larger one. What mounts volumes,
// or starts other programs by the dozen, calls Laboratory first, and runs with TREATY_TEST_SWEEP alone. What a machine
// may lack is Missing: the test is skipped, or fails where TREATY_TEST_REQUIRE is set, since CI lacks nothing.
//
// Whoever imports this package also draws the same random cases in every run, so that a failure is the change's and
// not the day's. -rapid.seed=N draws others, and -rapid.checks=N another number of them.
//
// The collector runs less often in what imports this package: tests make many small things, and are gone soon.
//
// It lies in testdata to be no part of what others may import; the wildcard ./... leaves it out.
package effort

import (
	"flag"
	"math"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func init() {
	debug.SetGCPercent(400)
	if err := flag.Set("rapid.seed", "20261122"); err != nil {
		panic(err)
	}
}

// All is the number of tries that TREATY_TEST_SWEEP=all stands for.
const All = math.MaxInt

// Sweep returns the number that TREATY_TEST_SWEEP gives, and 0 where there is none.
func Sweep() int {
	text := os.Getenv("TREATY_TEST_SWEEP")
	n, err := strconv.Atoi(text)
	switch {
	case text == "":
		return 0
	case text == "all":
		return All
	case err != nil || n < 1:
		panic("TREATY_TEST_SWEEP is a number from 1, or all, and not " + strconv.Quote(text))
	}
	return n
}

// Tries returns how often something is tried that has no end by itself. All is a hundred samples then.
func Tries(short, usual int) int {
	switch n := Sweep(); {
	case n == All:
		return 100 * usual
	case n > 0:
		return n
	case testing.Short():
		return short
	}
	return usual
}

// Samples returns some of the numbers from 1 to all, evenly spread, the first and the last among them: as many as a
// sweep says, else four, and two under -short. There are none where all is 0.
func Samples(all int) []int {
	n := 4
	if sweep := Sweep(); sweep > 0 {
		n = sweep
	} else if testing.Short() {
		n = 2
	}
	n = min(n, all)
	var out []int
	for i := range n {
		out = append(out, 1+i*(all-1)/max(n-1, 1))
	}
	return slices.Compact(out)
}

// Stride returns the distance of the points that are tried, for who goes on until there are none left. A sweep tries N
// times as many as a sample, and one of all leaves none out.
func Stride(short, usual int) int {
	switch n := Sweep(); {
	case n > 0:
		return max(1, usual/n)
	case testing.Short():
		return short
	}
	return usual
}

// checks guards rapid's number of checks, which rapid.Check reads before it draws anything.
var checks sync.Mutex

// asked is the number that the command line gives for all properties, and "" where it gives none.
var asked = sync.OnceValue(func() (value string) {
	flag.Visit(func(f *flag.Flag) {
		if f.Name == "rapid.checks" {
			value = f.Value.String()
		}
	})
	return value
})

// Check is rapid.Check with a number of cases of the test's own. No test calls rapid.Check besides.
func Check(t *testing.T, short, usual int, property func(*rapid.T)) {
	t.Helper()
	n := asked()
	if n == "" {
		n = strconv.Itoa(rapidly(Tries(short, usual)))
	}
	checks.Lock()
	unlock := sync.OnceFunc(checks.Unlock)
	defer unlock()
	if err := flag.Set("rapid.checks", n); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		unlock()
		property(r)
	})
}

// rapidly is the number to ask rapid for: it takes a fifth of that under -short.
func rapidly(n int) int {
	if testing.Short() {
		return 5 * n
	}
	return n
}

// Laboratory skips a test that .ci/run alone runs: step is the one that does.
func Laboratory(t *testing.T, step string) {
	t.Helper()
	if Sweep() == 0 {
		t.Skipf("of the laboratory: .ci/run %s runs this, and so does TREATY_TEST_SWEEP=1", step)
	}
}

// Program skips a test that compares with another program, under -short and where there is none.
func Program(t testing.TB, name string) {
	t.Helper()
	if testing.Short() {
		t.Skipf("compares with %s", name)
	}
	if _, err := exec.LookPath(name); err != nil {
		Missing(t, "there is no %s to compare with", name)
	}
}

// Missing skips a test for want of something that this machine may lack; where TREATY_TEST_REQUIRE is set it fails.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("TREATY_TEST_REQUIRE") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}
