package schema

import (
	"strconv"
	"strings"
)

// Locate finds the value that a JSON pointer names, so that checks beyond the
// schema can say where they failed. Where there is no such value it finds the
// innermost one around it that exists.
func Locate(data []byte, pointer string) (line, column int) {
	found := find(data, pointer)
	for {
		if p := found[pointer]; p != nil && p.seen {
			return position(data, p.value)
		}
		i := strings.LastIndexByte(pointer, '/')
		if i < 0 {
			return 1, 1
		}
		pointer = pointer[:i]
	}
}

// A place is where a value begins, and the key before it.
type place struct {
	seen       bool
	key, value int // equal in arrays and at the top
}

// find locates several values in one pass. The result has the pointers that
// were asked for and all above them.
func find(data []byte, pointers ...string) map[string]*place {
	f := finder{scanner: scanner{data: data}, wanted: map[string]*place{"": {}}}
	for _, p := range pointers {
		for p != "" && f.wanted[p] == nil {
			f.wanted[p] = &place{}
			p = p[:max(strings.LastIndexByte(p, '/'), 0)]
		}
	}
	f.space()
	f.walk(f.pos)
	return f.wanted
}

// A finder descends only into what holds something wanted.
type finder struct {
	scanner
	wanted map[string]*place
	at     []byte // the pointer of the value at pos
}

// walk goes over the value at pos; false at the first thing that is not JSON.
func (f *finder) walk(key int) bool {
	p := f.wanted[string(f.at)]
	if p == nil {
		return f.value()
	}
	*p = place{true, key, f.pos}
	switch f.peek() {
	case '{':
		return f.each('}', func() (int, string, bool) {
			key := f.pos
			if f.peek() != '"' {
				return 0, "", false
			}
			name, ok := f.text()
			f.space()
			if !ok || f.peek() != ':' {
				return 0, "", false
			}
			f.pos++
			f.space()
			return key, escapeToken(string(name)), true
		})
	case '[':
		i := -1
		return f.each(']', func() (int, string, bool) {
			i++
			return f.pos, strconv.Itoa(i), true
		})
	}
	return f.value()
}

// each walks the values of an object or array. Before each of them, next reads
// what leads to it and returns where that began and the value's own name.
func (f *finder) each(end byte, next func() (key int, token string, ok bool)) bool {
	depth := len(f.at)
	f.pos++
	f.space()
	if f.peek() == end {
		f.pos++
		return true
	}
	for {
		f.space()
		key, token, ok := next()
		if !ok {
			return false
		}
		f.at = append(append(f.at[:depth], '/'), token...)
		if !f.walk(key) {
			return false
		}
		f.at = f.at[:depth]
		f.space()
		switch f.peek() {
		case end:
			f.pos++
			return true
		case ',':
			f.pos++
		default:
			return false
		}
	}
}

func escapeToken(s string) string {
	if !strings.ContainsAny(s, "~/") {
		return s
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(s)
}
