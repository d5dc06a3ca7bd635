package tree

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Path names an entry of a tree: components joined by "/", relative to the tree's root. The zero
// value is the root itself. Bytes are those on disk, never normalised.
type Path string

// Root is the path of a tree's root directory.
const Root Path = ""

// MaxDepth is the deepest path that a plan may name, in components.
const MaxDepth = 255

// ErrPath is wrapped by every error of ParsePath.
var ErrPath = errors.New("not a path inside a tree")

// ParsePath checks that s names an entry below a tree's root and nothing else: valid UTF-8, no empty,
// "." or ".." component, no NUL, at most MaxDepth components, none of them a spelling of ".treaty".
// What a particular filesystem refuses besides is the business of Traits. Errors wrap ErrPath.
func ParsePath(s string) (Path, error) {
	refuse := func(why string) (Path, error) { return "", fmt.Errorf("%w: %s", ErrPath, why) }
	switch {
	case s == "":
		return refuse("it is empty")
	case !utf8.ValidString(s):
		return refuse("it is not UTF-8")
	case strings.IndexByte(s, 0) >= 0:
		return refuse("it contains a NUL")
	case s[0] == '/':
		return refuse("it is absolute")
	}
	depth := 0
	for component := range strings.SplitSeq(s, "/") {
		depth++
		switch {
		case component == "":
			return refuse("it has an empty component")
		case component == "." || component == "..":
			return refuse(fmt.Sprintf("it has a component %q", component))
		case Reserved(component):
			return refuse(fmt.Sprintf("%q is treaty's own folder", component))
		}
	}
	if depth > MaxDepth {
		return refuse(fmt.Sprintf("it is more than %d components deep", MaxDepth))
	}
	return Path(s), nil
}

// Join is the path of the entry called name in the directory p.
func (p Path) Join(name string) Path {
	if p == Root {
		return Path(name)
	}
	return p + "/" + Path(name)
}

// Parent is the directory that holds p; Root's parent is Root.
func (p Path) Parent() Path {
	if i := strings.LastIndexByte(string(p), '/'); i >= 0 {
		return p[:i]
	}
	return Root
}

// Base is the last component of p, or "" for Root.
func (p Path) Base() string { return string(p[strings.LastIndexByte(string(p), '/')+1:]) }

// Within tells whether p is dir or lies below it.
func (p Path) Within(dir Path) bool {
	return dir == Root || p == dir ||
		len(p) > len(dir) && p[len(dir)] == '/' && p[:len(dir)] == dir
}

// Private tells whether p is treaty's own folder or lies in it.
func (p Path) Private() bool { return p.Within(PrivateFolder) }

// Quoted is p for a person, control characters escaped; "the root" for Root.
func (p Path) Quoted() string {
	if p == Root {
		return "the root"
	}
	quoted := fmt.Sprintf("%q", string(p))
	if quoted == `"`+string(p)+`"` {
		return string(p)
	}
	return quoted
}

// Depth is the number of components; Root has none.
func (p Path) Depth() int {
	if p == Root {
		return 0
	}
	return strings.Count(string(p), "/") + 1
}

// Compare orders paths component by component in byte order, so that a directory comes right before
// what is in it.
func Compare(a, b Path) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] == b[i] {
			continue
		}
		switch {
		case a[i] == '/':
			return -1
		case b[i] == '/':
			return 1
		case a[i] < b[i]:
			return -1
		default:
			return 1
		}
	}
	return len(a) - len(b)
}
