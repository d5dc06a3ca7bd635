package ignore

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// world is a tree with its rules, and what a walker would find out about it.
type world struct {
	config []string
	files  map[string]string // directory ("" for the root) to the text of its .treatyignore
	litter bool
}

// scope enters the directories above p one by one.
func (w *world) scope(p string) Scope {
	s := New(Options{Patterns: w.config, DefaultIgnores: w.litter})
	s = s.Enter("", []byte(w.files[""]))
	for i := range len(p) {
		if p[i] == '/' {
			s = s.Enter(p[:i], []byte(w.files[p[:i]]))
		}
	}
	return s
}

// judge asks about the parents of p first, as the contract wants. A slash at the end marks a
// directory.
func (w *world) judge(p string) Ruling {
	p, isDir := strings.CutSuffix(p, "/")
	if up := path.Dir(p); up != "." {
		if v := w.judge(up + "/"); v != In {
			return v
		}
	}
	return w.scope(p).Match(p, isDir)
}

// cases: "config PATTERN" adds to the config's list, "rule DIR PATTERN" to the .treatyignore of DIR
// ("." is the root); the other words are verdicts on the paths that follow. Patterns reach to the
// end of the line.
const cases = `
== a name matches at any depth
rule . core
ignored core a/core a/b/core/ core/x
in cores Core a/core.c

== a slash binds to the directory of the file
rule . /top
rule . a/b
rule sub x/y
ignored top a/b sub/x/y
in s/top s/a/b x/y sub/s/x/y

== a slash at the end wants a directory
rule . build/
ignored build/ a/build/ build/x a/build/x
in build a/build

== the last match wins
rule . *.o
rule . !keep.o
rule . /a/keep.o
ignored x.o a/keep.o
in keep.o b/keep.o

== nothing below an excluded directory comes back
rule . cache/
rule . !cache/keep
rule cache !*
ignored cache/ cache/keep cache/a/b
in cachet

== contents excluded, one brought back
rule . cache/*
rule . !cache/keep
ignored cache/x cache/d/ cache/d/keep
in cache/ cache/keep

== deeper files are stronger
rule . *.log
rule a !*.log
rule a/b *.log
ignored x.log a/b/x.log
in a/x.log a/c/x.log

== files are stronger than the config
config *.log
config !x.tmp
rule . !*.log
rule . *.tmp
ignored x.tmp
in x.log

== the config's patterns are based at the root
config /only
config a/*.c
ignored only a/x.c
in a/only b/a/x.c

== a star stops at a slash
rule . a/*/z
ignored a/b/z
in a/z a/b/c/z a/b

== two stars between slashes
rule . a/**/z
ignored a/z a/b/z a/b/c/z
in z b/a/z a/zz

== two stars first
rule . **/b/c
ignored b/c a/b/c x/a/b/c
in c a/c xb/c

== two stars last
rule . a/**
ignored a/x a/b/ a/b/c
in a/ b/a/x

== two stars elsewhere are one
rule . x/?**/z
ignored x/b/z
in x/b/c/z x/z

== two stars behind text, as git takes them
rule . s/a**/z
ignored s/ab/z s/ab/c/z s/az
in s/b/z

== two stars before a slash behind a backslash
rule . a/**\/z
ignored a/b/z a/b/c/z
in a/z

== classes
rule . [a-c]1
rule . [!a-c]2
rule . [^a-c]3
rule . [[:digit:]_]4
rule . []-]5
rule . [\]x]6
ignored a1 d2 d3 74 _4 ]5 -5 ]6 x6
in d1 a2 b3 x4 a5 \6

== a class is never a slash
rule . a[!b]c
rule . d[.-0]e
ignored axc d.e
in a/c d/e

== what is broken matches nothing
rule . [
rule . a[b
rule . [[:nope:]]
rule . c\
rule . /
rule . !
in [ a[b ab n c c\ a/

== backslashes
rule . \!a
rule . \#b
rule . c\*
rule . d\\
rule . \e
ignored !a #b c* d\ e
in a b cx \e

== comments and blanks
rule . # x
rule . 
rule .    
rule .  #y
in x y #y # z

== litter, in any case
litter .DS_Store .ds_store a/THUMBS.DB ._x ._ $Recycle.Bin/ FOUND.000/ found.001/x FSCK0000.REC fsck.rec .apdisk
in DS_Store x.DS_Store .DS_Store2 .x FSCK0000.RE FSCK found thumbs_db ſystem

== litter is the weakest rule
config !.DS_Store
rule a !desktop.ini
litter desktop.ini a/thumbs.db a/._x
in .DS_Store a/.DS_Store a/desktop.ini

== litter stays litter for a user who ignores it too
config .DS_Store
config *.o
litter .DS_Store a/.DS_Store
ignored x.o
in x
`

func TestCases(t *testing.T) {
	for c := range strings.SplitSeq(strings.TrimSpace(cases), "\n\n") {
		head, body, _ := strings.Cut(c, "\n")
		name := strings.TrimPrefix(head, "== ")
		t.Run(name, func(t *testing.T) {
			w, want := parseCase(body)
			w.litter = strings.Contains(name, "litter")
			for _, p := range slices.Sorted(maps.Keys(want)) {
				if got := w.judge(p).String(); got != want[p] {
					t.Errorf("%s: %s, want %s", p, got, want[p])
				}
			}
		})
	}
}

// Git has no litter; otherwise the table is true of it too.
func TestCasesAsGit(t *testing.T) {
	g := newGitOracle(t)
	for c := range strings.SplitSeq(strings.TrimSpace(cases), "\n\n") {
		w, want := parseCase(c)
		// A case may name both a file and a directory: each path gets a tree of its own.
		for p, verdict := range want {
			root := t.TempDir()
			for dir, text := range w.files {
				mkdir(t, root, dir)
				write(t, filepath.Join(root, dir, ".gitignore"), text)
			}
			if strings.HasSuffix(p, "/") {
				mkdir(t, root, p)
			} else if mkdir(t, root, path.Dir(p)); !exists(root, p) {
				write(t, filepath.Join(root, p), "")
			} else {
				continue // rules need a directory here
			}
			by := g.ignored(root, w.config, []string{p})[p]
			if (by != "") != (verdict == "ignored") && verdict != "litter" {
				t.Errorf("%s: %s, but git: %s\n%s", p, verdict, by, c)
			}
		}
	}
}

func parseCase(body string) (w *world, want map[string]string) {
	w, want = &world{files: map[string]string{}}, map[string]string{}
	for line := range strings.SplitSeq(body, "\n") {
		switch verb, rest, _ := strings.Cut(line, " "); verb {
		case "config":
			w.config = append(w.config, rest)
		case "rule":
			dir, pattern, _ := strings.Cut(rest, " ")
			w.files[strings.TrimPrefix(dir, ".")] += pattern + "\n"
		case "in", "ignored", "litter":
			for _, p := range strings.Fields(rest) {
				want[p] = verb
			}
		}
	}
	return w, want
}

func mkdir(t *testing.T, root, dir string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
		t.Fatal(err)
	}
}

func exists(root, p string) bool {
	_, err := os.Lstat(filepath.Join(root, p))
	return err == nil
}
