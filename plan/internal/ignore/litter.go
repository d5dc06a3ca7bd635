package ignore

import "strings"

// litterPatterns are what macOS and Windows leave on a volume unasked. They hold for names at any
// depth, whatever the case of ASCII letters: FAT drivers differ in the case they report. A star is
// the only wildcard, at most one in each.
var litterPatterns = []string{
	".DS_Store",
	"._*", // AppleDouble: what macOS can't keep on FAT
	".Spotlight-V100",
	".Trashes",
	".fseventsd",
	".TemporaryItems",
	".DocumentRevisions-V100",
	".apdisk",
	"Thumbs.db",
	"desktop.ini",
	"System Volume Information",
	"$RECYCLE.BIN",
	"FOUND.*", // what chkdsk and fsck_msdos rescue
	"FSCK*.REC",
}

type litterName struct {
	head, tail string // lower case
	star       bool
}

// litter has the names by their first byte.
var litter = func() (byFirst [128][]litterName) {
	for _, p := range litterPatterns {
		var n litterName
		n.head, n.tail, n.star = strings.Cut(lower(p), "*")
		byFirst[n.head[0]] = append(byFirst[n.head[0]], n)
	}
	return
}()

// IsLitter tells whether a name is what operating systems leave behind in directories.
func IsLitter(name string) bool {
	if name == "" || name[0] >= 128 {
		return false
	}
	for _, l := range litter[lowerByte(name[0])] {
		n := len(name) - len(l.tail)
		if n < len(l.head) || n > len(l.head) && !l.star {
			continue
		}
		if equalLower(name[:len(l.head)], l.head) && equalLower(name[n:], l.tail) {
			return true
		}
	}
	return false
}

// equalLower compares s, with its ASCII letters folded, with low. strings.EqualFold would take "ſ"
// for "s" and the Kelvin sign for "k".
func equalLower(s, low string) bool {
	for i := range len(low) {
		if lowerByte(s[i]) != low[i] {
			return false
		}
	}
	return true
}

func lowerByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c |= 0x20
	}
	return c
}

func lower(s string) string {
	for i := range len(s) {
		if lowerByte(s[i]) != s[i] {
			b := []byte(s)
			for i, c := range b {
				b[i] = lowerByte(c)
			}
			return string(b)
		}
	}
	return s
}
