package apply

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"

	"treaty/plan"
	"treaty/plan/scan"
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
	// Synced tells, by the id of another tree, which plan's baseline counts for the two.
	Synced map[string]string `json:"synced"`
	// Head is the last receipt, nil before there is one.
	Head *Head `json:"head"`
}

// Head is the end of a chain of receipts.
type Head struct {
	// History is the id of the tree that has the chain, in a tree.json: a tree may have been synced with
	// several that each have their own.
	History string    `json:"history,omitempty"`
	Number  int       `json:"number"`
	SHA256  tree.Hash `json:"sha256"`
}

// headFile is history/head.json.
type headFile struct {
	Format        string `json:"format"`
	FormatVersion string `json:"format_version"`
	Head
}

// privateReader reads files of treaty's own.
type privateReader interface {
	ReadPrivate(name string) ([]byte, error)
}

// readTreeFile reads a tree's own file; nil where there is none.
func readTreeFile(root *scan.Root, from privateReader) (*TreeFile, error) {
	data, err := from.ReadPrivate("tree.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := schema.Validate(schema.Tree, data); err != nil {
		path := filepath.Join(root.Path(), tree.PrivateFolder, "tree.json")
		return nil, refuse(ErrInvalid, "bring it back from a backup; or remove it, and then: treaty plan --new-pair, which deletes nothing",
			"%s is not what treaty wrote: %v", path, err)
	}
	t := &TreeFile{}
	return t, json.Unmarshal(data, t)
}

func (t *TreeFile) text() ([]byte, error) { return document(schema.Tree, t) }

// newTreeFile is the file of a tree that never had one.
func newTreeFile() *TreeFile {
	var id [16]byte
	rand.Read(id[:])
	return &TreeFile{Format: "treaty.tree", FormatVersion: plan.FormatVersion, ID: hex.EncodeToString(id[:]), Synced: map[string]string{}}
}
