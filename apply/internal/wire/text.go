package wire

import (
	"encoding/hex"
	"errors"
	"strings"
	"unicode/utf8"
)

// Text is a name as a volume has it, which need not be UTF-8: JSON would lose its bytes without a word. Bytes that are
// no UTF-8, and "%", are sent as "%" with two digits.
type Text string

// MarshalText writes the name in UTF-8.
func (t Text) MarshalText() ([]byte, error) {
	s := string(t)
	if utf8.ValidString(s) && strings.IndexByte(s, '%') < 0 {
		return []byte(s), nil
	}
	out := make([]byte, 0, len(s)+8)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == '%' || r == utf8.RuneError && size == 1 {
			out = append(out, '%')
			out = hex.AppendEncode(out, []byte{s[i]})
		} else {
			out = append(out, s[i:i+size]...)
		}
		i += size
	}
	return out, nil
}

// UnmarshalText reads what MarshalText wrote.
func (t *Text) UnmarshalText(text []byte) error {
	s := string(text)
	var out strings.Builder
	for {
		before, after, found := strings.Cut(s, "%")
		out.WriteString(before)
		if !found {
			*t = Text(out.String())
			return nil
		}
		if len(after) < 2 {
			return errors.New("a name that ends within an escape")
		}
		c, err := hex.DecodeString(after[:2])
		if err != nil {
			return err
		}
		out.Write(c)
		s = after[2:]
	}
}
