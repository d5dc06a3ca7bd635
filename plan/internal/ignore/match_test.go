package ignore

import (
	"fmt"
	"strings"
	"testing"
)

// spans is the definition that match must agree with: all ends of what ts can match of s from i on.
func spans(ts []token, s string, i int) bool {
	if len(ts) == 0 {
		return i == len(s)
	}
	switch k := &ts[0]; k.op {
	case opStar, opWide, opDirs:
		if spans(ts[1:], s, i) {
			return true
		}
		for ; i < len(s) && (k.op != opStar || s[i] != '/'); i++ {
			if (k.op != opDirs || s[i] == '/') && spans(ts[1:], s, i+1) {
				return true
			}
		}
		return false
	default:
		return i < len(s) && k.one(s[i]) && spans(ts[1:], s, i+1)
	}
}

// simply is [rules.last] without look-ups and short cuts.
func simply(patterns []string, path string, isDir bool) (last hit) {
	for i, line := range patterns {
		p, ok := parse(line)
		subject := path
		if !p.wholeDir {
			subject = path[strings.LastIndexByte(path, '/')+1:]
		}
		n := min(len(p.text), strings.IndexAny(p.text+"*", `*?[\`))
		ts, err := tokens(p.text[n:])
		rest, headed := strings.CutPrefix(subject, p.text[:n])
		if ok && err == nil && headed && (isDir || !p.dirOnly) && spans(ts, rest, 0) {
			last = newHit(i, p.negated)
		}
	}
	return last
}

func FuzzMatch(f *testing.F) {
	f.Add("*.o\n!keep.o\n", "a/keep.o", false)
	f.Add("\ufeffa/**/b*c/\r\n[!a-z]\\ \n", "a/x/y/bac", true)
	f.Add("a**/b\n?[]-]x\\", "ab/c/b", true)
	f.Add("[[:alpha:]-\\]]\n[^/]**\\/x\n***/a", "b/x", false)
	f.Fuzz(func(t *testing.T, text, path string, isDir bool) {
		for _, line := range strings.Split(text, "\n") {
			_ = Check(line)
		}
		Patterns(strings.Split(text, "\n")).Last(path, isDir)
		scope := New(Options{DefaultIgnores: true}).Enter("a", []byte(text)).Enter("", []byte(text))
		scope.Match(path, isDir)
		if path == "" || len(path) > 16 || strings.Count(text, "*") > 8 {
			return
		}
		patterns := lines([]byte(text))
		name := path[strings.LastIndexByte(path, '/')+1:]
		got := compile("", patterns, false).last(path, name, isDir)
		if want := simply(patterns, path, isDir); got != want {
			t.Errorf("%q on %q: %d, want %d", text, path, got, want)
		}
	})
}

// Git does the same on a Mac, and elsewhere not.
func TestNormalisationDoesNotCountAndCaseDoes(t *testing.T) {
	const composed, decomposed = "caf\u00e9", "cafe\u0301"
	for _, pattern := range []string{composed, decomposed} {
		for _, s := range []Scope{
			New(Options{Patterns: []string{pattern}}),
			New(Options{}).Enter("", []byte("# \u00e9\n"+pattern+"\n")),
			New(Options{}).Enter("", []byte(pattern+"/\n*."+pattern+"\n/x/"+pattern+"*\n")),
			New(Options{}).Enter(composed+"x", []byte(pattern+"\n/x/"+pattern+"\n")),
			New(Options{}).Enter(decomposed+"x", []byte("/x/"+pattern+"\n"+pattern)),
		} {
			for _, name := range []string{composed, decomposed} {
				if v := s.Match(name, true); v != Ignored {
					t.Errorf("%+q on %+q: %v", pattern, name, v)
				}
			}
			if v := s.Match("CAF\u00c9", true); v != In {
				t.Errorf("%+q on another case: %v", pattern, v)
			}
		}
		for _, dir := range []string{composed, decomposed} {
			s := New(Options{}).Enter(dir, []byte("/a/"+pattern+"\n"))
			for _, at := range []string{composed, decomposed} {
				if v := s.Match(at+"/a/"+composed, false); v != Ignored {
					t.Errorf("%+q of %+q on %+q: %v", pattern, dir, at, v)
				}
			}
		}
		for _, l := range []List{Patterns([]string{"*." + pattern}), Sensitive([]string{"*." + pattern})} {
			for _, name := range []string{composed, decomposed} {
				if !l.Match("a/b."+name, false) {
					t.Errorf("a list's %+q on %+q", pattern, name)
				}
			}
		}
	}
	// What is no UTF-8 is compared as it is.
	if v := New(Options{Patterns: []string{"a\xff*"}}).Match("a\xffb", false); v != Ignored {
		t.Error(v)
	}
}

func TestMatchIsNotExponential(t *testing.T) {
	s := New(Options{Patterns: []string{strings.Repeat("a*", 60) + "b", strings.Repeat("**/a*", 60) + "b"}})
	if v := s.Match(strings.Repeat(strings.Repeat("a", 200)+"/", 10)+strings.Repeat("a", 200), false); v != In {
		t.Error(v)
	}
}

func TestMatchAllocatesNothing(t *testing.T) {
	s := New(Options{Patterns: typical, DefaultIgnores: true}).Enter("src", []byte("*.x\n!a/**/[b-d]*.y\n"))
	if n := testing.AllocsPerRun(100, func() {
		s.Match("src/a/b/c/file.y", false)
		s.Match("src/a/b/THUMBS.DB", false)
		s.Match("src/node_modules", true)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestEnterWithoutRulesIsFree(t *testing.T) {
	s := New(Options{Patterns: typical, DefaultIgnores: true})
	for _, text := range [][]byte{nil, {}, []byte("# nothing\n\n[\n")} {
		if s.Enter("dir", text) != s {
			t.Errorf("%q makes another scope", text)
		}
	}
	if n := testing.AllocsPerRun(100, func() { s.Enter("dir", nil) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// The greater verdict is the one that holds for both sides.
func TestVerdictsAreOrdered(t *testing.T) {
	if !(In < Litter && Litter < Ignored) {
		t.Error("want in < litter < ignored")
	}
}

func TestTheRootIsInScope(t *testing.T) {
	if v := New(Options{Patterns: []string{"*", "**", "/**"}}).Match("", true); v != In {
		t.Error(v)
	}
}

var typical = []string{
	"*.o", "*.pyc", "*.class", "*.swp", "*~", "#*#", "\\#*\\#", "node_modules/", "__pycache__/", ".git/",
	"/build/", "/dist", "target", "*.log", "!important.log", "docs/_build/", "**/.cache/", "tmp*",
	"*.tar.[gx]z", "vendor/**/testdata",
}

func paths(n int) []string {
	ps := make([]string, n)
	ext := []string{"go", "c", "o", "jpeg", "txt", "log", "tar.gz", "html"}
	for i := range ps {
		ps[i] = fmt.Sprintf("home/project%d/src/module%d/file%d.%s", i%97, i%1009, i, ext[i%len(ext)])
	}
	return ps
}

func BenchmarkMillionPaths(b *testing.B) {
	ps := paths(1_000_000)
	for _, c := range []struct {
		name  string
		scope Scope
	}{
		{"no rules", Scope{}},
		{"litter", New(Options{DefaultIgnores: true})},
		{"litter and 20 patterns", New(Options{Patterns: typical, DefaultIgnores: true})},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, p := range ps {
					c.scope.Match(p, false)
				}
			}
		})
	}
}
