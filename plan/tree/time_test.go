package tree

import (
	"encoding/json"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"treaty/testdata/effort"
)

// years are those of times that 64 bits of nanoseconds hold, and of others.
var years = []int{1, 1066, 1600, 1676, 1678, 1900, 1970, 2026, 2261, 2263, 2300, 2350, 2446, 9999}

func in(year int) Time { return TimeOf(time.Date(year, 7, 8, 9, 10, 11, 123456789, time.UTC)) }

func TestTimesOfEveryYearAreTheirOwn(t *testing.T) {
	digests := map[Hash]int{}
	for i, year := range years {
		at := in(year)
		text, err := json.Marshal(at)
		var back Time
		if err == nil {
			err = json.Unmarshal(text, &back)
		}
		if err != nil || back != at || at.Time().Year() != year {
			t.Errorf("%d: %s came back as %v: %v", year, text, back, err)
		}
		if i > 0 && (!in(years[i-1]).Before(at) || at.Before(in(years[i-1])) || at.Near(in(years[i-1]), 2e9)) {
			t.Errorf("%d is not after %d", year, years[i-1])
		}
		digest := Digest([]Line{{Entry: &Entry{Name: "a", Type: File, Mtime: at}}})
		if other, twice := digests[digest]; twice {
			t.Errorf("a digest does not tell %d from %d", year, other)
		}
		digests[digest] = year
		if later := at.Add(1500 * time.Millisecond); later.Sub(at) != 1500*time.Millisecond {
			t.Errorf("%d: a second and a half later is %v", year, later)
		}
	}
}

func TestTimesThatNothingCanWriteAreTheNearest(t *testing.T) {
	for _, c := range []struct {
		sec  int64
		want string
	}{{-1 << 62, "0001-01-01T00:00:00Z"}, {1 << 62, "9999-12-31T23:59:59.999999999Z"}} {
		if got := UnixTime(c.sec, 5).String(); got != c.want {
			t.Errorf("%d is %s, want %s", c.sec, got, c.want)
		}
	}
}

func TestTimesAreCutTowardsThePast(t *testing.T) {
	if got := UnixTime(-1, 999_999_999).Cut(2e9); got != UnixTime(-2, 0) {
		t.Errorf("Cut = %v", got)
	}
	if got := UnixTime(3, 999_999_999).Cut(2e9); got != UnixTime(2, 0) {
		t.Errorf("Cut = %v", got)
	}
	if zero := (Time{}); !UnixTime(2, 0).Near(zero, 2e9) || UnixTime(2, 1).Near(zero, 2e9) ||
		zero.Near(UnixTime(2, 1), 2e9) {
		t.Error("the window includes its edge and no more")
	}
}

// What is left of a time is the greatest multiple of the granularity that is no later, counted from 1970.
func TestCutIsByMultiples(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		at := UnixTime(rapid.Int64Range(-60e9, 200e9).Draw(t, "seconds"),
			rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds"))
		granularity := rapid.OneOf(rapid.SampledFrom([]int64{1, 100, 1e6, 10e6, 1e9, 2e9}),
			rapid.Int64Range(1, 1e12)).Draw(t, "granularity")
		all, ok := new(big.Int).SetString(string(at.appendNanoseconds(nil)), 10)
		if !ok {
			t.Fatalf("%v has no nanoseconds", at)
		}
		rest := new(big.Int).Mod(all, big.NewInt(granularity))
		want := all.Sub(all, rest).String()
		if got := string(at.Cut(granularity).appendNanoseconds(nil)); got != want {
			t.Fatalf("%v cut to %d is %s ns, want %s", at, granularity, got, want)
		}
	})
}

// What is read without a parser of times is read as the parser reads it.
func TestAPlainTimeIsReadAsAnyOther(t *testing.T) {
	effort.Check(t, 1000, 10000, func(t *rapid.T) {
		at := UnixTime(rapid.Int64Range(-1e11, 3e11).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
		text, err := at.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got Time
		if !got.ReadPlain(text) || got != at {
			t.Fatalf("%s is read as %v", text, got)
		}
		for range rapid.IntRange(1, 2).Draw(t, "changes") {
			at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
			text[at] = rapid.SampledFrom([]byte("0123456789-:.TtZz+ ,")).Draw(t, "byte")
		}
		var want Time
		if err := want.UnmarshalText(text); got.ReadPlain(text) && (err != nil || got != want) {
			t.Fatalf("%s is read as %v, want %v, %v", text, got, want, err)
		}
	})
}

func TestAPlainHashIsReadAsAnyOther(t *testing.T) {
	hash := Hash{0x12, 0xab, 31: 0xff}
	var got Hash
	if !got.ReadPlain([]byte(hash.String())) || got != hash {
		t.Errorf("%s is read as %s", hash, got)
	}
	for _, text := range []string{"", hash.String()[1:], hash.String() + "0", "G" + hash.String()[1:],
		"A" + hash.String()[1:], (Hash{1}).String()[:62] + "0g", "\xff" + hash.String()[1:], string(make([]byte, 64))} {
		if got.ReadPlain([]byte(text)) {
			t.Errorf("%q is read as %s", text, got)
		}
	}
	zeros := []byte(Hash{1}.String())
	zeros[1] = '0'
	if got.ReadPlain(zeros) {
		t.Error("a hash of zeros is read, which is none")
	}
}
