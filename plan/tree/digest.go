package tree

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strconv"
)

// Line is what a directory's digest holds of one entry.
type Line struct {
	Entry *Entry
	// Below is a directory's own digest, zero for one that could not be read.
	Below Hash
}

// Digest is the digest of a directory whose entries in scope are lines: SHA-256 over one line an
// entry, in byte order of the names, "type NUL name NUL size NUL mtime-ns NUL mode NUL rest LF".
// What does not apply to a type is empty; rest is a link's target or a directory's own digest in
// hex. It reorders lines.
func Digest(lines []Line) Hash {
	slices.SortFunc(lines, func(a, b Line) int { return cmp.Compare(a.Entry.Name, b.Entry.Name) })
	h := sha256.New()
	var buf []byte
	for _, line := range lines {
		e := line.Entry
		buf = append(buf[:0], e.Type.String()...)
		buf = append(buf, 0)
		buf = append(buf, e.Name...)
		buf = append(buf, 0)
		if e.Type == File {
			buf = strconv.AppendInt(buf, e.Size, 10)
			buf = append(buf, 0)
			buf = e.Mtime.appendNanoseconds(buf)
		} else {
			buf = append(buf, 0)
		}
		buf = append(buf, 0)
		if e.Type != Symlink {
			buf = e.Mode.append(buf)
		}
		buf = append(buf, 0)
		switch e.Type {
		case Symlink:
			buf = append(buf, e.Target...)
		case Directory:
			buf = line.Below.append(buf)
		}
		buf = append(buf, '\n')
		h.Write(buf)
	}
	var sum Hash
	h.Sum(sum[:0])
	return sum
}
