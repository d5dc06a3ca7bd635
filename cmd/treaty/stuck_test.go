package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"treaty/apply/baseline"
	"treaty/plan/tree"
	"treaty/testdata/effort"
	"treaty/testdata/wrote"
)

// A pair is two trees that have seen much: edits, syncs, undos, interrupted applies, and damage to treaty's own
// files. Whatever state that left, typing what treaty itself prints leads to two trees in step, and to no loss.

// plight is such a pair, as a person sees it who stands in the local tree.
type plight struct {
	*rapid.T
	t      *testing.T
	roots  [2]string
	log    []string
	stamps int
}

const enough = 40 // commands; more than that is being stuck

func TestWhatTreatyPrintsLeadsOutOfAnyState(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("USERPROFILE", os.Getenv("HOME"))
	base := t.TempDir()
	t.Chdir(base)
	cases := 0
	effort.Check(t, 2, 8, func(r *rapid.T) {
		cases++
		dir := filepath.Join(base, fmt.Sprint(cases))
		p := &plight{T: r, t: t, roots: [2]string{filepath.Join(dir, "here"), filepath.Join(dir, "there")}}
		defer func() {
			if p.Failed() {
				p.Logf("%s", strings.Join(p.log, "\n"))
			}
			if err := os.Chdir(base); err != nil {
				t.Fatal(err)
			}
			os.RemoveAll(dir)
		}()
		p.live()
		p.escape()
	})
}

func (p *plight) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatalf("%v\n%s", err, strings.Join(p.log, "\n"))
	}
}

func (p *plight) note(format string, args ...any) {
	p.log = append(p.log, fmt.Sprintf(format, args...))
}

// types types a command, and holds that nothing is lost by it.
func (p *plight) types(words ...string) (int, string) {
	p.Helper()
	before := wrote.In(p.t, p.roots[:]...)
	var said bytes.Buffer
	code := run(words, strings.NewReader(""), &said, &said)
	out := said.String()
	p.note("$ treaty %s\n%s= %d", strings.Join(words, " "), out, code)
	if lost := before.Lost(wrote.In(p.t, p.roots[:]...)); len(lost) > 0 {
		p.Fatalf("treaty %s lost what was in %s", strings.Join(words, " "), strings.Join(lost, ", "))
	}
	return code, out
}

// live makes the pair, and lets it live.
func (p *plight) live() {
	for _, root := range p.roots {
		p.must(os.MkdirAll(root, 0o755))
	}
	p.must(os.Chdir(p.roots[0]))
	for range rapid.IntRange(1, 6).Draw(p.T, "first") {
		p.edit()
	}
	p.sync()
	for range rapid.IntRange(1, 5).Draw(p.T, "steps") {
		switch rapid.IntRange(0, 7).Draw(p.T, "step") {
		case 0, 1, 2:
			for range rapid.IntRange(1, 3).Draw(p.T, "edits") {
				p.edit()
			}
			p.sync()
		case 3:
			p.types("undo")
			p.types("approve", "--yes")
			p.types("apply")
		case 4:
			p.interrupt()
		default:
			p.damage()
		}
	}
	for range rapid.IntRange(0, 2).Draw(p.T, "last edits") {
		p.edit()
	}
	for range rapid.IntRange(1, 3).Draw(p.T, "damages") {
		p.damage()
	}
}

// paths are few, so that much happens to each; some are odd.
var oddPaths = []string{"x", "x/y", "x/y/z", "x/w", "k", "-n", "a b", "[", "e\u0301", "X"}

