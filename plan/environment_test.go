package plan_test

import (
	"os"
	"os/exec"
	"testing"

	"treaty/testdata/effort"
)

// Plans are the same wherever and whenever they are made: all tests of plans hold in other time zones and
// locales.
func TestNoTimeZoneAndNoLocaleChangesAPlan(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the tables anew for every environment")
	}
	environments := [][]string{
		{"TZ=America/St_Johns", "LC_ALL=tr_TR.UTF-8", "LANG=tr_TR.UTF-8"},
		{"TZ=Asia/Kathmandu", "LC_ALL=C"},
		{"TZ=:/nonexistent", "LC_ALL=", "LANG=de_DE.ISO-8859-1"},
	}
	for _, environment := range environments[:min(effort.Tries(0, 1), len(environments))] {
		t.Run(environment[0], func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^(TestTables|TestGolden.*|Example.*)$")
			cmd.Env = append(os.Environ(), environment...)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %v\n%s", environment, err, out)
			}
		})
	}
}
