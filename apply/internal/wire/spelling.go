package wire

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"treaty/plan/tree"
)

// spelled is a message, or a part of one, of which there are thousands an apply. It names its members in the order of
// its fields, each for being written and for being read.
type spelled interface{ spell(*spelling) }

// spelling writes or reads a message without reflection, exactly as encoding/json writes it. What is not as plain as
// most are, such as an error, or a name with a quotation mark, is left to that (other).
type spelling struct {
	// text is what was written, or what is still to be read.
	text  []byte
	reads bool
	// other tells that this is no plain message, and inner that a member comes before the next one.
	other, inner bool
}

// appendMessage appends a message.
func appendMessage(to []byte, value any) ([]byte, error) {
	if m, ok := value.(spelled); ok {
		s := spelling{text: to}
		if s.object(m); !s.other {
			return s.text, nil
		}
	}
	text, err := json.Marshal(value)
	return append(to, text...), err
}

// readPlain reads a message that is as appendMessage writes plain ones. It is false of any other; value is zero then.
func readPlain(text []byte, value any) bool {
	m, ok := value.(spelled)
	if !ok {
		return false
	}
	s := spelling{text: text, reads: true}
	s.object(m)
	if s.other || len(s.text) > 0 {
		reflect.ValueOf(value).Elem().SetZero()
		return false
	}
	return true
}

// object is all of a message, or of what a member has for a value.
func (s *spelling) object(m spelled) {
	before := s.inner
	s.mark('{')
	s.inner = false
	m.spell(s)
	s.mark('}')
	s.inner = before
}

// mark is a single character.
func (s *spelling) mark(c byte) {
	switch {
	case !s.reads:
		s.text = append(s.text, c)
	case len(s.text) > 0 && s.text[0] == c:
		s.text = s.text[1:]
	default:
		s.other = true
	}
}

// member is the name of a member, and tells whether its value follows. One that is left out is not written.
func (s *spelling) member(name string, leftOut bool) bool {
	if !s.reads {
		if leftOut {
			return false
		}
		if s.inner {
			s.text = append(s.text, ',')
		}
		s.text = append(append(append(s.text, '"'), name...), '"', ':')
		s.inner = true
		return true
	}
	rest := s.text
	if s.inner {
		if len(rest) == 0 || rest[0] != ',' {
			return false
		}
		rest = rest[1:]
	}
	n := len(name)
	if s.other || len(rest) < n+3 || rest[0] != '"' || string(rest[1:n+1]) != name || string(rest[n+1:n+3]) != `":` {
		return false
	}
	s.text, s.inner = rest[n+3:], true
	return true
}

// asIs tells of each byte whether encoding/json writes it as it is, wherever it stands; of those beyond ASCII, whether
// it may.
var asIs = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= ' '
	}
	for _, c := range []byte(`"\<>&`) {
		t[c] = false
	}
	return t
}()

// plainText tells whether encoding/json writes a text as it is, between quotation marks.
func plainText[T string | []byte](text T) bool {
	ascii := true
	for i := range len(text) {
		if !asIs[text[i]] {
			return false
		}
		ascii = ascii && text[i] < utf8.RuneSelf
	}
	if ascii {
		return true
	}
	for _, r := range string(text) {
		// The first is also what stands for a byte that is none of UTF-8.
		if r == utf8.RuneError || r == '\u2028' || r == '\u2029' {
			return false
		}
	}
	return true
}

// quoted reads what is between quotation marks, nil where that is not plain.
func (s *spelling) quoted() []byte {
	if s.mark('"'); s.other {
		return nil
	}
	end := bytes.IndexByte(s.text, '"')
	if end < 0 || !plainText(s.text[:end]) {
		s.other = true
		return nil
	}
	text := s.text[:end]
	s.text = s.text[end+1:]
	return text
}

// quote writes a text.
func (s *spelling) quote(text string) {
	if !plainText(text) {
		s.other = true
		return
	}
	s.text = append(append(append(s.text, '"'), text...), '"')
}

// string is a member that is left out where it is "".
func (s *spelling) string(name string, value *string) {
	switch {
	case !s.member(name, *value == ""):
	case s.reads:
		*value = string(s.quoted())
	default:
		s.quote(*value)
	}
}

