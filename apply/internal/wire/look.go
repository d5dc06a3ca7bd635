package wire

import (
	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Look is something that is looked at as soon as a tree is opened, so that it costs no call of its own: in treaty's own
// folder a PrivateFile, a PrivateEntry, or PrivateNames; by its path an EntryAt; or, without a name, Kin, Self, the
// traits that the kind of volume lets one think, or Rescued, as names of which there is one at most.
type Look struct {
	Call string `json:"call"`
	Name Inner  `json:"name"`
}

// Looked is what was there, each as the call itself answers it.
type Looked struct {
	Fault *Fault `json:"fault,omitempty"`
	Entry *Entry `json:"entry,omitempty"`
	Names []Text `json:"names,omitempty"`
	Data  []byte `json:"data,omitempty"`

	Kin    *scan.Kin      `json:"kin,omitempty"`
	Holder *volume.Holder `json:"holder,omitempty"`
	Traits *Traits        `json:"traits,omitempty"`
}

// MostLooked is how many bytes a file, or names, have at most that are told so.
const MostLooked = 32 << 10

// NamesOf puts names on their way.
func NamesOf(names []string) (list []Text) {
	for _, name := range names {
		list = append(list, Text(name))
	}
	return list
}

// CheckedEntry is the entry that was looked at. Errors wrap ErrBroken where no tree has such.
func (l *Looked) CheckedEntry() (tree.Entry, error) {
	if l.Entry == nil {
		return tree.Entry{}, Broken("what was asked for")
	}
	return l.Entry.Checked()
}

// CheckedNames are the names that were looked at. Errors wrap ErrBroken where one is too long.
func (l *Looked) CheckedNames() (names []string, err error) {
	for _, name := range l.Names {
		if len(name) > maxName {
			return nil, broken("a name of %d bytes", len(name))
		}
		names = append(names, string(name))
	}
	return names, nil
}
