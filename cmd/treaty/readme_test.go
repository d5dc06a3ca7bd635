package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"treaty/schema"
)

// A comment "<!-- test: NAME -->" before a block of a page has the block run here.

// same compares what a page lists with what there is.
func same(t *testing.T, page, what string, listed, real []string) {
	t.Helper()
	for _, name := range real {
		if !slices.Contains(listed, name) {
			t.Errorf("%s does not list the %s %s", page, what, name)
		}
	}
	for i, name := range listed {
		if !slices.Contains(real, name) {
			t.Errorf("%s lists the %s %s, and there is none", page, what, name)
		}
		if slices.Contains(listed[:i], name) {
			t.Errorf("%s lists the %s %s twice", page, what, name)
		}
	}
}

func TestReadmeListsTheExitCodes(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "exit.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := []string{"0"}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "exit") {
			codes = append(codes, spec.Values[0].(*ast.BasicLit).Value)
		}
		return true
	})
	same(t, codesPage, "exit code", column(t, codesPage, "Exit codes"), codes)
}

func TestReadmeListsTheKeysOfTheConfig(t *testing.T) {
	var config struct{ Properties map[string]any }
	if err := json.Unmarshal(schema.Text(schema.Config), &config); err != nil {
		t.Fatal(err)
	}
	delete(config.Properties, "$schema")
	same(t, configPage, "config key", column(t, configPage, "Config"), slices.Collect(maps.Keys(config.Properties)))
}

// grammarCommands are the commands of the grammar.
func grammarCommands(t *testing.T) map[string]*kong.Node {
	t.Helper()
	parser, err := kong.New(&grammar{}, vars())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*kong.Node{}
	for _, leaf := range parser.Model.Leaves(true) {
		all[leaf.Name] = leaf
	}
	return all
}

func TestReadmeListsTheCommands(t *testing.T) {
	for _, name := range []string{readmePage, commandsPage} {
		var listed []string
		for _, cell := range column(t, name, "Commands") {
			listed = append(listed, strings.Fields(cell)[1])
		}
		same(t, name, "command", listed, slices.Collect(maps.Keys(grammarCommands(t))))
	}
}

// Each command line in README.md and its pages, in a block or in a sentence, is one that the grammar knows.
func TestReadmeNamesNoFlagThatIsNotThere(t *testing.T) {
	all := grammarCommands(t)
	lines := regexp.MustCompile("`(treaty [^`]*)`|(?m:^\\$ (treaty .*)$)").FindAllStringSubmatch(
		strings.Join(slices.Collect(maps.Values(pages(t))), "\n"), -1)
	if len(lines) < 20 {
		t.Errorf("only %d command lines were found", len(lines))
	}
	for _, match := range lines {
		line := match[1] + match[2]
		words := strings.Fields(line)[1:]
		var command *kong.Node
		for _, word := range words {
			if command = all[word]; command != nil {
				break
			}
		}
		for _, flag := range regexp.MustCompile(`(?:^|[ [])(--?[a-zA-Z][a-z-]*)`).FindAllStringSubmatch(line, -1) {
			if !hasFlag(command, flag[1]) {
				t.Errorf("%s: there is no %s", line, flag[1])
			}
		}
		if command == nil && !strings.HasPrefix(words[0], "-") {
			t.Errorf("%s: there is no such command", line)
		}
	}
}

// hasFlag tells whether a command, or any command where it is nil, has a flag.
func hasFlag(command *kong.Node, flag string) bool {
	if command == nil {
		return slices.Contains([]string{"--help", "--version", "-C"}, flag)
	}
	for _, group := range command.AllFlags(true) {
		for _, f := range group {
			known := []string{"--" + f.Name}
			if f.Short != 0 {
				known = append(known, "-"+string(f.Short))
			}
			if f.Tag.Negatable != "" {
				known = append(known, "--no-"+f.Name)
			}
			if slices.Contains(known, flag) {
				return true
			}
		}
	}
	return false
}

// The two trees of README.md's session.
const readmeLocal, readmeRemote = "/home/alex/papers", "/media/alex/STICK"