func (p *plight) edit() {
	root := rapid.SampledFrom(p.roots[:]).Draw(p.T, "side")
	name := rapid.SampledFrom(oddPaths).Draw(p.T, "path")
	path := filepath.Join(root, filepath.FromSlash(name))
	what := rapid.SampledFrom([]string{"write", "write", "write", "delete", "delete", "mkdir", "link", "rename"}).Draw(p.T,
		"edit")
	p.note("# %s %s", what, path)
	p.stamps++
	at := time.Date(2026, 1, 1, 0, 0, 10*p.stamps, 0, time.UTC)
	clear := func() {
		for up := filepath.Dir(path); up != root; up = filepath.Dir(up) {
			if info, err := os.Lstat(up); err == nil && !info.IsDir() {
				p.must(os.Remove(up))
			}
		}
		p.must(os.RemoveAll(path))
		p.must(os.MkdirAll(filepath.Dir(path), 0o755))
	}
	switch what {
	case "write":
		clear()
		p.must(os.WriteFile(path, fmt.Appendf(nil, "content %d\n", p.stamps), 0o644))
		p.must(os.Chtimes(path, at, at))
	case "delete":
		_ = os.RemoveAll(path)
	case "mkdir":
		clear()
		p.must(os.Mkdir(path, 0o755))
	case "link", "rename":
		other := filepath.Join(root, filepath.FromSlash(rapid.SampledFrom(oddPaths).Draw(p.T, "other")))
		if info, err := os.Lstat(other); err != nil || !info.Mode().IsRegular() || other == path ||
			strings.HasPrefix(path, other) {
			return
		}
		clear()
		if what == "link" {
			_ = os.Link(other, path)
		} else {
			_ = os.Rename(other, path)
		}
	}
}

// sync is a round in which a person decides this and that; what comes of it does not matter.
func (p *plight) sync() {
	p.prepare()
	p.types("apply")
}

// prepare is a round up to its apply.
func (p *plight) prepare() {
	words := []string{"plan", "../there", "--allow-many-deletes"}
	if rapid.IntRange(0, 3).Draw(p.T, "new pair") == 0 {
		words = append(words, "--new-pair")
	}
	p.types(words...)
	p.types("resolve", "--take", rapid.SampledFrom([]string{"local", "remote", "skip", "both"}).Draw(p.T, "choice"),
		"--all")
	p.types("resolve", "--take", "skip", "--all")
	if rapid.IntRange(0, 3).Draw(p.T, "leave out") == 0 {
		p.types("skip", "#1")
	}
	p.types("approve", "--yes")
}

// interrupt leaves an apply open: all of it is done but its end, as if a power cut had lost that the journals were
// removed. They may be torn.
func (p *plight) interrupt() {
	p.edit()
	p.prepare()
	release := p.holdJournals()
	p.types("apply")
	held := release()
	for log, kept := range held {
		p.must(os.Rename(kept, log))
	}
	p.note("# interrupted")
	for _, log := range p.private("journal/*.log") {
		if info, err := os.Lstat(log); err == nil && info.Mode().IsRegular() && rapid.Bool().Draw(p.T, "torn") {
			size := rapid.Int64Range(0, info.Size()).Draw(p.T, "size")
			p.note("# %s ends after %d bytes of %d", log, size, info.Size())
			p.must(os.Truncate(log, size))
		}
	}
}

// holdJournals gives each journal that is begun another name, until release, which returns these by the journals'.
func (p *plight) holdJournals() (release func() map[string]string) {
	held := map[string]string{}
	stop, stopped := make(chan bool), make(chan bool)
	go func() {
		defer close(stopped)
		for {
			for _, log := range p.private("journal/*.log") {
				if kept := log + ".held"; held[log] == "" && os.Link(log, kept) == nil {
					held[log] = kept
				}
			}
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Microsecond):
			}
		}
	}()
	return func() map[string]string {
		close(stop)
		<-stopped
		return held
	}
}

// private are what is in treaty's own folders of both trees under names that match.
func (p *plight) private(pattern string) []string {
	var all []string
	for _, root := range p.roots {
		found, err := filepath.Glob(filepath.Join(root, ".treaty", filepath.FromSlash(pattern)))
		p.must(err)
		all = append(all, found...)
	}
	return all
}

// damaged are treaty's own files and folders, the config left out, which is a person's, and the trash, which is
// content.
var damaged = []string{"tree.json", "lock", "plans", "plans/*", "history", "history/head.json", "history/*",
	"history/*/*", "baselines", "baselines/*",
	"journal", "stage"}

