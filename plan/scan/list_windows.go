package scan

import (
	"io/fs"

	"treaty/plan/tree"
)

type platform struct{}

// nameRules are Windows' own, whatever the volume can hold.
var nameRules = tree.Traits{Names: tree.WindowsNames}

// native is what the directory itself tells of an entry; on Windows that is all that is needed.
type native struct{ info fs.FileInfo }

// read appends the names in the directory to l.found.
func (l *lister) read(dir tree.Path, h handle) error {
	f, err := h.root.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	all, err := f.Readdir(-1)
	if err != nil {
		return err
	}
	for _, info := range all {
		path := string(dir.Join(info.Name()))
		l.found = append(l.found, found{path: path, name: path[len(path)-len(info.Name()):], native: native{info}})
	}
	return nil
}

// stat fills in e what the directory tells of f. NTFS renews that for a file with hard links only
// when it is opened by this name, and for a file that is being written when it is closed.
func (l *lister) stat(e *tree.Entry, f *found, _ handle) (uint64, error) {
	fill(e, f.info)
	if why := nameRules.NameProblem(f.name); why != "" {
		// Linux writes such names on NTFS. Windows programs open another entry under them, or none.
		e.Obstacle, e.Why = tree.Unreadable, why
	}
	return 0, nil
}