// readmeTrees makes the trees that README.md tells of.
func readmeTrees(t *testing.T) (local, remote string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("README.md shows paths and modes of Unix")
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	local, remote = filepath.Join(dir, "papers"), filepath.Join(dir, "STICK")
	saturday := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	sunday := saturday.AddDate(0, 0, 1)
	for _, f := range []struct {
		root, path, text string
		at               time.Time
	}{
		{local, "notes/ideas.txt", "a treaty for two trees\n", saturday},
		{remote, "notes/ideas.txt", "a treaty for two trees\n", saturday},
		{local, "notes/groceries.txt", "bread\nbutter\n", saturday},
		{remote, "notes/groceries.txt", "bread\nbutter\nwine\n", sunday},
		{local, "draft.txt", "Dear Kim,\nthe stick is in the post.\n", saturday},
		{remote, "draft.txt", "Dear Kim,\nthe stick is in the blue drawer.\n", saturday},
		{local, "letters/to-kim.txt", "Dear Kim,\n", saturday},
		{local, "letters/to-sam.txt", "Dear Sam,\n", saturday},
		{remote, "photos/2026/beach.jpg", strings.Repeat("sand", 4000), sunday},
		{remote, "photos/2026/sea.jpg", strings.Repeat("water", 6000), sunday},
	} {
		path := filepath.Join(f.root, filepath.FromSlash(f.path))
		for _, err := range []error{
			os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(f.text), 0o644),
			os.Chmod(path, 0o644), os.Chtimes(path, f.at, f.at),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return local, remote
}

// session runs the commands of a block and returns the block as it should be: each command, and what it
// printed. The lines that the block has left out, marked by "…", are left out here too.
func session(t *testing.T, text, local, remote string) string {
	t.Helper()
	t.Chdir(local)
	t.Setenv("NO_COLOR", "1")
	var got strings.Builder
	for _, part := range regexp.MustCompile(`(?m)^\$ `).Split(text, -1)[1:] {
		line, shown, _ := strings.Cut(part, "\n")
		fmt.Fprintf(&got, "$ %s\n", line)
		words := quoted(strings.NewReplacer(readmeLocal, local, readmeRemote, remote).Replace(line))
		var out bytes.Buffer
		switch words[0] {
		case "cd":
			continue
		case "mv":
			if err := os.Rename(words[1], words[2]); err != nil {
				t.Fatal(err)
			}
		case "rm":
			if err := os.Remove(words[1]); err != nil {
				t.Fatal(err)
			}
		case "treaty":
			if code := run(words[1:], strings.NewReader(""), &out, &out); code != 0 {
				t.Fatalf("%s: exit code %d\n%s", line, code, out.String())
			}
		default:
			t.Fatalf("the test can't run %q", line)
		}
		printed := strings.NewReplacer(local, readmeLocal, remote, readmeRemote).Replace(out.String())
		got.WriteString(trimmed(shown, printed))
	}
	return got.String()
}

// quoted are the words of a command line, with what is in double quotes as one.
func quoted(line string) []string {
	var words []string
	for _, word := range regexp.MustCompile(`"[^"]*"|\S+`).FindAllString(line, -1) {
		words = append(words, strings.Trim(word, `"`))
	}
	return words
}

// trimmed leaves out of what was printed the lines that the block leaves out.
func trimmed(shown, printed string) string {
	parts := regexp.MustCompile(`(?m)^…\n`).Split(shown, -1)
	if len(parts) == 1 {
		return printed
	}
	var got strings.Builder
	rest := printed
	for i, part := range parts {
		hidden := masked(rest)
		if i > 0 {
			got.WriteString("…\n")
			at := strings.Index(hidden, masked(part))
			if i == len(parts)-1 && part == "" {
				return got.String()
			}
			if at < 0 {
				return got.String() + rest
			}
			rest = rest[lineStart(rest, strings.Count(hidden[:at], "\n")):]
		}
		end := lineStart(rest, strings.Count(part, "\n"))
		got.WriteString(rest[:end])
		rest = rest[end:]
	}
	return got.String() + rest
}

// lineStart is where the n-th line of a text begins.
func lineStart(text string, n int) int {
	at := 0
	for range n {
		next := strings.IndexByte(text[at:], '\n')
		if next < 0 {
			return len(text)
		}
		at += next + 1
	}
	return at
}

// masked hides what is different at each run and on each machine.
func masked(text string) string {
	for _, hide := range []struct{ pattern, with string }{
		{`\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{8}`, "PLAN"},
		{`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`, "ID"},
		{`[^\s@]+@[^\s@]+  ID`, "WHO  ID"},
		{`approved by [^\s,]+`, "approved by WHO"},
		{`[-\dT:]{19}Z  complete`, "TIME  complete"},
		{`(last synced|was applied) [-\dT:]{19}Z`, "$1 TIME"},
		{`posix \((hinted|recorded): \w+\)`, "posix ($1)"},
	} {
		text = regexp.MustCompile(hide.pattern).ReplaceAllString(text, hide.with)
	}
	return text
}

func TestReadmeSessionIsReal(t *testing.T) {
	local, remote := readmeTrees(t)
	for _, name := range []string{"session", "evening", "undo"} {
		want := block(t, name)
		if got := session(t, want, local, remote); masked(got) != masked(want) {
			t.Errorf("README.md shows:\n%s\nand it is:\n%s", want, got)
		}
	}
	var listed []string
	for _, name := range column(t, folderPage, "What is in `.treaty/`") {
		listed = append(listed, strings.TrimSuffix(name, "/"))
	}
	for _, root := range []string{local, remote} {
		entries, err := os.ReadDir(filepath.Join(root, ".treaty"))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if !slices.Contains(listed, entry.Name()) {
				t.Errorf(folderPage+" does not list .treaty/%s", entry.Name())
			}
		}
	}
}

