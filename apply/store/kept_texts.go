package store

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"path"
	"strings"

	"treaty/plan/tree"
)

// KeptTexts is what lies where bases are kept: how many there are, and the names, in treaty's own folder, of what is
// none.
type KeptTexts struct {
	Count int
	// Torn are files of other bytes than their names say: a power cut leaves such.
	Torn []string
	// Wrong is what treaty did not put there.
	Wrong []string
	// Unread is what cannot be read, and Err the first error of that.
	Unread []string
	Err    error
}

// Texts reads all bases, and looks for what is none.
func (s *Reader) Texts() KeptTexts {
	var found KeptTexts
	for _, folder := range s.basesIn(basesFolder, &found) {
		for _, name := range s.basesIn(folder, &found) {
			s.text(name, &found)
		}
	}
	return found
}

// basesIn are the names in a folder for bases, in full; none where it is of another kind, or cannot be read.
func (s *Reader) basesIn(folder string, found *KeptTexts) []string {
	at, err := s.kind(folder)
	var names []string
	if err == nil && at == tree.Directory {
		names, err = s.names(folder)
	}
	switch {
	case err != nil:
		found.unread(folder, err)
	case at != tree.Directory && at != tree.Absent:
		found.Wrong = append(found.Wrong, folder)
	}
	for i := range names {
		names[i] = folder + "/" + names[i]
	}
	return names
}

// text looks at what lies under the name of a base.
func (s *Reader) text(name string, found *KeptTexts) {
	sum, named := sumOf(name)
	if !named {
		found.Wrong = append(found.Wrong, name)
		return
	}
	text, err := s.base(sum)
	switch {
	case text != nil:
		found.Count++
	case err == nil:
		found.Torn = append(found.Torn, name)
	case Foreign(err):
		found.Wrong = append(found.Wrong, name)
	case !errors.Is(err, fs.ErrNotExist): // else an apply has just dropped it
		found.unread(name, err)
	}
}

func (k *KeptTexts) unread(name string, err error) {
	if k.Err == nil {
		k.Err = err
	}
	k.Unread = append(k.Unread, name)
}

// sumOf is the hash of the text that has a name in treaty's own folder; false for a name of none.
func sumOf(name string) (sum tree.Hash, is bool) {
	folder, last := path.Split(name)
	within, in := strings.CutPrefix(folder, basesFolder+"/")
	folder, below := strings.CutSuffix(within, "/")
	if !in || !below {
		return sum, false
	}
	return sumIn(folder, last)
}

// sumIn is sumOf of a name in a folder for bases.
func sumIn(folder, name string) (sum tree.Hash, is bool) {
	var text [2 * len(sum)]byte
	if len(name) != len(text) || len(folder) != 2 || folder != name[:2] {
		return sum, false
	}
	copy(text[:], name)
	for _, digit := range text {
		if 'A' <= digit && digit <= 'F' {
			return sum, false
		}
	}
	_, err := hex.Decode(sum[:], text[:])
	return sum, err == nil
}
