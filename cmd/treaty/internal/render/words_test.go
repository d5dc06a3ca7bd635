package render

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"treaty/plan"
	"treaty/plan/tree"
)

func TestBytesAreSaidInTheUnitThatFits(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 1: "1 B", 1023: "1023 B", 1024: "1.0 KiB", 1536: "1.5 KiB", 1<<20 - 1: "1.0 MiB", 1 << 20: "1.0 MiB",
		1_258_291: "1.2 MiB", 1 << 30: "1.0 GiB", 5 << 40: "5.0 TiB", math.MaxInt64: "8.0 EiB", -5: "-5 B", -2048: "-2.0 KiB",
	} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestDifferentValuesLookDifferent(t *testing.T) {
	if got := sizes(1<<20, 1<<20+1); !slices.Equal(got, []string{"1048576 B", "1048577 B"}) {
		t.Errorf("sizes: %q", got)
	}
	if got := sizes(1<<20, 2<<20, 1<<20); !slices.Equal(got, []string{"1.0 MiB", "2.0 MiB", "1.0 MiB"}) {
		t.Errorf("sizes: %q", got)
	}
	if got := (Options{}).times(at(1), at(1).Add(1)); !slices.Equal(got,
		[]string{"2026-07-01T01:00:00Z", "2026-07-01T01:00:00.000000001Z"}) {
		t.Errorf("times: %q", got)
	}
	if got := (Options{}).times(at(1), at(2).Add(1)); !slices.Equal(got,
		[]string{"2026-07-01T01:00:00Z", "2026-07-01T02:00:00Z"}) {
		t.Errorf("times: %q", got)
	}
}

func TestCountsAndSpansAreSaidInWords(t *testing.T) {
	for got, want := range map[string]string{
		Count(1, "file"): "1 file", Count(0, "file"): "0 files", Count(2, "directory"): "2 directories",
		Count(1, "directory"): "1 directory", Count(3, "entry"): "3 entries",
		shift(3600): "+1 h", shift(-5400): "−1 h 30 min", shift(61): "+1 min 1 s",
		granularity(2e9): "2 s", granularity(100): "100 ns", granularity(1e6): "1 ms", granularity(1.5e9): "1500 ms",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	declared := tree.NTFS.Traits()
	declared.Source = tree.Declared
	if got, want := traits(&declared),
		"ntfs (declared), times to 100 ns, no modes, no symlinks, ignores case"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// The times in what a choice would do are told as all others, and what somebody else has written there as it is.
func TestTimesInChoicesAreLocal(t *testing.T) {
	older := &tree.State{Type: tree.File, Mtime: tree.UnixTime(1796075259, 269830015)}
	newer := &tree.State{Type: tree.File, Mtime: tree.UnixTime(1796075299, 269830015)}
	c := &plan.Conflict{Kind: plan.BothChanged, Path: "a", Local: older, Remote: newer}
	inFile := c.Says(plan.TakeNewer, plan.Words{Names: plan.Sides[string]{"local", "remote"}, Time: tree.Time.String})
	c.Choices = plan.Choices{plan.TakeNewer: inFile}
	tokyo := Options{Zone: time.FixedZone("", 9*3600)}
	if got := sentence(tokyo, c, plan.TakeNewer); !strings.Contains(got, "written at 2026-12-01 06:48:19:") {
		t.Error(got)
	}
	if got := sentence(Options{}, c, plan.TakeNewer); got != inFile {
		t.Errorf("%q, not %q", got, inFile)
	}
	c.Choices[plan.TakeNewer] = "mine"
	if got := sentence(tokyo, c, plan.TakeNewer); got != "mine" {
		t.Error(got)
	}
}
