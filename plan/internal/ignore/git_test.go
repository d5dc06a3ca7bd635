package ignore

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"treaty/testdata/effort"
)

// gitOracle asks git check-ignore, the authority on what a pattern means.
type gitOracle struct {
	t      *testing.T
	gitDir string
	config string // stands in for the config's list: weaker than any .gitignore
}

func newGitOracle(t *testing.T) *gitOracle {
	effort.Program(t, "git")
	dir := t.TempDir()
	g := &gitOracle{t, filepath.Join(dir, "git"), filepath.Join(dir, "config")}
	g.run("", "init", "--quiet", "--bare", "--template=", g.gitDir)
	return g
}

func (g *gitOracle) run(stdin string, args ...string) []byte {
	g.t.Helper()
	cmd := exec.Command("git", args...)
	// None of the user's settings, and no GIT_DIR of a hook that runs these tests.
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + g.gitDir, "GIT_CONFIG_NOSYSTEM=1"}
	cmd.Stdin = strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 && stderr.Len() == 0 {
		err = nil // check-ignore: no path is ignored
	}
	if err != nil {
		g.t.Fatalf("git %q: %v\n%s", args, err, &stderr)
	}
	return out
}

// ignored returns which of paths git ignores in the tree at root, and by which pattern.
func (g *gitOracle) ignored(root string, config []string, paths []string) map[string]string {
	g.t.Helper()
	write(g.t, g.config, strings.Join(config, "\n")+"\n")
	var stdin strings.Builder
	for _, p := range paths {
		stdin.WriteString(strings.TrimSuffix(p, "/") + "\x00")
	}
	out := g.run(stdin.String(), "-C", root, "--git-dir="+g.gitDir, "--work-tree="+root,
		"-c", "core.bare=false", "-c", "core.ignoreCase=false", "-c", "core.excludesFile="+g.config,
		"check-ignore", "--no-index", "--verbose", "--non-matching", "-z", "--stdin")
	fields := strings.Split(string(out), "\x00") // source, line, pattern, path
	if len(fields) != 4*len(paths)+1 {
		g.t.Fatalf("%d answers to %d questions", len(fields)/4, len(paths))
	}
	by := map[string]string{}
	for i, p := range paths {
		if pattern := fields[4*i+2]; pattern != "" && pattern[0] != '!' {
			by[p] = fmt.Sprintf("%s:%s: %q", fields[4*i], fields[4*i+1], pattern)
		}
	}
	return by
}

func (g *gitOracle) compare(root string, w *world, paths []string) {
	g.t.Helper()
	want := g.ignored(root, w.config, paths)
	for _, p := range paths {
		if got := w.judge(p); (got == Ignored) != (want[p] != "") {
			g.t.Errorf("%q: %v; git: %s\nconfig: %q\nfiles: %q", p, got, want[p], w.config, w.files)
		}
	}
}

func TestRandomTreesAsGit(t *testing.T) {
	g := newGitOracle(t)
	asked := 0
	for seed := range uint64(effort.Tries(1, 40)) {
		r := gen{rand.New(rand.NewPCG(seed, 7))}
		root := t.TempDir()
		paths := r.tree(t, root)
		w := &world{files: map[string]string{}}
		for range r.IntN(3) {
			w.config = append(w.config, r.pattern(paths, ""))
		}
		for i, dir := range append([]string{""}, paths...) {
			if d, isDir := strings.CutSuffix(dir, "/"); i == 0 || isDir && r.IntN(3) == 0 {
				w.files[d] = r.file(paths, dir)
				write(t, filepath.Join(root, d, ".gitignore"), w.files[d])
			}
		}
		g.compare(root, w, paths)
		asked += len(paths)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d paths", asked)
}

// All bytes against the named classes and against random bracket expressions.
func TestBracketsAsGit(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("names that differ in case alone, or are not UTF-8, need a Linux filesystem")
	}
	g := newGitOracle(t)
	root := t.TempDir()
	var paths []string
	for c := 1; c < 256; c++ {
		if c != '/' {
			p := "x" + string([]byte{byte(c)})
			write(t, filepath.Join(root, p), "")
			paths = append(paths, p)
		}
	}
	patterns := []string{"x[a[:digit:]-c]", "x[[:-z]", "x[[:a-c]", "x[a-c-e]", "x[z-a]", "x[a-\\]]", "x[]-a]", "x[!]a-]"}
	for name := range classes {
		patterns = append(patterns, "x[[:"+name+":]]", "x[^[:"+name+":]]")
	}
	r := gen{rand.New(rand.NewPCG(1, 2))}
	for range 120 {
		patterns = append(patterns, "x"+r.bracket()+r.pick("", "", "", "]", "*"))
	}
	for _, p := range patterns {
		g.compare(root, &world{config: []string{p}}, paths)
	}
}