// What is shown of a text that both sides changed is what comes of it.
func TestTheMergeOfTheDocsIsReal(t *testing.T) {
	local, remote := readmeTrees(t)
	session(t, block(t, "session"), local, remote)
	const packing = "tent\nstove\nmap\nlamp\n"
	trip := func(root, text string, hour int) {
		path := filepath.Join(root, "notes", "trip.txt")
		write(t, path, text)
		at := time.Date(2026, 11, 23, hour, 0, 0, 0, time.UTC)
		if err := errors.Join(os.Chmod(path, 0o644), os.Chtimes(path, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	trip(local, packing, 9)
	for _, words := range [][]string{{"plan", remote}, {"approve", "--yes"}, {"apply"}} {
		var out bytes.Buffer
		if code := run(append([]string{"-C", local}, words...), strings.NewReader(""), &out, &out); code != 0 {
			t.Fatalf("%q: exit code %d\n%s", words, code, out.String())
		}
	}
	trip(local, strings.Replace(packing, "tent", "big tent", 1), 10)
	trip(remote, strings.Replace(packing, "lamp", "lamp, matches", 1), 11)
	t.Chdir(local)
	want := block(t, "merge")
	if got := session(t, want, local, remote); masked(got) != masked(want) {
		t.Errorf("the page shows:\n%s\nand it is:\n%s", want, got)
	}
	for _, root := range []string{local, remote} {
		text, err := os.ReadFile(filepath.Join(root, "notes", "trip.txt"))
		if err != nil || string(text) != "big tent\nstove\nmap\nlamp, matches\n" {
			t.Errorf("%v: %s has %q", err, root, text)
		}
	}
}

// shell runs a block with a stock shell.
func shell(t *testing.T, dir, script string) string {
	t.Helper()
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// What rots comes back as the page says, and neither a plan that goes by size and time nor one that reads all has
// anything to do about it then. What the page warns of is so: what is read is taken for a change, and what is only
// moved away would be deleted on the good side too.
func TestWhatIsDamagedComesBackAsTheDocsSay(t *testing.T) {
	needs(t, "sh", "cp", "mv")
	_, stick := readmeTrees(t)
	home := filepath.Dir(stick)
	t.Setenv("HOME", home)
	t.Chdir(home)
	treaty := func(code int, words ...string) string {
		t.Helper()
		var out bytes.Buffer
		if got := run(words, strings.NewReader(""), &out, &out); got != code {
			t.Fatalf("%q: exit code %d, not %d\n%s", words, got, code, out.String())
		}
		return out.String()
	}
	plans := func(want string, flags ...string) {
		t.Helper()
		words := append([]string{"plan", "work", stick}, flags...)
		if got := treaty(0, words...); !strings.Contains(got, "\n"+want) {
			t.Errorf("%q does not plan %q:\n%s", flags, want, got)
		}
	}
	good, bad := "work/photos/2019/sea.jpg", filepath.Join(stick, "photos", "2019", "sea.jpg")
	put := func(path, text string) {
		t.Helper()
		write(t, path, text)
		at := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Dir(good), 0o755); err != nil {
		t.Fatal(err)
	}
	put(good, "waves")
	treaty(0, "sync", "--yes", "work", stick)
	treaty(0, "snapshot", stick, "-o", "stick.snapshot")

	put(bad, "wakes")
	treaty(1, "snapshot", "--verify", "stick.snapshot", stick)
	plans("on local: update 1 file", "--hash", "all")
	if err := os.Remove(bad); err != nil {
		t.Fatal(err)
	}
	plans("on local: delete 1 file")

	put(bad, "wakes")
	shell(t, home, strings.ReplaceAll(block(t, "damaged"), "/media/stick", stick))
	plans("already in sync")
	plans("already in sync", "--hash", "all")
	for path, want := range map[string]string{"sea.jpg.damaged": "wakes", good: "waves", bad: "waves"} {
		if text, err := os.ReadFile(path); err != nil || string(text) != want {
			t.Errorf("%s has %q, not %q (%v)", path, text, want, err)
		}
	}
}

// needs skips a test where a program is missing.
func needs(t *testing.T, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
}

// The recipe of README.md is the second opinion on the chain: it says nothing where all holds, and
// something wherever log --verify does.
func TestReadmeRecipeVerifiesTheChain(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a shell for each way in which a chain can be broken")
	}
	needs(t, "sh", "sha256sum", "sed", "cut", "sort")
	local, remote := readmeTrees(t)
	session(t, block(t, "session"), local, remote)
	session(t, block(t, "evening"), local, remote)
	recipe := strings.NewReplacer(readmeLocal, local, readmeRemote, remote).Replace(block(t, "chain"))
	if out := shell(t, local, recipe); out != "" {
		t.Errorf("of a chain that holds it says:\n%s", out)
	}
	tampered := 0
	for _, pattern := range []string{
		"history/*/plan.json", "history/*/approval.json", "history/*/receipt.json", "history/head.json", "tree.json",
		"../../STICK/.treaty/tree.json",
	} {
		pattern = filepath.Join(local, ".treaty", filepath.FromSlash(pattern))
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			at := bytes.LastIndex(text, []byte(`"sha256": "`)) + len(`"sha256": "`)
			changed := bytes.Clone(text)
			if changed[at] = '0'; text[at] == '0' {
				changed[at] = '1'
			}
			write(t, file, string(changed))
			ours := run([]string{"-C", local, "log", "--verify"}, strings.NewReader(""), &bytes.Buffer{}, &bytes.Buffer{})
			if theirs := shell(t, local, recipe); theirs == "" || ours != 1 {
				t.Errorf("%s: a changed digit goes unseen: the recipe says %q, log --verify exits %d", file, theirs, ours)
			}
			write(t, file, string(text))
			tampered++
		}
	}
	if tampered != 9 {
		t.Errorf("%d files were tampered with, want 9", tampered)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// The diff of a plan, as README.md takes it out, turns the local file into the remote one.
func TestReadmeRecipeAppliesADiff(t *testing.T) {
	needs(t, "sh", "jq", "patch")
	local, remote := readmeTrees(t)
	first, _, _ := strings.Cut(block(t, "session"), "$ treaty show")
	session(t, first, local, remote)
	plans, err := filepath.Glob(filepath.Join(local, ".treaty", "plans", "*.plan.json"))
	if err != nil || len(plans) != 1 {
		t.Fatal(plans, err)
	}
	shell(t, local, "PLAN="+plans[0]+"\n"+block(t, "diff"))
	shell(t, local, "cmp draft.txt "+filepath.Join(remote, "draft.txt"))
}

func TestReadmeRecipeVerifiesSignatures(t *testing.T) {
	needs(t, "sh", "jq", "ssh-keygen")
	local, remote := readmeTrees(t)
	keys := t.TempDir()
	shell(t, keys, `ssh-keygen -q -t ed25519 -N "" -C alex -f key
		echo "alex@example.org namespaces=\"treaty-plan@v1\" $(cut -d' ' -f1,2 key.pub)" >allowed_signers`)
	text := strings.Replace(block(t, "session"), "approve --yes", "approve --yes --sign "+filepath.Join(keys, "key"), 1)
	session(t, text, local, remote)
	folders, err := filepath.Glob(filepath.Join(local, ".treaty", "history", "1-*"))
	if err != nil || len(folders) != 1 {
		t.Fatal(folders, err)
	}
	recipe := strings.ReplaceAll(block(t, "signature"), "~/.ssh/allowed_signers", filepath.Join(keys, "allowed_signers"))
	recipe = strings.ReplaceAll(recipe, "/tmp/plan.sig", filepath.Join(keys, "plan.sig"))
	if out := shell(t, folders[0], recipe); !strings.Contains(out, `Good "treaty-plan@v1" signature for alex@example.org`) {
		t.Errorf("it says %s", out)
	}
}