// added are names that treaty looks for, and that may be there or not.
var added = []string{"lock", "tree.new.json", "history/head.new.json", "history/9-x",
	"plans/99990101T000000.000Z-00000000.plan.json",
	"plans/zzz.plan.json", "journal/x.log", "journal/01234567-89ab-7def-8123-456789abcdef.log", "stage/x",
	"baselines/x", "trash/x"}

func (p *plight) damage() {
	var path string
	if rapid.IntRange(0, 2).Draw(p.T, "add") == 0 {
		root := rapid.SampledFrom(p.roots[:]).Draw(p.T, "tree")
		path = filepath.Join(root, ".treaty", filepath.FromSlash(rapid.SampledFrom(added).Draw(p.T, "added")))
		if os.MkdirAll(filepath.Dir(path), 0o700) != nil {
			return
		}
		if _, err := os.Lstat(path); err == nil {
			return
		}
	} else {
		found := p.private(rapid.SampledFrom(damaged).Draw(p.T, "what"))
		if len(found) == 0 {
			return
		}
		slices.Sort(found)
		path = found[rapid.IntRange(0, len(found)-1).Draw(p.T, "file")]
	}
	how := rapid.SampledFrom([]string{"gone", "empty", "cut", "garbage", "{}", "folder", "link", "another",
		"contradicts"}).Draw(p.T, "how")
	p.note("# damage: %s is %s", path, how)
	text, _ := os.ReadFile(path)
	if how == "cut" && len(text) == 0 || how == "contradicts" && filepath.Base(filepath.Dir(path)) != "baselines" {
		return
	}
	others := p.private(strings.ReplaceAll(filepath.ToSlash(filepath.Dir(path[strings.LastIndex(path, ".treaty")+
		len(".treaty/"):])), ".", "") + "/*")
	p.must(os.RemoveAll(path))
	put := func(text []byte) { p.must(os.WriteFile(path, text, 0o600)) }
	switch how {
	case "empty":
		put(nil)
	case "cut":
		put(text[:rapid.IntRange(0, len(text)-1).Draw(p.T, "length")])
	case "garbage":
		put([]byte("\x00garbage\xff\n"))
	case "{}":
		put([]byte("{}"))
	case "folder":
		p.must(os.MkdirAll(filepath.Join(path, "in", "it"), 0o700))
	case "link":
		_ = os.Symlink(os.Getenv("HOME"), path)
	case "another":
		if len(others) > 0 {
			other, _ := os.ReadFile(rapid.SampledFrom(others).Draw(p.T, "other"))
			put(other)
		}
	case "contradicts":
		put(p.contradiction(filepath.Base(path)))
	}
}

// contradiction is a baseline of the pair whose checksum holds, and that names a directory without what is in it.
func (p *plight) contradiction(planID string) []byte {
	var ids [2]string
	for i, root := range p.roots {
		text, _ := os.ReadFile(filepath.Join(root, ".treaty", "tree.json"))
		var file struct{ ID string }
		_ = json.Unmarshal(text, &file)
		ids[i] = file.ID
	}
	var out bytes.Buffer
	w, err := baseline.NewExcerpt(&out, baseline.Header{IDs: ids, PlanID: planID, SyncedAt: time.Now()})
	p.must(err)
	var entries []tree.Agreed
	for _, name := range []string{"k", "x"} {
		kind := tree.Directory
		entries = append(entries, tree.Agreed{Name: [2]string{name, name}, Type: kind})
	}
	p.must(w.Directory(tree.Root, entries))
	p.must(w.Close())
	return out.Bytes()
}

// escape types what treaty prints, from a plan on, until both trees are in step.
func (p *plight) escape() {
	p.note("# now only what treaty prints")
	typed := []string{"plan", "../there"}
	seen := map[string]int{}
	for range enough {
		code, out := p.types(typed...)
		switch next := printed(out); {
		case code == 0 && typed[0] == "plan" && strings.Contains(out, "nothing to do"):
			p.holds(out)
			return
		case len(next) == 0 && (code == 0 || typed[0] == "plan"):
			typed = []string{"plan", "../there"}
		case len(next) == 0:
			p.Fatalf("stuck: nothing to type")
		case code == 0:
			if p.follow(next) {
				typed = []string{"plan", "../there"}
				continue
			}
			typed = p.last(seen)
		default:
			typed = p.choose(next, seen)
		}
	}
	p.Fatalf("stuck after %d commands", enough)
}

