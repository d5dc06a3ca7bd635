package plan

import (
	"time"

	"treaty/plan/address"
	"treaty/plan/tree"
)

// Snapshot is one tree as it was planned from.
type Snapshot struct {
	// Root is absolute, links resolved: a path, or the address of a tree behind ssh, whose path is resolved there.
	Root string `json:"root"`
	// Host is what the machine calls itself that the tree lies on, "" of a tree that was reached as a directory. It says
	// who means the root, and nothing is found or trusted by it.
	Host string `json:"host,omitempty"`
	// From is the file that the tree was planned from, nil where the tree itself was read.
	From *FileRef `json:"snapshot,omitempty"`
	// ID is the tree's own, nil before its first apply.
	ID          *string     `json:"id"`
	Filesystem  tree.Traits `json:"filesystem"`
	Files       int         `json:"files"`
	Directories int         `json:"directories"`
	Bytes       int64       `json:"bytes"`
	// Digest is that of the root directory: drift of the whole tree is judged by it.
	Digest tree.Hash `json:"digest"`
	// PartDigest is, of a plan of a part, that of the root directory with only the part in it: drift of the part is
	// judged by it. It is zero where the plan is of the whole trees.
	PartDigest tree.Hash `json:"part_digest,omitzero"`
}

// HostName is what the machine is called for people that the tree lies on, of one that is not this machine's.
func (s *Snapshot) HostName() string {
	if s.Host == "" {
		return "a machine without a name"
	}
	return s.Host
}

// ReadSince is when the tree began to be read, by whatever clock told it, of a plan that was created then.
func (s *Snapshot) ReadSince(created time.Time) time.Time {
	if s.From != nil {
		return s.From.TakenAt
	}
	return created
}

// FileRef names the file that a tree was read from, instead of the tree.
type FileRef struct {
	TakenAt time.Time `json:"taken_at"`
	// SHA256 is the sum that the file ends with.
	SHA256 tree.Hash `json:"sha256"`
}

// Elsewhere tells whether the tree was not reached as a directory of the machine that planned.
func (s *Snapshot) Elsewhere() bool {
	return s.Host != "" || s.From != nil || address.Is(s.Root)
}
