package textdiff

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"treaty/testdata/effort"
)

// texts is a pair of contents under test.
type texts struct{ old, new string }

func (x texts) diff() Diff {
	return Unified("local/f", "remote/f", []byte(x.old), []byte(x.new))
}

// check holds the diff of x to everything that must be true of any diff.
func check(t *testing.T, x texts) Diff {
	t.Helper()
	d := x.diff()
	if d.Format != FormatUnified || d.Lines == nil {
		t.Fatalf("format %q, lines nil: %t", d.Format, d.Lines == nil)
	}
	if d.Omitted != "" {
		if len(d.Lines) > 0 || d.Added != 0 || d.Removed != 0 || d.OnlyLineEndings {
			t.Fatalf("omitted as %s but not empty: %+v", d.Omitted, d)
		}
	} else if x.old == x.new {
		if len(d.Lines) > 0 {
			t.Fatalf("lines for equal texts: %q", d.Lines)
		}
	} else {
		h, err := parse(d.Lines)
		if err != nil {
			t.Fatalf("%v\nof %q -> %q:\n%s", err, x.old, x.new, patchOf(d))
		}
		got, err := h.apply(x.old)
		if err != nil {
			t.Fatalf("%v\nto %q:\n%s", err, x.old, patchOf(d))
		}
		if got != x.new {
			t.Fatalf("turns %q\ninto  %q\nnot   %q\n%s", x.old, got, x.new, patchOf(d))
		}
		if h.added != d.Added || h.removed != d.Removed {
			t.Fatalf("says +%d -%d, has +%d -%d", d.Added, d.Removed, h.added, h.removed)
		}
	}
	back := texts{x.new, x.old}.diff()
	if want := mirror(d); !slices.Equal(back.Lines, want.Lines) ||
		back.Added != want.Added || back.Removed != want.Removed ||
		back.Omitted != want.Omitted || back.OnlyLineEndings != want.OnlyLineEndings {
		t.Fatalf("no mirror: of %q and %q\n%s\n%s", x.old, x.new, patchOf(d), patchOf(back))
	}
	return d
}

func patchOf(d Diff) string { return strings.Join(d.Lines, "\n") + "\n" }

// patched is a parsed diff; hunks hold lines with their markers and with their LF.
type patched struct {
	hunks          []hunk
	added, removed int
}

type hunk struct {
	oldFrom, oldCount, newFrom, newCount int
	body                                 []string
}

var hunkHeader = regexp.MustCompile(`^@@ -(0|[1-9]\d*)(?:,(0|[1-9]\d*))? \+(0|[1-9]\d*)(?:,(0|[1-9]\d*))? @@$`)

// parse is strict: what diff -u would not have written is an error.
func parse(lines []string) (p patched, err error) {
	for _, line := range lines {
		if strings.ContainsAny(line, "\n\x00") || !utf8.ValidString(line) {
			return p, fmt.Errorf("not a line for JSON and for patch: %q", line)
		}
	}
	if len(lines) < 4 || lines[0] != "--- local/f" || lines[1] != "+++ remote/f" {
		return p, fmt.Errorf("no header, or nothing below it")
	}
	for at := 2; at < len(lines); {
		m := hunkHeader.FindStringSubmatch(lines[at])
		if m == nil {
			return p, fmt.Errorf("not a hunk header: %q", lines[at])
		}
		var h hunk
		h.oldFrom, h.oldCount, err = spanOf(m[1], m[2])
		if err != nil {
			return p, err
		}
		h.newFrom, h.newCount, err = spanOf(m[3], m[4])
		if err != nil {
			return p, err
		}
		if h.newFrom-h.oldFrom != p.added-p.removed || h.oldFrom < p.end() {
			return p, fmt.Errorf("a hunk is not where the ones before leave it: %q", lines[at])
		}
		at++
		old, new := h.oldCount, h.newCount
		for old > 0 || new > 0 {
			if at == len(lines) || lines[at] == "" {
				return p, fmt.Errorf("a hunk ends early")
			}
			line := lines[at] + "\n"
			at++
			if at < len(lines) && lines[at] == noNewline {
				line = strings.TrimSuffix(line, "\n")
				at++
			}
			switch line[0] {
			case ' ':
				old, new = old-1, new-1
			case '-':
				old--
				p.removed++
			case '+':
				new--
				p.added++
			default:
				return p, fmt.Errorf("not a line of a hunk: %q", line)
			}
			h.body = append(h.body, line)
		}
		if old != 0 || new != 0 {
			return p, fmt.Errorf("a hunk has not the lines that it says")
		}
		if err := contextRight(h.body); err != nil {
			return p, err
		}
		p.hunks = append(p.hunks, h)
	}
	return p, nil
}

// end is the line of the old text behind the last hunk.
func (p *patched) end() int {
	if len(p.hunks) == 0 {
		return 0
	}
	last := p.hunks[len(p.hunks)-1]
	return last.oldFrom + last.oldCount
}