// holds wants both trees to have the same paths, but for what is blocked.
func (p *plight) holds(out string) {
	if strings.Contains(out, "blocked") {
		return
	}
	var names [2][]string
	for i, root := range p.roots {
		p.must(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if d != nil && d.IsDir() && d.Name() == ".treaty" {
				return fs.SkipDir
			}
			rel, _ := filepath.Rel(root, path)
			names[i] = append(names[i], rel)
			return err
		}))
	}
	if !slices.Equal(names[0], names[1]) {
		p.Fatalf("in step, and yet %q and %q", names[0], names[1])
	}
}

// follow types what is to be typed after a plan, and tells whether all of it went well. Of a choice that is the
// person's it takes one side; what has no sides is skipped for now.
func (p *plight) follow(next [][]string) bool {
	for len(next) > 0 {
		words := next[0]
		next = next[1:]
		switch words[0] {
		case "approve":
			words = append(words, "--yes")
		case "resolve":
			p.types(filled(words, "local")...)
			p.types(filled(words, "skip")...)
			next = append(next, append([]string{"approve"}, planOf(words)...), append([]string{"apply"}, planOf(words)...))
			continue
		}
		if code, _ := p.types(words...); code != 0 {
			return false
		}
	}
	return true
}

// planOf is the plan that a command names, if it names one.
func planOf(words []string) []string {
	for _, word := range words {
		if strings.HasSuffix(word, ".plan.json") {
			return []string{word}
		}
	}
	return nil
}

// filled is a command that settles all conflicts by a choice.
func filled(words []string, choice string) []string {
	var out []string
	for _, word := range words {
		switch word {
		case "CHOICE":
			out = append(out, choice)
		case "PATH…":
			out = append(out, "--all")
		default:
			out = append(out, word)
		}
	}
	return out
}

// last is what the last command hinted at.
func (p *plight) last(seen map[string]int) []string {
	next := printed(p.log[len(p.log)-1])
	if len(next) == 0 {
		return []string{"plan", "../there"}
	}
	return p.choose(next, seen)
}

// choose takes, of several commands, the one that was typed least: the last one first, which is what the others are
// alternatives to.
func (p *plight) choose(next [][]string, seen map[string]int) []string {
	best := next[len(next)-1]
	for _, words := range slices.Backward(next) {
		if seen[strings.Join(words, " ")] < seen[strings.Join(best, " ")] {
			best = words
		}
	}
	seen[strings.Join(best, " ")]++
	return best
}

// printed are the commands that treaty prints: those of its hint, or else those that come next.
func printed(out string) [][]string {
	var all [][]string
	advice, command := hinted(out)
	if command != "" {
		for _, text := range append(strings.Split(advice, ";"), command) {
			text, _, _ = strings.Cut(text, " goes on with it")
			if _, rest, found := strings.Cut(text, "treaty "); found {
				all = append(all, split(rest))
			}
		}
		return all
	}
	_, rest, found := strings.Cut(out, "\nNext: ")
	if !found {
		return nil
	}
	for line := range strings.Lines(rest) {
		line, _, _ = strings.Cut(line, "   (")
		if text, is := strings.CutPrefix(strings.TrimSpace(line), "treaty "); is {
			if words := split(text); words[0] != "show" {
				all = append(all, words)
			}
		}
	}
	return all
}

// split is the words of a command that needs no shell but for quotes around a word; -C comes last.
func split(text string) []string {
	words := strings.Fields(strings.TrimSuffix(strings.TrimSpace(text), ","))
	for i := range words {
		words[i] = strings.Trim(words[i], "'\"")
	}
	if len(words) > 2 && words[0] == "-C" {
		words = append(words[2:], words[:2]...)
	}
	return words
}
