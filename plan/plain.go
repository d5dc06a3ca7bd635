package plan

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"treaty/plan/tree"
)

// What a large plan has most of are operations just as treaty writes them: members in their order, each on a line of
// its own, no string with escapes, no diff, no note. One pass over such a text reads it, and tells that the schema has
// nothing against it. Whatever is otherwise, by as little as a space, is for the schema to judge.

// plain reads an operation that text begins with, and returns how long its text is. It is 0 of what is not plain, of
// which nothing is said, and of which nothing was read.
func (d *decoder) plain(text []byte, o *Operation) int {
	d.states.reserve(2)
	d.rares.reserve(1)
	states, rares := d.states, d.rares
	l := plainText{text: text}
	d.plainOperation(&l, o)
	if l.odd || !o.plain() {
		d.states.undo(states)
		d.rares.undo(rares)
		*o = Operation{}
		return 0
	}
	if o.Before != nil && o.After != nil && *o.Before == *o.After {
		o.After = o.Before
		d.states.undo(states[1:])
	}
	return l.pos
}

// plainOperation reads what MarshalJSON writes of an operation in a plan.
func (d *decoder) plainOperation(l *plainText, o *Operation) {
	l.must("{\n      \"id\": ")
	o.ID = int(l.number())
	l.must(",\n      \"side\": \"")
	o.Side = l.side()
	l.must(",\n      \"action\": \"")
	l.odd = l.odd || o.Action.UnmarshalText(l.string()) != nil
	l.must(",\n      \"path\": \"")
	path := l.path()
	o.Path = tree.Path(d.kept.keep(path))
	if l.is(",\n      \"from\": \"") {
		o.Rare = d.rares.next()
		o.Rare.From = tree.Path(d.kept.keep(l.path()))
	}
	if l.is(",\n      \"source\": {\n        \"tree\": \"") {
		source := Source{Tree: l.side(), Path: o.Path}
		l.must(",\n        \"path\": \"")
		if !l.repeats(path) {
			source.Path = tree.Path(d.kept.keep(l.path()))
		}
		o.take(source)
		l.must("\n      }")
	}
	l.must(",\n      \"reason\": \"")
	l.odd = l.odd || o.Reason.UnmarshalText(l.string()) != nil || o.Reason == Merged
	l.must(",\n      \"before\": ")
	o.Before = d.plainState(l)
	l.must(",\n      \"after\": ")
	o.After = d.plainState(l)
	l.must(",\n      \"decision\": \"")
	l.odd = l.odd || o.Decision.UnmarshalText(l.string()) != nil
	l.must(",\n      \"note\": \"\"\n    }")
}

// plainState reads what WriteJSON writes of a state that is no directory in conflict.
func (d *decoder) plainState(l *plainText) *tree.State {
	if l.is("null") {
		return nil
	}
	s := d.states.next()
	l.must("{\n        \"type\": \"")
	switch {
	case l.is("file\",\n        \"size\": "):
		s.Type, s.Size = tree.File, l.number()
		l.must(",\n        \"mtime\": \"")
		l.odd = l.odd || !s.Mtime.ReadPlain(l.string())
		s.Mode = l.mode()
		if l.is(",\n        \"sha256\": \"") {
			l.odd = l.odd || !s.SHA256.ReadPlain(l.string())
		}
	case l.is("directory\""):
		s.Type, s.Mode = tree.Directory, l.mode()
	case l.is("symlink\",\n        \"target\": \""):
		s.Type, s.Rare = tree.Symlink, tree.LinkTo(string(l.string()))
		l.odd = l.odd || s.Rare == nil
	default:
		l.odd = true
	}
	l.must("\n      }")
	return s
}

// plain tells whether an operation of which all members are as the schema has them has those of its action, and no
// others.
func (o *Operation) plain() bool {
	before, after, fills := o.Before.Of(), o.After.Of(), false
	if o.ID < 1 || o.Action == 0 || o.Reason == 0 || o.Decision == 0 || (o.From() != "") != (o.Action == Move) {
		return false
	}
	switch o.Action {
	case Create, Update:
		if (before == tree.Absent) != (o.Action == Create) || after == tree.Absent {
			return false
		}
		fills = after == tree.File
	case Delete:
		if before == tree.Absent || after != tree.Absent {
			return false
		}
	case Move:
		if before == tree.Absent || after == tree.Absent {
			return false
		}
	case Touch:
		if before != tree.File || after != tree.File {
			return false
		}
	case Chmod:
		attributed := func(t tree.Type) bool { return t == tree.File || t == tree.Directory }
		if !attributed(before) || !attributed(after) || !o.After.Mode.Known() {
			return false
		}
	}
	return (o.Source() != nil) == fills
}

