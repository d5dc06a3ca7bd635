package tree

import (
	"fmt"
	"math/big"
	"math/bits"
	"strconv"
	"time"
)

// Time is a modification time: whole seconds since 1970-01-01 UTC, and nanoseconds after them. The zero value is
// that very moment. What filesystems tell of the years before 1 and after 9999 is taken as the nearest that
// RFC 3339 can write, on both sides alike. Times compare with ==.
type Time struct {
	// high and low are the halves of the seconds: as one number they would make a time, and all that has one, longer.
	high        int32
	low         uint32
	nanoseconds int32 // of the second, from 0
}

func timeAt(seconds int64, nanoseconds int32) Time {
	return Time{int32(seconds >> 32), uint32(seconds), nanoseconds}
}

// seconds are the whole ones.
func (t Time) seconds() int64 { return int64(t.high)<<32 | int64(t.low) }

var (
	firstTime = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	lastTime  = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()
)

// UnixTime is the Time of sec seconds since 1970 and nsec nanoseconds, which are less than a second.
func UnixTime(sec, nsec int64) Time {
	switch {
	case sec < firstTime:
		return timeAt(firstTime, 0)
	case sec > lastTime:
		return timeAt(lastTime, int32(time.Second-1))
	}
	return timeAt(sec, int32(nsec))
}

// TimeOf is t as a Time.
func TimeOf(t time.Time) Time { return UnixTime(t.Unix(), int64(t.Nanosecond())) }

// Time is t as the standard library's, in UTC.
func (t Time) Time() time.Time { return time.Unix(t.seconds(), int64(t.nanoseconds)).UTC() }

// Add is the time that is later by d.
func (t Time) Add(d time.Duration) Time {
	if d == 0 {
		return t
	}
	return TimeOf(t.Time().Add(d))
}

// Sub is by how much t is later than u: at most what a Duration can hold, some 292 years.
func (t Time) Sub(u Time) time.Duration {
	if t == u {
		return 0
	}
	return t.Time().Sub(u.Time())
}

// Before tells whether t is earlier than u.
func (t Time) Before(u Time) bool {
	if t.seconds() != u.seconds() {
		return t.seconds() < u.seconds()
	}
	return t.nanoseconds < u.nanoseconds
}

// Cut drops what a filesystem with the given granularity in nanoseconds cannot keep, towards the past.
func (t Time) Cut(granularity int64) Time {
	switch {
	case granularity <= 1:
		return t
	case int64(time.Second)%granularity == 0:
		t.nanoseconds -= t.nanoseconds % int32(granularity)
		return t
	}
	seconds := t.seconds() % granularity
	if seconds < 0 {
		seconds += granularity
	}
	high, low := bits.Mul64(uint64(seconds), uint64(time.Second))
	low, carry := bits.Add64(low, uint64(t.nanoseconds), 0)
	return t.Add(-time.Duration(bits.Rem64(high+carry, low, uint64(granularity))))
}

// Near tells whether t and u differ by at most window nanoseconds.
func (t Time) Near(u Time, window int64) bool {
	if t.Before(u) {
		t, u = u, t
	}
	return int64(t.Sub(u)) <= window
}

// appendNanoseconds appends the nanoseconds since 1970 in decimal, which are more than 64 bits hold before 1678
// and after 2262.
func (t Time) appendNanoseconds(to []byte) []byte {
	const limit = int64(1) << 33 // seconds, some 272 years
	if seconds := t.seconds(); -limit < seconds && seconds < limit {
		return strconv.AppendInt(to, seconds*int64(time.Second)+int64(t.nanoseconds), 10)
	}
	all := new(big.Int).Mul(big.NewInt(t.seconds()), big.NewInt(int64(time.Second)))
	return all.Add(all, big.NewInt(int64(t.nanoseconds))).Append(to, 10)
}

func (t Time) String() string { return t.Time().Format(time.RFC3339Nano) }

// MarshalText writes the time as RFC 3339 in UTC.
func (t Time) MarshalText() ([]byte, error) { return t.Time().AppendFormat(nil, time.RFC3339Nano), nil }

// UnmarshalText reads RFC 3339.
func (t *Time) UnmarshalText(text []byte) error {
	var parsed time.Time
	if err := parsed.UnmarshalText(text); err != nil {
		return fmt.Errorf("no RFC 3339 time: %q", text)
	}
	*t = TimeOf(parsed)
	return nil
}

// ReadPlain reads a time just as MarshalText writes it, with any number of digits behind the point. It is false of what
// is anything else, be that a time or not; t then means nothing.
func (t *Time) ReadPlain(text []byte) bool {
	const form = "0000-00-00T00:00:00"
	if len(text) <= len(form) || text[len(text)-1] != 'Z' {
		return false
	}
	for i := range form {
		if form[i] == '0' && text[i]-'0' > 9 || form[i] != '0' && text[i] != form[i] {
			return false
		}
	}
	two := func(at int) int { return 10*int(text[at]-'0') + int(text[at+1]-'0') }
	month, day, hour, minute, second := two(5), two(8), two(11), two(14), two(17)
	if hour > 23 || minute > 59 || second > 59 {
		return false
	}
	nanoseconds, unit := int64(0), int64(time.Second)
	if fraction := text[len(form) : len(text)-1]; len(fraction) > 0 {
		if fraction[0] != '.' || len(fraction) < 2 || len(fraction) > len(".000000000") {
			return false
		}
		for _, c := range fraction[1:] {
			if c-'0' > 9 {
				return false
			}
			unit /= 10
			nanoseconds += int64(c-'0') * unit
		}
	}
	date := time.Date(100*two(0)+two(2), time.Month(month), day, hour, minute, second, 0, time.UTC)
	*t = UnixTime(date.Unix(), nanoseconds)
	return date.Month() == time.Month(month) && date.Day() == day
}
