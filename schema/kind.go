package schema

import (
	"embed"
	"slices"
)

//go:embed *.schema.json
var files embed.FS

// A Kind is one of the documents that treaty keeps or prints.
type Kind string

const (
	Plan     Kind = "plan"     // what is proposed
	Approval Kind = "approval" // who agreed to it
	Receipt  Kind = "receipt"  // what happened
	Config   Kind = "config"   // .treaty/config.json
	Tree     Kind = "tree"     // .treaty/tree.json
	Head     Kind = "head"     // .treaty/history/head.json
	Status   Kind = "status"   // what treaty status --json prints
	Doctor   Kind = "doctor"   // what treaty doctor --json prints
	Snapshot Kind = "snapshot" // a line of a tree in a file
	Person   Kind = "person"   // a person's own treaty/config.json
)

// kinds are all documents that have a schema.
var kinds = []Kind{Plan, Approval, Receipt, Config, Tree, Head, Status, Doctor, Snapshot, Person}

// FileName is the name that editors find the schema of a kind by, such as
// "plan-v1.schema.json".
func FileName(kind Kind) string {
	return string(kind) + "-v1.schema.json"
}

// Text is the JSON Schema (2020-12) of a kind; nil where there is no such
// kind.
func Text(kind Kind) []byte {
	text, err := files.ReadFile(FileName(kind))
	if err != nil {
		return nil
	}
	return text
}

// known tells whether there is such a kind.
func (k Kind) known() bool { return slices.Contains(kinds, k) }

// parts are the long arrays of a kind, whose elements are checked one by one,
// and the definition in the schema that each element is held to.
func (k Kind) parts() map[string]string {
	switch k {
	case Plan:
		return map[string]string{"operations": "operation", "conflicts": "conflict", "problems": "problem"}
	case Receipt:
		return map[string]string{"results": "result"}
	}
	return nil
}

// minor is the newest minor version of a kind that is known: its schema describes all of them.
func (k Kind) minor() int {
	if k == Plan {
		return 1
	}
	return 0
}

const (
	// maxPlan bounds plans and receipts: the whole file is held in memory where
	// something is wrong with it, to say where.
	maxPlan = 1 << 30
	// maxSnapshot bounds snapshots, which are read line by line: some billions of files.
	maxSnapshot = 1 << 40
	// maxSmall bounds all other files.
	maxSmall = 16 << 20
	// maxPart bounds what is decoded at once: one element of a long array, or
	// all that is not in one. A diff is at most 1 MiB of text a side.
	maxPart = 64 << 20
)

// MaxSize is how many bytes a file of a kind may have.
func (k Kind) MaxSize() int64 {
	switch k {
	case Plan, Receipt:
		return maxPlan
	case Snapshot:
		return maxSnapshot
	}
	return maxSmall
}
