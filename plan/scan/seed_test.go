//go:build unix

package scan

import (
	"flag"
	"testing"
)

// The random tests draw the same everywhere, so that a failure is the change's and not the day's;
// -rapid.seed=N draws others, and -rapid.checks=N more.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.seed", "20261122"); err != nil {
		panic(err)
	}
	m.Run()
}
