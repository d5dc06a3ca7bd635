package ignore

import "strings"

// Names says of the names right in a directory what a List does of their paths.
type Names struct {
	list List
	dir  string // as the list compares paths, with a slash at its end; "" is the root
	// above is the last pattern that matches the directory, or one above it.
	above hit
	// raw is the directory as it was given.
	raw string
}

// In returns what the list says of files right in a directory, "" for the root.
func (l List) In(dir string) Names {
	n := Names{list: l, raw: dir}
	if l.rules == nil || dir == "" {
		return n
	}
	dir = l.compared(dir)
	n.dir, n.above = dir+"/", l.best(dir, true)
	return n
}

// Match reports whether a pattern speaks for a file with this name.
func (n Names) Match(name string) bool {
	if n.list.rules == nil {
		return false
	}
	if n.list.fold && (strings.Contains(name, " (") || strings.Contains(n.raw, " (")) {
		return n.list.Match(strings.TrimPrefix(n.raw+"/"+name, "/"), false)
	}
	name = n.list.compared(name)
	path := name
	if n.list.rules.mayEnd(name) {
		path = n.dir + name
	}
	best := max(n.above, n.list.rules.last(path, name, false))
	return !best.negated() && best.index() >= 0
}

// mayEnd tells whether one of the patterns that hold for whole paths may match one that ends with a name.
func (r *rules) mayEnd(name string) bool {
	for i := range r.globs {
		g := &r.globs[i]
		end := g.tail
		if len(g.mid) == 0 {
			end = g.head
		}
		if g.wholeDir && (strings.HasSuffix(name, end) || strings.HasSuffix(end, name)) {
			return true
		}
	}
	return false
}
