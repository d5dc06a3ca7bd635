package signature

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// options limit what a line of the file holds for. The zero value is no limit.
type options struct {
	authority  bool
	namespaces patternList // nil: all
	after      time.Time   // zero: always; inclusive
	before     time.Time   // zero: always; inclusive
}

// cutOptions takes the field up to the first space that is not in quotes.
func cutOptions(s string) (field, rest string, err error) {
	quoted := false
	i := 0
	for ; i < len(s) && (quoted || s[i] != ' ' && s[i] != '\t'); i++ {
		if strings.HasPrefix(s[i:], `\"`) {
			i++
		} else if s[i] == '"' {
			quoted = !quoted
		}
	}
	if quoted {
		return "", "", errors.New("options without a closing quote")
	}
	return s[:i], strings.TrimLeft(s[i:], " \t"), nil
}

// parseOptions reads the options of a line, which end where s ends. Times without a zone are of zone. An option that is
// not known is an error: it may be meant to allow less.
func parseOptions(s string, zone *time.Location) (options, error) {
	var o options
	for {
		name := s
		if i := strings.IndexAny(s, "=,"); i >= 0 {
			name = s[:i]
		}
		s = s[len(name):]
		var err error
		switch strings.ToLower(name) {
		case "cert-authority":
			o.authority = true
		case "namespaces":
			err = o.setNamespaces(&s)
		case "valid-after":
			var latest time.Time
			_, latest, err = parseTime(&s, zone)
			err = set(&o.after, latest, err)
		case "valid-before":
			var earliest time.Time
			earliest, _, err = parseTime(&s, zone)
			err = set(&o.before, earliest, err)
		default:
			err = errors.New("unknown option")
		}
		if err == nil && s != "" && s[0] != ',' {
			err = fmt.Errorf("followed by %q", s)
		}
		if err != nil {
			return options{}, fmt.Errorf("option %q: %w", name, err)
		}
		if s == "" {
			break
		}
		s = s[1:]
	}
	if !o.after.IsZero() && !o.before.IsZero() && !o.before.After(o.after) {
		return options{}, errors.New("valid-before is not later than valid-after")
	}
	return o, nil
}

func (o *options) setNamespaces(s *string) error {
	value, err := dequote(s)
	if err != nil {
		return err
	}
	if o.namespaces != nil {
		return errors.New("given twice")
	}
	o.namespaces = splitPatterns(value)
	for _, p := range o.namespaces {
		if len(p) > maximumPattern {
			return fmt.Errorf("a pattern longer than %d bytes", maximumPattern)
		}
	}
	return nil
}

func set(to *time.Time, t time.Time, err error) error {
	if err == nil && !to.IsZero() {
		err = errors.New("given twice")
	}
	*to = t
	return err
}

// dequote takes `="value"` off the beginning of s. Within it, \" is a quote and a backslash is itself.
func dequote(s *string) (string, error) {
	rest, ok := strings.CutPrefix(*s, `="`)
	if !ok {
		return "", errors.New(`no value in quotes`)
	}
	var b strings.Builder
	for i := 0; i < len(rest); i++ {
		if strings.HasPrefix(rest[i:], `\"`) {
			i++
		} else if rest[i] == '"' {
			*s = rest[i+1:]
			return b.String(), nil
		}
		b.WriteByte(rest[i])
	}
	return "", errors.New("no closing quote")
}

// parseTime reads YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, of UTC if Z or UTC follows, else of zone.
// OpenSSH takes the latter for standard time all the year, its manual for the time of the clock: both
// readings are returned. They are one and the same outside daylight saving.
func parseTime(s *string, zone *time.Location) (earliest, latest time.Time, err error) {
	value, err := dequote(s)
	if err != nil {
		return time.Time{}, time.Time{}, err
	}
	digits, utc := strings.CutSuffix(strings.ToUpper(value), "Z")
	if !utc {
		digits, utc = strings.CutSuffix(digits, "UTC")
	}
	if utc {
		zone = time.UTC
	}
	layout := ""
	switch len(digits) {
	case 8:
		layout = "20060102"
	case 12:
		layout = "200601021504"
	case 14:
		layout = "20060102150405"
	default:
		return time.Time{}, time.Time{}, fmt.Errorf("%q is not YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS", value)
	}
	t, err := time.ParseInLocation(layout, digits, zone)
	if err != nil {
		return time.Time{}, time.Time{}, fmt.Errorf("%q is not a time", value)
	}
	if t.Unix() <= 0 {
		return time.Time{}, time.Time{}, fmt.Errorf("%q is not after 1970", value)
	}
	standard := t.Add(saving(t))
	if standard.Before(t) {
		return standard, t, nil
	}
	return t, standard, nil
}

// saving is how far the clock is ahead of standard time at t.
func saving(t time.Time) time.Duration {
	if !t.IsDST() {
		return 0
	}
	_, now := t.Zone()
	for months := 1; months < 12; months++ {
		if other := t.AddDate(0, months, 0); !other.IsDST() {
			_, standard := other.Zone()
			return time.Duration(now-standard) * time.Second
		}
	}
	return 0
}
