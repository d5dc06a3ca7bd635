package scan

import (
	"path"
	"slices"
	"strings"

	"treaty/plan/tree"
)

// rescues are what a repair of a FAT volume calls what it could not place: chkdsk and fsck, of all systems.
var rescues = []string{"found.[0-9][0-9][0-9]", "fsck[0-9][0-9][0-9][0-9].rec"}

// Rescued is the name of something that a repair of the volume left in the tree's root, "" where there is
// nothing: the volume was damaged, and files may hold other content under the same size and time.
func (r *Root) Rescued() (string, error) {
	d, err := r.Dir(tree.Root)
	if err != nil {
		return "", err
	}
	defer d.Release()
	names, err := d.Names()
	if err != nil {
		return "", err
	}
	slices.Sort(names)
	for _, name := range names {
		for _, pattern := range rescues {
			if is, _ := path.Match(pattern, strings.ToLower(name)); is {
				return name, nil
			}
		}
	}
	return "", nil
}