// name is a member that is left out where it is "". One with "%" is not plain.
func (s *spelling) name(name string, value *Text) {
	if s.string(name, (*string)(value)); !s.other && strings.IndexByte(string(*value), '%') >= 0 {
		s.other = true
	}
}

// within is the name of one that has to lie in the tree, or folder, that is asked.
func (s *spelling) within(name string, value *Inner) {
	if s.name(name, (*Text)(value)); s.reads && !s.other && inside(string(*value)) != nil {
		s.other = true
	}
}

// number is a member that may be left out where it is 0.
func number[N int | int64 | uint8 | uint32 | uint64](s *spelling, name string, value *N, always bool) {
	if !s.member(name, *value == 0 && !always) {
		return
	}
	if !s.reads {
		s.text = strconv.AppendInt(s.text, int64(*value), 10)
		s.other = s.other || *value > 0 && int64(*value) < 0 // more than an int64 holds
		return
	}
	digits := 0
	for digits < len(s.text) && ('0' <= s.text[digits] && s.text[digits] <= '9') {
		digits++
	}
	n, err := strconv.ParseInt(string(s.text[:digits]), 10, 64)
	// A number begins with no 0, and is what comes before a comma or a bracket. Those below 0 are rare.
	if err != nil || digits > 1 && s.text[0] == '0' || int64(N(n)) != n || N(n) < 0 {
		s.other = true
		return
	}
	*value, s.text = N(n), s.text[digits:]
}

// yes is a member that is left out where it is false.
func (s *spelling) yes(name string, value *bool) {
	switch {
	case !s.member(name, !*value):
	case !s.reads:
		s.text = append(s.text, "true"...)
	default:
		rest, found := bytes.CutPrefix(s.text, []byte("true"))
		s.text, *value = rest, found
		s.other = s.other || !found
	}
}

// mode is a member that is left out where there is none.
func (s *spelling) mode(name string, value *tree.Mode) {
	switch {
	case !s.member(name, *value == 0):
	case s.reads:
		if text := s.quoted(); s.other || value.UnmarshalText(text) != nil {
			s.other = true
		}
	default:
		s.quote(value.String())
	}
}

// time is a member that may be left out where it is the zero value.
func (s *spelling) time(name string, value *tree.Time, always bool) {
	switch {
	case !s.member(name, *value == tree.Time{} && !always):
	case s.reads:
		if text := s.quoted(); s.other || value.UnmarshalText(text) != nil {
			s.other = true
		}
	default:
		s.text = append(value.Time().AppendFormat(append(s.text, '"'), time.RFC3339Nano), '"')
	}
}

// hash is a member that is left out where there is none.
func (s *spelling) hash(name string, value *tree.Hash) {
	switch {
	case !s.member(name, !value.Known()):
	case s.reads:
		if text := s.quoted(); s.other || !value.ReadPlain(text) {
			s.other = true
		}
	default:
		s.quote(value.String())
	}
}

// kind is a member that is the type of an entry.
func (s *spelling) kind(name string, value *tree.Type) {
	switch {
	case !s.member(name, false):
	case s.reads:
		if text := s.quoted(); s.other || value.UnmarshalText(text) != nil {
			s.other = true
		}
	default:
		s.quote(value.String())
	}
}

// part is a member that is left out where it is nil.
func part[T any, P interface {
	*T
	spelled
}](s *spelling, name string, value *P) {
	if !s.member(name, *value == nil) {
		return
	}
	if s.reads {
		*value = new(T)
	}
	s.object(*value)
}

// every is a member that is left out where it has none.
func every[T any, P interface {
	*T
	spelled
}](s *spelling, name string, list *[]P) {
	if !s.member(name, len(*list) == 0) {
		return
	}
	s.mark('[')
	for i := 0; !s.other; i++ {
		switch {
		case s.reads && len(s.text) > 0 && s.text[0] == ']', !s.reads && i == len(*list):
			s.mark(']')
			s.other = s.other || i == 0
			return
		case i > 0:
			s.mark(',')
		}
		if s.reads {
			*list = append(*list, new(T))
		}
		if one := (*list)[i]; one == nil {
			s.other = true
		} else {
			s.object(one)
		}
	}
}
