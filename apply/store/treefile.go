package store

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"strings"

	"treaty/apply/paper"
	"treaty/apply/refusal"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/schema"
)

// TreeFile is .treaty/tree.json: what makes a tree the one it is, wherever it is mounted. The first
// apply makes it.
type TreeFile struct {
	Format        string  `json:"format"`
	FormatVersion string  `json:"format_version"`
	ID            string  `json:"id"`
	Volume        *string `json:"volume"`
	// Traits are as probed.
	Traits tree.Traits `json:"traits"`
	// IgnoresTimes is that of Traits, which plans do not show.
	IgnoresTimes bool `json:"ignores_times,omitempty"`
	// Declared is what a person last declared the filesystem to be, nil where nobody did.
	Declared *tree.Profile `json:"declared_profile"`
	// Synced tells, by the id of another tree, which plan's baseline counts for the two.
	Synced map[string]string `json:"synced"`
	// Partners tells, by the id of another tree, where it was when the two were last synced.
	Partners map[string]Partner `json:"partners"`
	// Head is the last receipt, nil before there is one.
	Head *Head `json:"head"`
}

// Partner is where the other tree of a pair was.
type Partner struct {
	// Host is the machine that had both.
	Host string `json:"host"`
	// Root is absolute.
	Root string `json:"root"`
}

// Head is the end of a chain of receipts.
type Head struct {
	// History is the id of the tree that has the chain, in a tree.json: a tree may have been synced with
	// several that each have their own.
	History string `json:"history,omitempty"`
	// Plan is the id of the plan that the receipt is of, in a tree.json.
	Plan   string    `json:"plan,omitempty"`
	Number int       `json:"number"`
	SHA256 tree.Hash `json:"sha256"`
}

// Of tells whether the head is the receipt of a plan; that of nothing is of none.
func (h *Head) Of(planID string) bool { return h != nil && h.Plan == planID }

// headFile is history/head.json.
type headFile struct {
	Format        string `json:"format"`
	FormatVersion string `json:"format_version"`
	Head
}

const treeFileName = "tree.json"

// replacement is the name of what a file of treaty's is going to be, as long as it is being replaced on a volume
// on which a power cut may lose both the old and the new.
func replacement(name string) string { return strings.TrimSuffix(name, ".json") + ".new.json" }

// replace writes a file of treaty's in the place of another. There is a whole and durable one at any
// instant, under the one name or the other.
func (s *writer) replace(name string, text []byte) error {
	if !s.files.LosesRenames() {
		return s.files.WritePrivate(name, text)
	}
	for _, as := range []string{replacement(name), name} {
		if err := s.files.WritePrivate(as, text); err != nil {
			return err
		}
		if err := s.files.Barrier(); err != nil {
			return err
		}
	}
	return s.files.RemovePrivate(replacement(name))
}

// SaveIdentity makes t the tree's own file, durably.
func (s *Store) SaveIdentity(t *TreeFile) error {
	text, err := paper.Document(schema.Tree, t)
	if err != nil {
		return err
	}
	err = s.replace(treeFileName, text)
	s.saved = s.saved || err == nil
	return err
}

// identity tells which tree it is.
type identity struct {
	*folder
	// anew: a tree's own file that is not what treaty wrote counts as none.
	anew bool
	// disowned: the tree's own file is another tree's, of which it is a copy, and counts as none.
	disowned bool
	// saved: this run has written the tree's own file, so that treaty's folder is not empty.
	saved bool
}

// readTreeFile reads the tree's own file; nil where there is none.
func (s *identity) readTreeFile() (*TreeFile, error) {
	t, err := s.readTreeFileAt(treeFileName)
	if t != nil && err == nil {
		return t, nil
	}
	if next, failed := s.readTreeFileAt(replacement(treeFileName)); next != nil && failed == nil {
		return next, nil
	}
	return t, err
}

func (s *identity) readTreeFileAt(name string) (*TreeFile, error) {
	data, err := s.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if Foreign(err) {
		return nil, refusal.Because(refusal.CauseForeign, "%v; treaty did not put that there", err).At(s.Root())
	}
	if err != nil {
		return nil, err
	}
	if err := schema.Validate(schema.Tree, data); err != nil {
		return nil, refusal.Because(refusal.CauseTreeFile, "%s is not what treaty wrote: %v", s.Path(name), err).At(s.Root())
	}
	t := &TreeFile{Synced: map[string]string{}, Partners: map[string]Partner{}}
	err = json.Unmarshal(schema.InDigits(data), t)
	t.Traits.IgnoresTimes = t.IgnoresTimes
	return t, err
}

// names tells whether a plan with this id was applied to the tree, as far as that remembers. A nil one remembers
// nothing.
func (t *TreeFile) names(planID string) bool {
	if t == nil {
		return false
	}
	for _, last := range t.Synced {
		if last == planID {
			return true
		}
	}
	return t.Head != nil && t.Head.Plan == planID
}

// NewTreeFile is the file of a tree that never had one, with an id of its own.
func NewTreeFile() *TreeFile {
	var id [16]byte
	rand.Read(id[:])
	return &TreeFile{Format: "treaty.tree", FormatVersion: plan.FormatVersion, ID: hex.EncodeToString(id[:]),
		Synced: map[string]string{}, Partners: map[string]Partner{}}
}
