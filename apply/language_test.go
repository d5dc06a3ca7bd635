package apply_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"treaty/plan/tree"
)

// The language of trees here: "a=1 d/ d/b=2@20!755 e/!555 l->a p|fifo". A file's content that is a number
// n was written at second 10n, other content at ten times its first byte, unless @ says otherwise. Modes
// are 644 and 755 unless given. A name in quotes is as in Go, and "~" ends a line of a content.

// node is an entry of a tree, as it is on the disk.
type node struct {
	kind    tree.Type
	content string
	mtime   tree.Time
	mode    tree.Mode
	target  string
}

// nodes is a tree, treaty's own folder left out.
type nodes map[tree.Path]node

// epoch is second 0.
var epoch = tree.TimeOf(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))

func (n node) String() string {
	switch n.kind {
	case tree.Directory:
		return "/!" + strconv.FormatUint(uint64(n.mode.Bits()), 8)
	case tree.Symlink:
		return "->" + n.target
	case tree.Special:
		return "|fifo"
	}
	seconds := strconv.FormatFloat(n.mtime.Sub(epoch).Seconds(), 'f', -1, 64)
	return fmt.Sprintf("=%s@%s!%o", n.content, seconds, n.mode.Bits())
}

func (m nodes) String() string {
	var words []string
	for _, path := range slices.SortedFunc(maps.Keys(m), tree.Compare) {
		name := string(path)
		if strings.ContainsAny(name, " \t\n\"") {
			name = strconv.Quote(name)
		}
		words = append(words, name+m[path].String())
	}
	return strings.Join(words, " ")
}

// equal leaves the modes of links and the times of directories out, as nodes does.
func (m nodes) equal(other nodes) bool { return maps.Equal(m, other) }

// parse reads a tree; directories above what is named need no mention.
func parse(text string) (nodes, error) {
	m := nodes{}
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		var name, word string
		if rest[0] == '"' {
			quoted, err := strconv.QuotedPrefix(rest)
			if err != nil {
				return nil, err
			}
			name, _ = strconv.Unquote(quoted)
			rest = rest[len(quoted):]
		}
		word, rest, _ = strings.Cut(rest, " ")
		if err := m.add(name, word); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m nodes) add(name, word string) error {
	n := node{kind: tree.File, mode: tree.Perm(0o644)}
	if i := strings.IndexAny(word, "=|/-"); name == "" && i >= 0 {
		for i < len(word) && !slices.ContainsFunc([]string{"=", "|fifo", "->", "/!"}, func(mark string) bool {
			return strings.HasPrefix(word[i:], mark)
		}) && word[i:] != "/" {
			i++
		}
		name, word = word[:i], word[i:]
	}
	var mode, second string
	word, mode, _ = strings.Cut(word, "!")
	word, second, _ = strings.Cut(word, "@")
	switch {
	case strings.HasPrefix(word, "="):
		n.content = strings.ReplaceAll(word[1:], "~", "\n")
		n.mtime = written(n.content)
	case strings.HasPrefix(word, "->"):
		n = node{kind: tree.Symlink, target: word[2:]}
	case word == "/":
		n = node{kind: tree.Directory, mode: tree.Perm(0o755)}
	case word == "|fifo":
		n = node{kind: tree.Special}
	default:
		return fmt.Errorf("no entry: %q %q", name, word)
	}
	if mode != "" {
		bits, err := strconv.ParseUint(mode, 8, 9)
		if err != nil {
			return err
		}
		n.mode = tree.Perm(uint32(bits))
	}
	if second != "" {
		d, err := time.ParseDuration(second + "s")
		if err != nil {
			return err
		}
		n.mtime = epoch.Add(time.Duration(d))
	}
	for dir := tree.Path(name).Parent(); dir != tree.Root; dir = dir.Parent() {
		if _, known := m[dir]; !known {
			m[dir] = node{kind: tree.Directory, mode: tree.Perm(0o755)}
		}
	}
	m[tree.Path(name)] = n
	return nil
}

// written is when a content was written.
func written(content string) tree.Time {
	if number, err := strconv.Atoi(content); err == nil {
		return epoch.Add(time.Duration(number) * 10e9)
	}
	if content == "" {
		return epoch
	}
	return epoch.Add(time.Duration(content[0]) * 10e9)
}

// tester is what testing.T and rapid.T have in common.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
	Logf(format string, args ...any)
	Skip(args ...any)
}

func check(t tester, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}

func tryParse(t tester, text string) nodes {
	t.Helper()
	m, err := parse(text)
	check(t, err)
	return m
}

// write makes the tree at dir, which has nothing in its way.
func (m nodes) write(t tester, dir string) {
	t.Helper()
	paths := slices.SortedFunc(maps.Keys(m), tree.Compare)
	for _, path := range paths {
		n, at := m[path], filepath.Join(dir, filepath.FromSlash(string(path)))
		switch n.kind {
		case tree.Directory:
			check(t, os.Mkdir(at, 0o700))
		case tree.Symlink:
			check(t, os.Symlink(n.target, at))
		case tree.Special:
			check(t, mkfifo(at))
		default:
			writeFile(t, at, n)
		}
	}
	slices.Reverse(paths)
	for _, path := range paths {
		if n := m[path]; n.kind == tree.Directory {
			check(t, os.Chmod(filepath.Join(dir, filepath.FromSlash(string(path))), fs.FileMode(n.mode.Bits())))
		}
	}
}

func writeFile(t tester, at string, n node) {
	t.Helper()
	check(t, os.WriteFile(at, []byte(n.content), 0o600))
	check(t, os.Chmod(at, fs.FileMode(n.mode.Bits())))
	check(t, os.Chtimes(at, n.mtime.Time(), n.mtime.Time()))
}

// read reads the tree at dir, without what is below skip.
func read(t tester, dir, skip string) nodes {
	t.Helper()
	m := nodes{}
	err := filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil || at == dir {
			return err
		}
		if filepath.Base(at) == skip && filepath.Dir(at) == dir {
			return filepath.SkipDir
		}
		rel, err := filepath.Rel(dir, at)
		if err != nil {
			return err
		}
		n, err := readNode(at)
		m[tree.Path(filepath.ToSlash(rel))] = n
		return err
	})
	check(t, err)
	return m
}

func readNode(at string) (node, error) {
	info, err := os.Lstat(at)
	if err != nil {
		return node{}, err
	}
	n := node{kind: tree.File, mode: modeOf(info)}
	switch {
	case info.IsDir():
		n.kind = tree.Directory
	case info.Mode()&fs.ModeSymlink != 0:
		n = node{kind: tree.Symlink}
		n.target, err = os.Readlink(at)
	case !info.Mode().IsRegular():
		n = node{kind: tree.Special}
	default:
		n.mtime = tree.TimeOf(info.ModTime())
		var text []byte
		text, err = os.ReadFile(at)
		n.content = string(text)
	}
	return n, err
}

func TestTheLanguageReadsWhatItWrites(t *testing.T) {
	text := `"a b"=1@10!644 d/!555 d/e=2@20.5!755 l->../x p|fifo`
	m := tryParse(t, text)
	if got := m.String(); got != text {
		t.Errorf("got  %s\nwant %s", got, text)
	}
	dir := scratch(t)
	native(m).write(t, dir)
	if got := read(t, dir, ""); !got.equal(native(m)) {
		t.Errorf("on disk %s\nwant    %s", got, native(m))
	}
}
