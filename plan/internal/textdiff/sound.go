package textdiff

import (
	"fmt"
	"strconv"
	"strings"
)

// Unsound says what is wrong with a diff that somebody else may have written, "" where it holds together: lines that
// are a unified diff, hunks in order and of the lengths that they announce, counts that are those of the lines, and no
// line where the diff says that it was left out.
func (d *Diff) Unsound() string {
	if len(d.Lines) == 0 {
		if d.Added != 0 || d.Removed != 0 || d.OnlyLineEndings {
			return "it counts lines and has none"
		}
		return ""
	}
	if d.Omitted != "" {
		return "it has lines and says that they were left out"
	}
	parsed, why := d.parse()
	switch {
	case why != "":
		return why
	case parsed[1].changed != d.Added || parsed[0].changed != d.Removed:
		return fmt.Sprintf("it counts %d lines added and %d removed, and has %d and %d", d.Added, d.Removed,
			parsed[1].changed, parsed[0].changed)
	case d.OnlyLineEndings && !parsed.alike():
		return "it says that only line endings differ, and more does"
	}
	return ""
}

// Names are what the header of a sound diff calls its texts, "" where there is no header.
func (d *Diff) Names() (old, new string) {
	if len(d.Lines) < 2 {
		return "", ""
	}
	return named("---", d.Lines[0]), named("+++", d.Lines[1])
}

// named reads what header writes.
func named(marker, line string) string {
	name := strings.TrimSuffix(strings.TrimPrefix(line, marker+" "), "\t")
	if plain, err := strconv.Unquote(name); err == nil && name[0] == '"' {
		name = plain
	}
	if header(marker, name) != line {
		return ""
	}
	return name
}

// Misfit says why a sound diff cannot be that of two texts of these sizes, "" where it can be: it shows what they have
// no room for, or another difference in size. same tells whether the texts are known to be equal, or to differ; nil
// where neither is known.
func (d *Diff) Misfit(old, new int64, same *bool) string {
	switch {
	case d.Omitted == OmittedTooLarge && max(old, new) <= MaxLines:
		return "it says that the texts are too large, and they are small"
	case d.Omitted != "":
		return ""
	case len(d.Lines) == 0 && (old != new || same != nil && !*same):
		return "it says that nothing differs, and something does"
	case len(d.Lines) == 0:
		return ""
	case same != nil && *same:
		return "it says that something differs, and nothing does"
	case TooLarge(old) || TooLarge(new):
		return "the texts are too large for a diff"
	}
	parsed, why := d.parse()
	switch {
	case why != "":
		return why
	case parsed[0].least > old || parsed[1].least > new:
		return "it shows more than there is"
	case parsed[1].bytes-parsed[0].bytes != new-old:
		return "it changes the size by another number of bytes"
	}
	return ""
}

// side is what a diff's lines tell of one text.
type side struct {
	// next is the line that comes after the last hunk, from 0.
	next int
	// bytes are those of the changed lines, and least is how many the text has at least.
	bytes, least int64
	changed      int
	// over: the text's last line has been seen.
	over bool
	// lines counts the changed lines by their text, without a CR before the line feed.
	lines map[string]int
}

type sides [2]side

// alike tells whether the changed lines of both texts are the same but for CRs before line feeds.
func (s *sides) alike() bool {
	if s[0].changed != s[1].changed {
		return false
	}
	for line, n := range s[0].lines {
		if s[1].lines[line] != n {
			return false
		}
	}
	return true
}

// parse reads the lines as strictly as they are written, and says what is wrong with them, "" where nothing is.
func (d *Diff) parse() (*sides, string) {
	s := &sides{{lines: map[string]int{}}, {lines: map[string]int{}}}
	if old, new := d.Names(); len(d.Lines) < 3 || old == "" || new == "" {
		return s, "it does not begin with the names of two files and a hunk"
	}
	for rest := d.Lines[2:]; len(rest) > 0; {
		used, why := s.hunk(rest)
		if why != "" {
			return s, fmt.Sprintf("line %d: %s", len(d.Lines)-len(rest)+1+used, why)
		}
		rest = rest[used:]
	}
	return s, ""
}

// hunk reads the hunk that lines begin with, and returns how many lines it has, or where it is wrong.
func (s *sides) hunk(lines []string) (int, string) {
	left, why := s.header(lines[0])
	if why != "" {
		return 0, why
	}
	changes, n := 0, 1
	for ; left != [2]int{}; n++ {
		if n == len(lines) {
			return n - 1, "the hunk ends too early"
		}
		line, last := lines[n], n+1 < len(lines) && lines[n+1] == noNewline
		if strings.Contains(line, "\n") || line == "" {
			return n, "that is no line of a hunk"
		}
		in, known := map[byte][2]bool{' ': {true, true}, '-': {true, false}, '+': {false, true}}[line[0]]
		if !known {
			return n, "that is no line of a hunk"
		}
		for i := range s {
			if !in[i] {
				continue
			}
			if left[i]--; left[i] < 0 || s[i].over {
				return n, "the hunk is longer than it says"
			}
			s[i].take(line, last)
		}
		if line[0] != ' ' {
			changes++
		}
		if last {
			n++
		}
	}
	if changes == 0 {
		return 0, "the hunk changes nothing"
	}
	return n, ""
}

// take notes one line of a text.
func (s *side) take(line string, last bool) {
	size := int64(len(line)) // the marker stands for the line feed
	if last {
		size--
		s.over = true
	}
	s.next++
	s.least += size
	if line[0] != ' ' {
		s.bytes += size
		s.changed++
		text := line[1:]
		if !last {
			text = strings.TrimSuffix(text, "\r") + "\n"
		}
		s.lines[text]++
	}
}

// header reads the header of a hunk, goes on to where that begins, and returns how many lines it has of each text.
func (s *sides) header(line string) (left [2]int, why string) {
	text, found := strings.CutPrefix(line, "@@ -")
	text, ended := strings.CutSuffix(text, " @@")
	old, new, parted := strings.Cut(text, " +")
	if !found || !ended || !parted {
		return left, "that is no header of a hunk"
	}
	var skipped [2]int
	for i, text := range []string{old, new} {
		from, count, ok := spanned(text)
		if !ok {
			return left, "that is no header of a hunk"
		}
		if skipped[i] = from - s[i].next; skipped[i] < 0 {
			return left, "the hunk begins before the end of the one before"
		}
		left[i] = count
		s[i].next, s[i].least = from, s[i].least+int64(skipped[i])
	}
	if skipped[0] != skipped[1] {
		return left, "the hunk is not at one place of both texts"
	}
	return left, ""
}

// spanned reads what span writes, as the first line, from 0, and the number of lines.
func spanned(text string) (from, count int, ok bool) {
	first, number, counted := strings.Cut(text, ",")
	from, err := strconv.Atoi(first)
	count = 1
	if err == nil && counted {
		count, err = strconv.Atoi(number)
	}
	if err != nil || from < 0 || count < 0 || from > MaxLines || count > MaxLines {
		return 0, 0, false
	}
	if count > 0 {
		from--
	}
	return from, count, from >= 0 && span(from, from+count) == text
}
