package schema

import (
	"bytes"
	"regexp"
	"sync"
)

// A pattern is a regular expression of a schema. Those of which a plan has many are matched by hand; what is matched
// is UTF-8.
type pattern struct {
	source string
	quick  func(text []byte) bool // nil: as the regular expression says
	slow   func() *regexp.Regexp
}

func patternOf(source string) *pattern {
	return &pattern{source, byHand[source], sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(source) })}
}

func (p *pattern) matches(text []byte) bool {
	if p.quick != nil {
		return p.quick(text)
	}
	return p.slow().Match(text)
}

const (
	aPath = `^(?:[^/.\x00]|\.[^/.\x00]|\.\.[^/\x00])[^/\x00]*(?:/(?:[^/.\x00]|\.[^/.\x00]|\.\.[^/\x00])[^/\x00]*)*$`
	aTime = `^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?Z$`
)

var byHand = map[string]func([]byte) bool{
	aPath:                                isPath,
	aTime:                                isTime,
	`^[0-9a-f]{64}$`:                     isHash,
	`^0[0-7]{3}$`:                        isMode,
	`^[^\x00]+$`:                         isTarget,
	`^[0-9A-Za-z][0-9A-Za-z._-]{0,127}$`: isID,
	`^1\.[0-9]+$`:                        isVersion,
}

// isPath: every component has a byte that is no dot, or three of them, and there is no NUL.
func isPath(text []byte) bool {
	start := 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && text[i] != '/' {
			if text[i] == 0 {
				return false
			}
			continue
		}
		if name := text[start:i]; len(name) == 0 || len(name) < 3 && len(bytes.Trim(name, ".")) == 0 {
			return false
		}
		start = i + 1
	}
	return true
}

func isTime(text []byte) bool {
	const form = "0000-00-00T00:00:00"
	if len(text) < len(form)+1 || text[len(text)-1] != 'Z' {
		return false
	}
	for i := range form {
		if form[i] == '0' && !digit(text[i]) || form[i] != '0' && text[i] != form[i] {
			return false
		}
	}
	month, day, hour := two(text[5:]), two(text[8:]), two(text[11:])
	if month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || text[14] > '5' || text[17] > '5' {
		return false
	}
	fraction := text[len(form) : len(text)-1]
	if len(fraction) == 0 {
		return true
	}
	return fraction[0] == '.' && len(fraction) <= 10 && digits(fraction[1:])
}

// isDate says of what isTime is true whether there is such a day.
func isDate(text []byte) bool {
	year, month, day := 100*two(text)+two(text[2:]), two(text[5:]), two(text[8:])
	switch month {
	case 4, 6, 9, 11:
		return day <= 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return day <= 29
		}
		return day <= 28
	}
	return true
}

func isHash(text []byte) bool {
	if len(text) != 64 {
		return false
	}
	for _, c := range text {
		if !digit(c) && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func isMode(text []byte) bool {
	if len(text) != 4 || text[0] != '0' {
		return false
	}
	for _, c := range text {
		if c < '0' || c > '7' {
			return false
		}
	}
	return true
}

func isTarget(text []byte) bool { return len(text) > 0 && bytes.IndexByte(text, 0) < 0 }

func isID(text []byte) bool {
	for i, c := range text {
		letter := digit(c) || 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || c != '.' && c != '_' && c != '-') {
			return false
		}
	}
	return 1 <= len(text) && len(text) <= 128
}

func isVersion(text []byte) bool {
	return len(text) > 2 && text[0] == '1' && text[1] == '.' && digits(text[2:])
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// digits tells whether text is one digit or more.
func digits(text []byte) bool {
	for _, c := range text {
		if !digit(c) {
			return false
		}
	}
	return len(text) > 0
}

// two is the number that two digits are.
func two(text []byte) int { return 10*int(text[0]-'0') + int(text[1]-'0') }
