package disk

import (
	"os"

	"treaty/plan/tree"
)

// File is an open file as volumes give it out.
type File struct{ *os.File }

// Stamp is the size and the time that the file has now.
func (f File) Stamp() (int64, tree.Time, error) { return stampOf(f.File) }
