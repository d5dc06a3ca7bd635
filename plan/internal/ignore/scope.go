package ignore

import "strings"

// Ruling is what a [Scope] says of an entry. Rulings are ordered: an entry that two scopes judge
// (one for each side of a sync) has the greater of the two.
type Ruling uint8

const (
	// In scope.
	In Ruling = iota

	// Litter is out of scope and worth nothing: it may be moved to the trash with the directory
	// that holds it.
	Litter

	// Ignored is out of scope by a user's pattern. It may be dear to that user, so a directory
	// that holds it must stay.
	Ignored
)

func (r Ruling) String() string {
	switch r {
	case In:
		return "in"
	case Litter:
		return "litter"
	default:
		return "ignored"
	}
}

// Scope judges the entries of one directory, by the rules of that directory and all above it. The
// zero Scope has no rules: everything is in. A Scope never changes and may be shared freely.
type Scope struct {
	inner  *rules
	litter bool
}

// Options are the rules that come from outside the tree.
type Options struct {
	Patterns       []string // the config's "ignore": one line of a .treatyignore each
	DefaultIgnores bool     // the built-in litter is out of scope
}

// New returns the scope of the root of a tree, before its own .treatyignore is read.
func New(o Options) Scope {
	s := Scope{litter: o.DefaultIgnores}
	if r := compile("", nfcAll(o.Patterns), false); !r.empty() {
		s.inner = r
	}
	return s
}

// Enter returns the scope of the entries of dir ("" for the root), which lies in s and whose
// .treatyignore says text. Nil text means that there is none; it costs nothing.
func (s Scope) Enter(dir string, text []byte) Scope {
	if len(text) == 0 {
		return s
	}
	r := compile(nfc(dir), lines([]byte(nfc(string(text)))), false)
	if r.empty() {
		return s
	}
	r.outer = s.inner
	s.inner = r
	return s
}

// Same tells whether two scopes have the same rules, and so judge every path alike.
func (s Scope) Same(as Scope) bool { return s.litter == as.litter && s.inner.same(as.inner) }

// Extend returns outer, the scope of another tree, with the rules that s got last, if they are those of dir;
// in that tree the directory is called as.
func (s Scope) Extend(outer Scope, dir, as string) Scope {
	if s.inner == nil || dir == "" || s.inner.base != nfc(dir)+"/" {
		return outer
	}
	own := *s.inner
	own.base, own.outer = nfc(as)+"/", outer.inner
	outer.inner = &own
	return outer
}

// Match judges the entry at path, whose parents must all be [In]. The root of the tree, "", always is.
//
// Litter stays Litter when a user's pattern ignores it as well. Otherwise whoever adds .DS_Store to
// a .treatyignore, as all templates do, would see directories kept for its sake after each delete.
func (s Scope) Match(path string, isDir bool) Ruling {
	if path == "" {
		return In
	}
	if s.inner != nil {
		path = nfc(path)
	}
	name := path[strings.LastIndexByte(path, '/')+1:]
	v := In
	for r := s.inner; r != nil; r = r.outer {
		if h := r.last(path, name, isDir); h.negated() {
			return In
		} else if h != 0 {
			v = Ignored
			break
		}
	}
	if s.litter && IsLitter(name) {
		return Litter
	}
	return v
}