// plainText is a text that is read as if it were plain. Once it is odd, what was read of it means nothing.
type plainText struct {
	text []byte
	pos  int
	odd  bool
}

// is goes over what comes, if that is it.
func (l *plainText) is(what string) bool {
	if end := l.pos + len(what); end <= len(l.text) && string(l.text[l.pos:end]) == what {
		l.pos = end
		return true
	}
	return false
}

func (l *plainText) must(be string) { l.odd = !l.is(be) || l.odd }

// repeats goes over a string whose opening quote was gone over, if it is one that was read before.
func (l *plainText) repeats(text []byte) bool {
	end := l.pos + len(text)
	if end >= len(l.text) || l.text[end] != '"' || !bytes.Equal(l.text[l.pos:end], text) {
		return false
	}
	l.pos = end + 1
	return true
}

// string is the value of a string whose opening quote was gone over.
func (l *plainText) string() []byte {
	text := l.text[l.pos:]
	end := bytes.IndexByte(text, '"')
	if end < 0 {
		l.odd = true
		return nil
	}
	text, l.pos = text[:end], l.pos+end+1
	all := byte(0)
	for _, c := range text {
		if c < ' ' || c == '\\' {
			l.odd = true
		}
		all |= c
	}
	l.odd = l.odd || all >= utf8.RuneSelf && !utf8.Valid(text)
	return text
}

// path is string of a path, relative and without ".." or the like.
func (l *plainText) path() []byte {
	path := l.string()
	for rest, more := path, true; more; {
		var name []byte
		name, rest, more = bytes.Cut(rest, []byte("/"))
		if string(name) == "" || string(name) == "." || string(name) == ".." {
			l.odd = true
		}
	}
	return path
}

// side is string of a side.
func (l *plainText) side() Side {
	switch {
	case l.is("local\""):
		return Local
	case !l.is("remote\""):
		l.odd = true
	}
	return Remote
}

// mode goes over the member of a mode, if there is one.
func (l *plainText) mode() (m tree.Mode) {
	if l.is(",\n        \"mode\": \"") {
		l.odd = l.odd || m.UnmarshalText(l.string()) != nil || !m.Known()
	}
	return m
}

// number is a whole number without a sign, of no more digits than all readers of JSON hold exactly.
func (l *plainText) number() int64 {
	const most = 15
	n, start := int64(0), l.pos
	for ; l.pos < len(l.text) && '0' <= l.text[l.pos] && l.text[l.pos] <= '9' && l.pos-start < most; l.pos++ {
		n = 10*n + int64(l.text[l.pos]-'0')
	}
	digits := l.pos - start
	l.odd = l.odd || digits == 0 || digits > 1 && l.text[start] == '0'
	return n
}

// texts are strings that lie one after the other in a few pieces of memory, since there are very many.
type texts struct{ last strings.Builder }

// textsAtOnce is how many bytes a piece has, unless a single string has more.
const textsAtOnce = 32 << 10

// keep is a string of its own of a text.
func (t *texts) keep(text []byte) string {
	if t.last.Cap()-t.last.Len() < len(text) {
		t.last.Reset()
		t.last.Grow(max(len(text), textsAtOnce))
	}
	start := t.last.Len()
	t.last.Write(text)
	return t.last.String()[start:]
}

// plainLines is how long the operations are that a text begins with, if they are plain, as far as they end in it: they
// part, and their array ends, where no line in one of them is. Who reads them finds out whether they are.
func plainLines(text []byte) int {
	for at := 0; ; at++ {
		bracket := bytes.IndexByte(text[at:], ']')
		if bracket < 0 {
			break
		}
		at += bracket
		if end, found := bytes.CutSuffix(text[:at], []byte("\n  ")); found {
			if bytes.HasSuffix(end, []byte("\n    }")) {
				return len(end)
			}
			return 0
		}
	}
	if last := bytes.LastIndex(text, []byte("\n    },\n    {")); last >= 0 {
		return last + len("\n    }")
	}
	return 0
}