// gen makes names that are few and odd, so that patterns often hit.
type gen struct{ *rand.Rand }

func (r gen) pick(from ...string) string { return from[r.IntN(len(from))] }

func (r gen) name() string {
	n := r.pick("a", "b", "ab", "a.o", "b.o", "aab", "ba", "bb.o.a", "-", "a-b", "x]", "[a]", "*", "a*",
		"!a", "#a", "a ", " a", "a  b", `a\`, `\a`, "é", "B", "A.o", "a\r", "a\t", "**", "^", "1", "?")
	if runtime.GOOS == "linux" && r.IntN(20) == 0 {
		n += "\xe9\n"
	}
	return n
}

// tree makes files and directories and returns their paths, parents first.
func (r gen) tree(t *testing.T, root string) []string {
	var paths []string
	dirs := []string{""}
	seen := map[string]bool{}
	for range 10 + r.IntN(30) {
		dir := dirs[r.IntN(len(dirs))]
		p := dir + r.name()
		if seen[p] || runtime.GOOS != "linux" && seen[strings.ToLower(p)] {
			continue
		}
		seen[p], seen[strings.ToLower(p)] = true, true
		if r.IntN(2) == 0 {
			write(t, filepath.Join(root, p), "")
		} else {
			if err := os.Mkdir(filepath.Join(root, p), 0o755); err != nil {
				t.Fatal(err)
			}
			p += "/"
			dirs = append(dirs, p, p)
		}
		paths = append(paths, p)
	}
	return paths
}

func (r gen) file(paths []string, dir string) string {
	var b strings.Builder
	b.WriteString(r.pick("", "", "", "", "\ufeff", "\n", "# c\n"))
	for n := r.IntN(5); n >= 0; n-- {
		b.WriteString(r.pattern(paths, dir))
		b.WriteString(r.pick("", "", "", "", "", " ", "  ", `\ `, "\\  ", "\t", "\x00z"))
		if n > 0 || r.IntN(2) == 0 {
			b.WriteString(r.pick("\n", "\n", "\n", "\n", "\r\n", "\n\n", "\r\r\n", "\n\r\n"))
		}
	}
	return b.String()
}

// pattern is a path that may exist below dir, with holes, or nonsense.
func (r gen) pattern(paths []string, dir string) string {
	s := ""
	if r.IntN(4) == 0 {
		for range 1 + r.IntN(6) {
			s += r.atom()
		}
	} else {
		p := paths[r.IntN(len(paths))]
		if below, ok := strings.CutPrefix(p, dir); ok && r.IntN(4) > 0 {
			p = below
		}
		if i := strings.LastIndexByte(strings.TrimSuffix(p, "/"), '/'); r.IntN(3) == 0 {
			p = p[i+1:]
		}
		for i := range len(p) {
			switch r.IntN(9) {
			case 0:
				s += r.atom()
			case 1:
				s += r.pick("?", "*", `\`, "**") + p[i:i+1]
			case 2:
				s += "[" + r.pick("", "!", "^", "z", "a-") + p[i:i+1] + r.pick("", "", "-z") + "]"
			default:
				s += p[i : i+1]
			}
		}
		if r.IntN(5) == 0 {
			s = strings.TrimSuffix(s, "/")
		}
	}
	s = r.pick("", "", "", "", "/", "**/", "!", "!", "!/", `\`, "*") + s
	return strings.ReplaceAll(s, "\n", "?")
}

func (r gen) atom() string {
	if r.IntN(4) == 0 {
		return r.bracket()
	}
	return r.pick("a", "b", ".", "o", "*", "*", "**", "***", "?", "/", "/", "**/", "/**", "/**/", `**\/`, `\`, `\a`,
		`\*`, `\/`, `\ `, " ", "!", "#", "[", "]", "-", "é", "\xc3")
}

func (r gen) bracket() string {
	s := "[" + r.pick("", "", "!", "^", "]", "!]")
	for range r.IntN(5) {
		s += r.pick("a", "b", "A", "z", "-", "-", "-", "[", "/", ".", `\]`, `\\`, `\-`, `\a`, "!", "^", " ", "1", "]",
			"[:alpha:]", "[:digit:]", "[:punct:]", "[:nope:]", "[:", ":]", "[::]", "é", "\xff", "\x01")
	}
	return s + r.pick("]", "]", "]", "]", "]", "]", "]", "")
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
