package ignore

import "strings"

// treaty gives a second version of a file a second name: "name (remote).ext" or "name (treaty conflict).ext", from the
// second on with a number, as in "name (remote 2).ext". What is said of a name by a list of [Sensitive] holds for those
// as well. Of a name that was cut to fit, the one that it was cut from is not known.

// originals calls yield with what a path would be without its second names, one level of them after the other, until
// that returns false.
func originals(path string, yield func(string) bool) {
	for strings.Contains(path, " (") {
		parts, second := strings.Split(path, "/"), false
		for i, name := range parts {
			if first, found := original(name); found {
				parts[i], second = first, true
			}
		}
		if path = strings.Join(parts, "/"); !second || !yield(path) {
			return
		}
	}
}

// original is the name that another is a second name of, and false where it is none.
func original(name string) (string, bool) {
	for _, end := range [...]int{len(name), strings.LastIndexByte(name, '.')} {
		if end <= 0 {
			continue
		}
		stem, closed := strings.CutSuffix(name[:end], ")")
		open := strings.LastIndex(stem, " (")
		if closed && open > 0 && isSecond(stem[open+len(" ("):]) {
			return stem[:open] + name[end:], true
		}
	}
	return "", false
}

// isSecond tells whether this in brackets makes a second name.
func isSecond(tag string) bool {
	if space := strings.LastIndexByte(tag, ' '); space > 0 && strings.Trim(tag[space+1:], "0123456789") == "" {
		tag = tag[:space]
	}
	return tag == "remote" || tag == "treaty conflict"
}
