package render

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"treaty/plan"
	"treaty/plan/tree"
)

// Bytes is a size for people: exact below 1 KiB, else with one decimal in units of 1024.
func Bytes(n int64) string {
	if -1024 < n && n < 1024 {
		return exact(n)
	}
	value, unit := float64(n)/1024, 0
	for unit < len(units)-1 && math.Abs(value) >= 1023.95 { // what would be rounded up to 1024.0 too
		value, unit = value/1024, unit+1
	}
	return strconv.FormatFloat(value, 'f', 1, 64) + " " + units[unit]
}

var units = [...]string{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}

func exact(n int64) string { return strconv.FormatInt(n, 10) + " B" }

// Time is a time to the second: in the zone as a clock there shows it, without one in UTC, as RFC 3339.
func (o Options) Time(t time.Time) string {
	if o.Zone == nil {
		return t.UTC().Format("2006-01-02T15:04:05Z")
	}
	return t.In(o.Zone).Format("2006-01-02 15:04:05")
}

// exactly is a time with its fraction, and with the offset of its zone: when clocks are set back, an hour comes
// twice.
func (o Options) exactly(t tree.Time) string {
	if o.Zone == nil {
		return t.String()
	}
	return t.Time().In(o.Zone).Format("2006-01-02 15:04:05.999999999 -07:00")
}

// finely is a time with its thousandths.
func (o Options) finely(t tree.Time) string {
	if o.Zone == nil {
		return o.exactly(t)
	}
	return t.Time().In(o.Zone).Format("2006-01-02 15:04:05.000")
}

// Thousands is Count with the thousands set apart.
func Thousands(n int, noun string) string {
	digits, rest, _ := strings.Cut(Count(n, noun), " ")
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits + " " + rest
}

// Count is a number with its noun: "1 file", "3 directories".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return strconv.Itoa(n) + " " + stem + "ies"
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// sizes writes sizes that belong together, so that different ones look different.
func sizes(of ...int64) []string { return distinct(of, Bytes, exact) }

// times writes times that belong together, so that different ones look different.
func (o Options) times(of ...tree.Time) []string {
	return distinct(of, func(t tree.Time) string { return o.Time(t.Time()) }, o.finely, o.exactly)
}

// distinct uses the first notation in which no two different values look alike, for all; else the last.
func distinct[T comparable](of []T, notations ...func(T) string) []string {
	var out []string
	for _, notation := range notations {
		out = make([]string, len(of))
		same := map[string]T{}
		clear := true
		for i, v := range of {
			out[i] = notation(v)
			first, known := same[out[i]]
			clear = clear && (!known || first == v)
			same[out[i]] = v
		}
		if clear {
			break
		}
	}
	return out
}

// shift is a time shift such as "+1 h" or "−1 h 30 min".
func shift(seconds int64) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "−", -seconds
	}
	var parts []string
	for _, unit := range []struct {
		name    string
		seconds int64
	}{{"h", 3600}, {"min", 60}, {"s", 1}} {
		if n := seconds / unit.seconds; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, unit.name))
			seconds %= unit.seconds
		}
	}
	return sign + strings.Join(parts, " ")
}

// granularity is a span of nanoseconds in the largest unit that it is a whole number of.
func granularity(ns int64) string {
	switch {
	case ns >= 1e9 && ns%1e9 == 0:
		return fmt.Sprintf("%d s", ns/1e9)
	case ns >= 1e6 && ns%1e6 == 0:
		return fmt.Sprintf("%d ms", ns/1e6)
	}
	return fmt.Sprintf("%d ns", ns)
}

// traits is one line on a filesystem: its profile, how that is known, and what it cannot represent.
func traits(t *tree.Traits) string {
	from := string(t.Source)
	if t.Type != "" && t.Type != string(t.Profile) {
		from += ": " + t.Type
	}
	parts := []string{fmt.Sprintf("%s (%s)", t.Profile, from)}
	if t.MtimeGranularity > 1 {
		parts = append(parts, "times to "+granularity(t.MtimeGranularity))
	}
	for _, lacks := range []struct {
		has  bool
		what string
	}{{t.Modes, "no modes"}, {t.Symlinks, "no symlinks"}, {t.CaseSensitive, "ignores case"}} {
		if !lacks.has {
			parts = append(parts, lacks.what)
		}
	}
	if t.MaxFileSize != nil {
		parts = append(parts, "files up to "+Bytes(*t.MaxFileSize))
	}
	return Escape(strings.Join(parts, ", "))
}

// reason is why an operation is proposed, in words.
func (o Options) reason(r plan.Reason) string {
	switch r {
	case plan.AlignTimes:
		return "aligning times"
	case plan.ExecutableRule:
		return "by the executable rules"
	case plan.Undo:
		return "undoing"
	}
	if what, side, found := r.About(); found {
		return strings.ReplaceAll(what.String(), "-", " ") + " on " + o.name(side)
	}
	return r.String()
}

// kind is what makes c a conflict, in words.
func (o Options) kind(c *plan.Conflict) string {
	here, there := o.name(plan.Local), o.name(plan.Remote)
	switch c.Kind {
	case plan.BidirectionalUpdate:
		if newer, ok := c.Newer(); ok {
			return fmt.Sprintf("newer on %s, while other files are newer on %s", o.name(newer), o.name(newer.Other()))
		}
		return "files were changed on both sides without a sync"
	case plan.BothChanged:
		return "changed on both sides since the last sync"
	case plan.BothCreated:
		return "created on both sides, with different content"
	case plan.ChangedAndDeleted:
		switch {
		case c.Remote == nil:
			return changedHere(c, here, there)
		case c.Local == nil && c.Base != nil:
			return "deleted on " + here + ", changed on " + there
		case c.Local == nil:
			return changedHere(c, there, here)
		}
	case plan.TypeMismatch:
		return fmt.Sprintf("%s on %s, %s on %s", aType(c.Local), here, aType(c.Remote), there)
	case plan.SameTimeDifferentSize:
		return "same time, different sizes"
	case plan.SameStatDifferentContent:
		return "same size and time, different content"
	case plan.RenamedDifferently:
		return "the same file has a different name on each side"
	}
	return Escape(strings.ReplaceAll(string(c.Kind), "-", " "))
}

// changedHere is what the side with a name here did that stands against what the other one deleted: what is on no
// record came to a directory that was deleted there.
func changedHere(c *plan.Conflict, here, there string) string {
	if c.Base == nil {
		return "new on " + here + ", in a directory deleted on " + there
	}
	return "changed on " + here + ", deleted on " + there
}

// name is what a tree is called.
func (o Options) name(side plan.Side) string {
	if o.Names[side] == "" {
		return side.String()
	}
	return Cut(Name(o.Names[side]), widestName)
}

func aType(s *tree.State) string {
	switch s.Of() {
	case tree.Absent:
		return "nothing"
	case tree.Symlink:
		return "a link"
	}
	return "a " + s.Of().String()
}

// omitted is why a diff has no lines, in words; "" where it has not been left out.
func omitted(d *plan.Diff) string {
	switch d.Omitted {
	case "":
		return ""
	case "binary":
		return "no diff: binary content"
	case "too-large":
		return "no diff: too large"
	case "not-utf8":
		return "no diff: not UTF-8 text"
	case "sensitive":
		return "no diff: the name is on the list of sensitive files"
	case "not-here":
		return "no diff: the text is not here"
	}
	return "no diff: " + Escape(string(d.Omitted))
}
