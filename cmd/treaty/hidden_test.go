package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"treaty/plan/visible"
)

// strange is a pair of trees in which everything that has a name or a content has this text in it.
type strange struct {
	t                        *testing.T
	dir, local, remote, text string
}

func newStrange(t *testing.T, text string) *strange {
	dir := t.TempDir()
	s := &strange{t, dir, filepath.Join(dir, "mac"), filepath.Join(dir, "stick"), text}
	s.put(s.local, "new "+text)
	s.put(s.local, "folder "+text+"/inner "+text)
	s.put(s.local, "both "+text, "here "+text+"\n")
	s.put(s.remote, "both "+text, "there and longer "+text+"\n")
	s.put(s.remote, "theirs "+text)
	// Links and names that cannot be made here are left out.
	_ = os.Symlink("to "+text, filepath.Join(s.local, "link "+text))
	_ = os.WriteFile(filepath.Join(s.local, "bytes \xff"+text), nil, 0o600)
	return s
}

// put makes a file, unless its name cannot be had here.
func (s *strange) put(root, name string, content ...string) {
	file := filepath.Join(root, filepath.FromSlash(name))
	_ = os.MkdirAll(filepath.Dir(file), 0o700)
	_ = os.WriteFile(file, []byte(strings.Join(content, "")), 0o600)
	_ = os.Chtimes(file, written, written)
}

// run runs a command, and holds all that it prints to what a person can see.
func (s *strange) run(words ...string) {
	s.t.Helper()
	var stdout, stderr bytes.Buffer
	run(words, strings.NewReader(""), &stdout, &stderr)
	for stream, said := range map[string]string{"standard output": stdout.String(), "standard error": stderr.String()} {
		s.visible(strings.Join(words, " ")+" on "+stream, said)
	}
}

func (s *strange) visible(what, said string) {
	s.t.Helper()
	for line := range strings.Lines(said) {
		line = strings.TrimSuffix(line, "\n")
		if visible.Text(line, "\t") != line {
			s.t.Errorf("%+q prints %+q", what, line)
		}
	}
}

// plans are the texts of the plan files that there are now.
func (s *strange) plans() []string {
	files, err := filepath.Glob(filepath.Join(s.local, ".treaty", "plans", "*.plan.json"))
	if err != nil {
		s.t.Fatal(err)
	}
	return files
}

// damaged writes the newest plan with another text in the place of one of its own, and reads it.
func (s *strange) damaged(old string) {
	files := s.plans()
	if len(files) == 0 {
		s.t.Fatal("there is no plan")
	}
	text, err := os.ReadFile(files[len(files)-1])
	if err != nil {
		s.t.Fatal(err)
	}
	raw := strings.ReplaceAll(quotedJSON(s.t, s.text), `"`, "")
	file := filepath.Join(s.dir, "damaged.plan.json")
	write(s.t, file, strings.Replace(string(text), old, strings.TrimSuffix(old, `"`)+raw+`"`, 1))
	s.run("show", file)
	s.run("approve", "--yes", file)
}

// quotedJSON is a JSON string with as few escapes as JSON allows.
func quotedJSON(t *testing.T, s string) string {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// FuzzNothingHiddenIsPrinted: no command prints a character that would steer a terminal, turn text around or go
// unseen, wherever it comes from.
func FuzzNothingHiddenIsPrinted(f *testing.F) {
	f.Add("\u009b31m\u0085\x7f\u202e\u2066\u200b\u3164\u115f\uffa0\u034f\u2028\ufeff\U000e0041a\ufe0f")
	f.Add("\x1b]0;title\a\r\n\t\x1b[2J")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 80 || !utf8.ValidString(text) || strings.ContainsAny(text, "/\x00") {
			t.Skip("no file has such a name")
		}
		s := newStrange(t, text)
		t.Chdir(s.dir)
		t.Setenv("CLICOLOR_FORCE", "")
		for _, words := range [][]string{
			{"plan", "mac", "stick"}, {"plan", "mac", "stick", "-o", "-"},
			{"plan", "mac", "stick", "-o", "plan " + text + ".json"},
			{"plan", "mac", "stick", "-o", text + "/x"}, {"plan", "mac", "missing " + text},
			{"plan", "mac", "mac/folder " + text},
			{"-C", "missing " + text, "show"}, {"show", text + ".json"}, {text}, {"show", "--" + text}, {"plan", "--hash", text},
			{"plan", "--max-deletes", text}, {"plan", "--local-fs", text}, {"schema", text}, {"--color", text, "show"},
			{"-C", "mac", "show"}, {"-C", "mac", "show", "--html", "-"},
			{"-C", "mac", "show", "--html", "page " + text + ".html"},
			{"-C", "mac", "resolve", "--take", "newer", "both " + text}, {"-C", "mac", "resolve", "--take", "newer", "--all"},
			{"-C", "mac", "resolve", "--take", text, "both " + text}, {"-C", "mac", "resolve", "--take", "both", "none " + text},
			{"-C", "mac", "resolve", "--take", "both", "both " + text},
			{"-C", "mac", "skip", "new " + text}, {"-C", "mac", "skip", "--undo", "new " + text},
			{"-C", "mac", "skip", "none " + text},
			{"-C", "mac", "approve", "--yes", "--sign", "key " + text},
			{"-C", "mac", "approve", "--yes", "--by", "me " + text, "--note", "note " + text},
			{"-C", "mac", "show"}, {"-C", "mac", "apply", "--remote", text}, {"-C", "mac", "apply"}, {"-C", "mac", "apply"},
			{"-C", "mac", "log"}, {"-C", "mac", "log", "--json"}, {"-C", "mac", "log", "--verify"}, {"-C", "mac", "undo", text},
			{"-C", "mac", "undo"}, {"-C", "mac", "show"}, {"sync", "mac", "stick"}, {"recover", "mac", text},
			{"-C", "mac", "clean", "--older-than", text}, {"demo", "mac"},
		} {
			s.run(words...)
		}
		for _, old := range []string{`"only-on-local"`, `"decision": "apply"`, `"decision"`, `"plan-v1.schema.json"`} {
			s.damaged(old)
		}
		for _, file := range s.plans() {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s.visible("the plan file", string(text))
		}
		s.run("-C", "mac", "clean", "--older-than", "0s", "--yes")
		for _, config := range []string{`{"remote": ` + quotedJSON(t, text) + `}`, `{` + quotedJSON(t, text) + `: 1}`,
			`{"hash": ` + quotedJSON(t, text) + `}`} {
			write(t, filepath.Join(s.local, ".treaty", "config.json"), config)
			s.run("plan", "-o", "-")
			s.run("-C", "mac", "plan")
		}
	})
}
