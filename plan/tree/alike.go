package tree

import (
	"iter"

	"golang.org/x/text/unicode/norm"
)

// Alike are those of some paths, and of the directories above them, that look like another one: their accents are
// composed in another way, and nothing else differs. Of such paths the one that is in NFC is left out, so that each is
// told from all others when these are escaped. It is nil where there are none.
func Alike(paths iter.Seq[Path]) map[Path]bool {
	if allComposed(paths) {
		return nil
	}
	spelt, alike := map[string]Path{}, map[Path]bool{}
	for path := range paths {
		for ; !ascii(string(path)); path = path.Parent() {
			composed := norm.NFC.String(string(path))
			other, seen := spelt[composed]
			switch {
			case !seen:
				spelt[composed] = path
			case other != path:
				alike[other], alike[path] = string(other) != composed, string(path) != composed
			}
		}
	}
	return alike
}

// allComposed tells whether all paths are in NFC, as most are.
func allComposed(paths iter.Seq[Path]) bool {
	for path := range paths {
		if !ascii(string(path)) && !norm.NFC.IsNormalString(string(path)) {
			return false
		}
	}
	return true
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
