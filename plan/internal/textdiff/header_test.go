package textdiff

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"treaty/testdata/effort"
)

// oddNames are names that some header line has been misread for.
var oddNames = []string{
	"plain.txt", "dir/sub/file", "two words", " leading", "trailing ", " ", "a  b", "dir with space/f",
	"tab\tname", "new\nline", "return\rname", "bell\a\b\v\f", "\x01\x1f\x7f", `quo"te`, `back\slash`, `\`, `"`,
	"é.txt", "日本", "line\u2028separator", "latin1\xe9", "é and space", "single'quote", "a;b$c&d*?[x]", "-dash", "--- a",
	"date 1970-01-01 00:00:00.000000000 +0000", "date\t2020-01-01 10:00:00 +0000", "f.orig", "#hash", "~", "(x)",
}

func TestNamesAreQuotedAsByGit(t *testing.T) {
	for name, want := range map[string]string{
		"a.txt":       "--- local/a.txt",
		"a b":         "--- local/a b\t",
		"a ":          "--- \"local/a \"\t",
		"é":           `--- "local/\303\251"`,
		"a\"\\\t\n é": `--- "local/a\"\\\t\n \303\251"` + "\t",
		"\x01\x7f":    `--- "local/\001\177"`,
		"\a\b\v\f\r":  `--- "local/\a\b\v\f\r"`,
	} {
		if got := header("---", "local/"+name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}

	effort.Program(t, "git")
	dir := t.TempDir()
	for _, name := range oddNames {
		for side, text := range map[string]string{"local": "a\n", "remote": "b\n"} {
			path := filepath.Join(dir, side, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
				t.Skipf("%q can't be made here: %v", name, err)
			}
		}
	}
	out, err := run(dir, "", "git", "diff", "--no-index", "--no-prefix", "local", "remote")
	if err == nil {
		t.Fatal("git sees no difference")
	}
	for _, name := range oddNames {
		if strings.HasSuffix(name, " ") {
			continue // see header
		}
		for _, line := range []string{header("---", "local/"+name), header("+++", "remote/"+name)} {
			if !strings.Contains(out, "\n"+line+"\n") {
				t.Errorf("git has no line %q", line)
			}
		}
	}
}

func TestProgramsFindOddNames(t *testing.T) {
	eachApplier(t, func(t *testing.T, program string) {
		for kind, x := range map[string]texts{"changed": {"a\n", "b\n"}, "from empty": {"", "b\n"}, "to empty": {"a\n", ""}} {
			t.Run(kind, func(t *testing.T) {
				fs := files{}
				for _, name := range oddNames {
					fs[name] = x
				}
				fs.applyWith(t, program)
			})
		}
	})
}
