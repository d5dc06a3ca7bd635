package ignore

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// nfc is the form in which patterns and paths are compared. What is not UTF-8 stays as it is.
func nfc(s string) string { return norm.NFC.String(s) }

func nfcAll(patterns []string) []string {
	all := make([]string, len(patterns))
	for i, pattern := range patterns {
		all[i] = nfc(pattern)
	}
	return all
}

// rules are the compiled patterns of one place.
type rules struct {
	outer *rules // the next weaker place, or nil
	base  string // the directory that paths are relative to: "" or with a slash at its end

	// Patterns that are plain names are the most frequent and need no more than one look-up;
	// nameLens has bit n set if some name is n bytes long (n capped), which spares most of these.
	names    map[string]nameHits
	nameLens uint64

	globs []rule // all others, in order

	patterns []string // what they were compiled from
}

// same tells whether two places, and all weaker ones, have the same patterns.
func (r *rules) same(as *rules) bool {
	for ; r != nil && as != nil && r != as; r, as = r.outer, as.outer {
		if r.base != as.base || !slices.Equal(r.patterns, as.patterns) {
			return false
		}
	}
	return r == as
}

type nameHits struct{ any, file hit } // any: what holds for a directory, dir-only patterns included

// rule is one pattern that is not a plain name.
type rule struct {
	glob
	hit      hit
	wholeDir bool // match the path below the base, not the name alone
	dirOnly  bool
}

// hit tells which pattern matched: the later the line, the greater. Zero means none.
type hit uint32

func newHit(index int, negated bool) hit {
	h := hit(index+1) << 1
	if negated {
		h |= 1
	}
	return h
}

func (h hit) index() int    { return int(h>>1) - 1 }
func (h hit) negated() bool { return h&1 != 0 }

// lines splits a .treatyignore. Like git, it skips a byte order mark at the start.
func lines(text []byte) []string {
	return strings.Split(strings.TrimPrefix(string(text), "\ufeff"), "\n")
}

// parsed is a line taken apart.
type parsed struct {
	text     string // without "!" and the slashes at either end
	negated  bool
	dirOnly  bool
	wholeDir bool // has a slash, other than at its end: holds for the path, not the name
}

// parse returns false for a blank line, a comment, and what no name can match. Like git, it drops
// one CR at the end and all behind a NUL.
func parse(line string) (parsed, bool) {
	var p parsed
	if strings.HasPrefix(line, "#") {
		return p, false
	}
	line = strings.TrimSuffix(line, "\r")
	line, _, _ = strings.Cut(line, "\x00")
	line = trimSpaces(line)
	line, p.negated = strings.CutPrefix(line, "!")
	line, p.dirOnly = strings.CutSuffix(line, "/")
	p.wholeDir = strings.Contains(line, "/")
	p.text = strings.TrimPrefix(line, "/")
	return p, p.text != ""
}

// trimSpaces cuts the blanks at the end of a line, but not one behind a backslash, and none from a
// line that ends with a lone backslash.
func trimSpaces(line string) string {
	end := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case ' ':
			continue
		case '\\':
			if i++; i == len(line) {
				return line
			}
		}
		end = i + 1
	}
	return line[:end]
}

// compile reads the patterns of dir, a line each. With fold, ASCII upper case in a pattern is taken
// as lower case; the caller folds the paths.
func compile(dir string, patterns []string, fold bool) *rules {
	r := &rules{patterns: patterns}
	if dir != "" {
		r.base = dir + "/"
	}
	for i, line := range patterns {
		p, ok := parse(line)
		if !ok {
			continue
		}
		if fold {
			p.text = strings.ReplaceAll(lower(p.text), "[:upper:]", "[:lower:]")
		}
		g, err := compileGlob(p.text)
		if err != nil {
			continue // git: matches nothing
		}
		h := newHit(i, p.negated)
		if name, ok := g.literal(); ok && !p.wholeDir {
			r.addName(name, h, p.dirOnly)
			continue
		}
		r.globs = append(r.globs, rule{g, h, p.wholeDir, p.dirOnly})
	}
	return r
}

func (r *rules) addName(name string, h hit, dirOnly bool) {
	if r.names == nil {
		r.names = make(map[string]nameHits)
	}
	n := r.names[name]
	n.any = h
	if !dirOnly {
		n.file = h
	}
	r.names[name] = n
	r.nameLens |= lenBit(name)
}

func lenBit(s string) uint64 { return 1 << min(len(s), 63) }

func (r *rules) empty() bool { return len(r.names) == 0 && len(r.globs) == 0 }

// last returns the last pattern that matches path, whose last element is name. A path that is not
// below the base is matched by its name alone.
func (r *rules) last(path, name string, isDir bool) hit {
	var named hit
	if r.nameLens&lenBit(name) != 0 {
		if n := r.names[name]; isDir {
			named = n.any
		} else {
			named = n.file
		}
	}
	if len(r.globs) == 0 {
		return named
	}
	below, ok := strings.CutPrefix(path, r.base)
	for i := len(r.globs) - 1; i >= 0; i-- {
		g := &r.globs[i]
		if g.hit < named {
			break
		}
		if g.dirOnly && !isDir {
			continue
		}
		if g.wholeDir {
			if ok && g.match(below) {
				return g.hit
			}
		} else if g.match(name) {
			return g.hit
		}
	}
	return named
}
