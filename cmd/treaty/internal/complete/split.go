package complete

import "strings"

// Typed is a line up to the cursor, cut into words as a POSIX shell does. The last word may be cut off: within quotes,
// behind a backslash, or before its first character. Variables and substitutions are left as they are.
type Typed struct {
	Words []string
	// kept is how many bytes of the last word Bash leaves as they are when it completes that: up to the last "=" or ":"
	// outside of quotes, or the last opening quote, all of which separate words to it.
	kept int
	// quote is the one that is open, 0 for none.
	quote rune
	// started tells whether the last word has begun, if only by a quote, and escaped whether a backslash stands at the
	// end.
	started, escaped bool
}

// Split reads a line.
func Split(line string) Typed {
	t := Typed{Words: []string{""}}
	for _, r := range line {
		t.next(r)
	}
	return t
}

func (t *Typed) next(r rune) {
	switch {
	case t.escaped:
		t.escaped = false
		if t.quote == '"' && !strings.ContainsRune(special, r) {
			t.add('\\')
		}
		t.add(r)
	case r == '\\' && t.quote != '\'':
		t.escaped, t.started = true, true
	case t.quote != 0 && r == t.quote:
		t.quote = 0
	case t.quote == 0 && (r == '"' || r == '\''):
		t.quote, t.started, t.kept = r, true, len(t.last())
	case t.quote == 0 && strings.ContainsRune(" \t\n", r):
		t.end()
	default:
		t.add(r)
		if t.quote == 0 && (r == '=' || r == ':') {
			t.kept = len(t.last())
		}
	}
}

// special are the characters that a backslash takes their meaning from within double quotes.
const special = "\"\\$`"

func (t *Typed) last() string { return t.Words[len(t.Words)-1] }

func (t *Typed) add(r rune) {
	t.Words[len(t.Words)-1] += string(r)
	t.started = true
}

func (t *Typed) end() {
	if t.started {
		t.Words, t.started, t.kept = append(t.Words, ""), false, 0
	}
}

// Insert is what Bash is to put where the cursor's word is, so that the line then has this word there: it lacks what
// Bash keeps, and is quoted as that is begun. Word goes on from the last one of the line.
func (t *Typed) Insert(word string) string {
	rest := word[t.kept:]
	switch t.quote {
	case '\'':
		return strings.ReplaceAll(rest, "'", `'\''`)
	case '"':
		return escaped(rest, special)
	}
	return escaped(rest, special+" \t'&|;<>()*?[]{}!#~=:")
}

// escaped is a text with a backslash before each of these characters.
func escaped(text, these string) string {
	var out strings.Builder
	for _, r := range text {
		if strings.ContainsRune(these, r) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return out.String()
}
