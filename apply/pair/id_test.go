package pair

import (
	"crypto/rand"
	"regexp"
	"testing"
	"time"
)

func TestIDsAreVersion7AndSortByTime(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var last string
	seen := map[string]bool{}
	for i := range 1000 {
		id := uuid7(at.Add(time.Duration(i)*time.Millisecond), rand.Read)
		if !form.MatchString(id) {
			t.Fatalf("%s is no version 7 UUID", id)
		}
		if id <= last {
			t.Fatalf("%s comes after %s, and sorts before it", id, last)
		}
		if seen[id] {
			t.Fatalf("%s came twice", id)
		}
		last, seen[id] = id, true
	}
}

func TestIDHoldsItsMillisecond(t *testing.T) {
	none := func(b []byte) (int, error) { clear(b); return len(b), nil }
	// The example of RFC 9562, appendix A.6, without its chance.
	if got := uuid7(time.UnixMilli(1645557742000), none); got != "017f22e2-79b0-7000-8000-000000000000" {
		t.Error(got)
	}
}
