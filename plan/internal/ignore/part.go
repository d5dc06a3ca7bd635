package ignore

import "strings"

// Part is a part of a tree that patterns name: what they would leave out as a .treatyignore in the root, a directory
// always with all in it.
type Part struct {
	scope    Scope
	patterns []parsed
}

// PartOf returns the part that patterns name.
func PartOf(patterns []string) Part {
	p := Part{scope: New(Options{Patterns: patterns})}
	for _, pattern := range nfcAll(patterns) {
		if one, ok := parse(pattern); ok && !one.negated {
			p.patterns = append(p.patterns, one)
		}
	}
	return p
}

// Has tells whether an entry is of the part. Alone, it needs no word on the parents of path.
func (p Part) Has(path string, isDir bool) bool {
	for end := 0; end < len(path); end++ {
		if path[end] == '/' && p.scope.Match(path[:end], true) == Ignored {
			return true
		}
	}
	return p.scope.Match(path, isDir) == Ignored
}

// MayLieIn tells whether something of the part may be below a directory that is not of it.
func (p Part) MayLieIn(dir string) bool {
	elements := strings.Split(nfc(dir), "/")
	for _, pattern := range p.patterns {
		if !pattern.wholeDir || leadsThrough(strings.Split(pattern.text, "/"), elements) {
			return true
		}
	}
	return false
}

// leadsThrough tells whether the elements of a pattern go on below those of a directory. Those with wildcards may match
// anything.
func leadsThrough(pattern, dir []string) bool {
	for i, name := range dir {
		if i >= len(pattern) {
			return false
		}
		if pattern[i] == "**" {
			return true
		}
		if literal := !strings.ContainsAny(pattern[i], `*?[\`); literal && pattern[i] != name {
			return false
		}
	}
	return len(pattern) > len(dir)
}
