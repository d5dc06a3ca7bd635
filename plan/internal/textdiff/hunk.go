package textdiff

import "strconv"

// context is how many unchanged lines a hunk shows before and after a change.
const context = 3

const noNewline = `\ No newline at end of file`

// appendHunks adds the hunks of a script that turns a into b. Edits no more than two
// contexts apart share a hunk, as in diff -u and git.
func appendHunks(lines, a, b []string, script []edit) []string {
	for len(script) > 0 {
		n := 1
		for n < len(script) && script[n].a0-script[n-1].a1 <= 2*context {
			n++
		}
		lines = appendHunk(lines, a, b, script[:n])
		script = script[n:]
	}
	return lines
}

func appendHunk(lines, a, b []string, script []edit) []string {
	first, last := script[0], script[len(script)-1]
	before := min(context, first.a0)
	after := min(context, len(a)-last.a1)

	at := first.a0 - before
	lines = append(lines, "@@ -"+span(at, last.a1+after)+" +"+span(first.b0-before, last.b1+after)+" @@")
	for _, e := range script {
		lines = appendLines(lines, ' ', a[at:e.a0])
		lines = appendLines(lines, '-', a[e.a0:e.a1])
		lines = appendLines(lines, '+', b[e.b0:e.b1])
		at = e.a1
	}
	return appendLines(lines, ' ', a[at:at+after])
}

// span is the range [from, to) of lines counted from 0, as hunk headers have it: first
// line and count, without the count if it is 1, and with the line before if it is 0.
func span(from, to int) string {
	switch to - from {
	case 0:
		return strconv.Itoa(from) + ",0"
	case 1:
		return strconv.Itoa(from + 1)
	}
	return strconv.Itoa(from+1) + "," + strconv.Itoa(to-from)
}

func appendLines(lines []string, marker byte, text []string) []string {
	for _, line := range text {
		if end := len(line) - 1; line[end] == '\n' {
			lines = append(lines, string(marker)+line[:end])
		} else {
			lines = append(lines, string(marker)+line, noNewline)
		}
	}
	return lines
}