// spanOf gives the number of lines before the span, and its own.
func spanOf(from, count string) (before, n int, err error) {
	before, _ = strconv.Atoi(from)
	switch n, _ = strconv.Atoi(count); {
	case len(from) > 5 || len(count) > 5 || before > MaxLines || n > MaxLines:
		return 0, 0, fmt.Errorf("span %s,%s", from, count)
	case count == "":
		return before - 1, 1, nil
	case count == "1":
		return 0, 0, fmt.Errorf("span %s,1", from)
	case n == 0:
		return before, 0, nil
	}
	return before - 1, n, nil
}

func contextRight(body []string) error {
	run, changed := 0, false
	for _, line := range body {
		if line[0] == ' ' {
			run++
			continue
		}
		if most := map[bool]int{false: context, true: 2 * context}[changed]; run > most {
			return fmt.Errorf("%d lines of context", run)
		}
		run, changed = 0, true
	}
	if !changed || run > context {
		return fmt.Errorf("a hunk without a change, or with %d lines at its end", run)
	}
	return nil
}

func (p patched) apply(old string) (string, error) {
	a := splitLines([]byte(old))
	var out []string
	at := 0
	for n, h := range p.hunks {
		if h.oldFrom < at || h.oldFrom > len(a) {
			return "", fmt.Errorf("hunk %d is out of order or range", n+1)
		}
		out = append(out, a[at:h.oldFrom]...)
		at = h.oldFrom
		if h.newFrom != len(out) {
			return "", fmt.Errorf("hunk %d goes to line %d, says %d", n+1, len(out), h.newFrom)
		}
		for _, line := range h.body {
			if line[0] != '+' {
				if at == len(a) || a[at] != line[1:] {
					return "", fmt.Errorf("hunk %d does not fit: %q", n+1, line)
				}
				at++
			}
			if line[0] != '-' {
				out = append(out, line[1:])
			}
		}
	}
	return strings.Join(append(out, a[at:]...), ""), nil
}

// mirror turns a diff round: what was added is removed, in the order of a diff.
func mirror(d Diff) Diff {
	out := d
	out.Lines, out.Added, out.Removed = nil, d.Removed, d.Added
	if len(d.Lines) == 0 {
		return out
	}
	out.Lines = []string{"--- local/f", "+++ remote/f"}
	var minus, plus []string
	flush := func() {
		out.Lines = append(append(out.Lines, minus...), plus...)
		minus, plus = nil, nil
	}
	var last *[]string
	for _, line := range d.Lines[2:] {
		switch line[0] {
		case '-':
			plus, last = append(plus, "+"+line[1:]), &plus
		case '+':
			minus, last = append(minus, "-"+line[1:]), &minus
		case '\\':
			*last = append(*last, line)
		case ' ':
			flush()
			out.Lines, last = append(out.Lines, line), &out.Lines
		case '@':
			flush()
			f := strings.Fields(line)
			out.Lines = append(out.Lines, "@@ -"+f[2][1:]+" +"+f[1][1:]+" @@")
		}
	}
	flush()
	return out
}

// appliers are the programs that must carry out our diffs, with what keeps them from
// helping: no white space fixed, no carriage return stripped, no repository around.
var appliers = map[string][]string{
	"git":   {"-c", "core.autocrlf=false", "apply", "-p1", "--whitespace=nowarn", "-"},
	"patch": {"-p1", "--binary", "--no-backup-if-mismatch", "--fuzz=0", "-s"},
}

// files maps names to what they are and shall become.
type files map[string]texts

func (fs files) patch() string {
	var patch strings.Builder
	for name, x := range fs {
		if x.old != x.new {
			patch.WriteString(patchOf(Unified("local/"+name, "remote/"+name, []byte(x.old), []byte(x.new))))
		}
	}
	return patch.String()
}

// applyWith has one program carry out the diffs of all files, as one patch.
func (fs files) applyWith(t testing.TB, program string) {
	t.Helper()
	dir := t.TempDir()
	patch := fs.patch()
	for name, x := range fs {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(x.old), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	out, err := run(dir, patch, program, appliers[program]...)
	if err != nil {
		t.Fatalf("%s: %v\n%s\n%.4000s", program, err, out, patch)
	}
	for name, x := range fs {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != x.new {
			t.Errorf("%s: %q turned\n%.1000q into\n%.1000q, not\n%.1000q", program, name, x.old, got, x.new)
		}
	}
}

func run(dir, stdin, program string, args ...string) (string, error) {
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "HOME="+dir, "GIT_CONFIG_GLOBAL="+os.DevNull,
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
	cmd.Env = slices.DeleteFunc(cmd.Env, func(s string) bool {
		return strings.HasPrefix(s, "GIT_DIR=") || strings.HasPrefix(s, "GIT_WORK_TREE=") ||
			strings.HasPrefix(s, "GIT_INDEX_FILE=")
	})
	cmd.Stdin = strings.NewReader(stdin)
	var both bytes.Buffer
	cmd.Stdout, cmd.Stderr = &both, &both
	err := cmd.Run()
	return both.String(), err
}

// eachApplier runs a test once for each program, or says why it did not.
func eachApplier(t *testing.T, test func(t *testing.T, program string)) {
	for program := range appliers {
		t.Run(program, func(t *testing.T) {
			effort.Program(t, program)
			test(t, program)
		})
	}
}
