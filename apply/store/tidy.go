package store

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"treaty/apply/refusal"
	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// privateFolders are the folders in treaty's own.
var privateFolders = []string{PlansFolder, historyFolder, baselinesFolder, journalFolder, "trash", "stage"}

// privateFiles are the files right in treaty's own folder, and the end of the history, that it reads without being
// told to.
// The config is a person's, and whoever could have it set aside could do away with what it demands.
var privateFiles = []string{treeFileName, replacement(treeFileName), lockFile, headName, replacement(headName)}

// NoFolder is the error about a tree in which something else has the name of treaty's own folder. What that is, and
// whose, only a person can tell: nothing is done in such a tree, and nothing set aside.
type NoFolder struct {
	Path string
	// Link tells that it is a symbolic link, wherever that leads.
	Link bool
}

func (e *NoFolder) Error() string {
	if e.Link {
		return e.Path + " is a symbolic link, and not a directory"
	}
	return e.Path + " is not a directory"
}

// outside refuses a root that lies in a folder of treaty's own: what is there is no person's, and no tree.
func outside(root string) error {
	parts := strings.Split(filepath.ToSlash(root), "/")
	at := slices.IndexFunc(parts, tree.Reserved)
	if at < 0 {
		return nil
	}
	of := filepath.FromSlash(strings.Join(parts[:at], "/"))
	return refusal.Because(refusal.CauseInside, "%s is no tree: it lies in treaty's own folder of %s", root, of).At(of)
}

// housed is a NoFolder where treaty has no room in the tree.
func (s *folder) housed() error {
	at, err := s.source.Entry(tree.PrivateFolder)
	switch {
	case err != nil || at.Type == tree.Directory:
		return nil // whoever needs the folder comes to the error again
	case at.Type == tree.Symlink:
		return &NoFolder{s.Path(""), true}
	}
	return &NoFolder{s.Path(""), false}
}

// Sound refuses with ErrInvalid where something lies in treaty's own folder that cannot be treaty's: a file where
// it has a folder, or a folder, a link or a FIFO where it has a file. Nothing is done on such a tree until Recover
// has set it aside.
func (s *Reader) Sound() error {
	odd, err := s.misplaced()
	if err != nil || len(odd) == 0 {
		return err
	}
	return refusal.Because(refusal.CauseForeign, "%s is not what treaty put there", s.Path(odd[0])).At(s.Root())
}

// misplaced are the names in treaty's own folder under which something lies that cannot be treaty's.
func (s *Reader) misplaced() ([]string, error) {
	odd, err := s.otherThan(tree.Directory, privateFolders)
	if err != nil {
		return nil, err
	}
	ids, err := s.OpenJournals()
	if err != nil {
		return nil, err
	}
	files := slices.Clone(privateFiles)
	for _, id := range ids {
		files = append(files, journalName(id, logSuffix))
	}
	others, err := s.otherThan(tree.File, files)
	return append(odd, others...), err
}

// otherThan are those of the names under which there is something, and not of that kind.
func (s *folder) otherThan(kind tree.Type, names []string) ([]string, error) {
	var odd []string
	for _, name := range names {
		at, err := s.kind(name)
		if err != nil {
			return nil, err
		}
		if at != tree.Absent && at != kind {
			odd = append(odd, name)
		}
	}
	return odd, nil
}

// crowd are the names in treaty's own folders, of which there may be many, under which something lies that cannot
// be treaty's: only Recover looks for these, which are in the way of nothing but what has the same name.
func (s *Reader) crowd() ([]string, error) {
	var odd []string
	for folder, kind := range map[string]tree.Type{PlansFolder: tree.File, baselinesFolder: tree.File,
		historyFolder: tree.Directory} {
		names, err := s.names(folder)
		if err != nil {
			return nil, err
		}
		for i, name := range names {
			names[i] = folder + "/" + name
		}
		names = slices.DeleteFunc(names, func(name string) bool { return name == headName || name == replacement(headName) })
		others, err := s.otherThan(kind, names)
		if err != nil {
			return nil, err
		}
		odd = append(odd, others...)
	}
	return odd, nil
}

// kind is what lies under a name in treaty's own folder.
func (s *folder) kind(name string) (tree.Type, error) {
	e, err := s.source.PrivateEntry(name)
	if errors.Is(err, fs.ErrNotExist) || Foreign(err) {
		return tree.Absent, nil
	}
	return e.Type, s.inFull(err)
}

// Foreign tells of an error that what lies where treaty keeps a file or a folder is not even of that kind, or far
// larger than any.
func Foreign(err error) bool {
	for _, kind := range []error{scan.ErrNotRegular, scan.ErrSymlink, scan.ErrNotDirectory,
		scan.ErrTooLarge, volume.ErrUnfit} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// notOurs tells of an error that a file is there under a name of treaty's, and is not what treaty wrote.
func notOurs(err error) bool { return Foreign(err) || errors.Is(err, refusal.ErrInvalid) }

// wrongs are the names in treaty's own folder of what is not treaty's: what is misplaced, and the files that are
// not what treaty wrote there and without which it can go on. A journal counts where it is another tree's. What
// was begun under a journal that says whose it is, is settled and not set aside.
func (s *Reader) wrongs() ([]string, error) {
	wrong, err := s.misplaced()
	if err != nil {
		return nil, err
	}
	crowd, err := s.crowd()
	if err != nil {
		return nil, err
	}
	wrong = append(wrong, crowd...)
	for _, name := range []string{treeFileName, replacement(treeFileName)} {
		if _, err := s.readTreeFileAt(name); errors.Is(err, refusal.ErrInvalid) {
			wrong = append(wrong, name)
		}
	}
	for _, name := range []string{headName, replacement(headName)} {
		if _, err := s.headAt(name); errors.Is(err, refusal.ErrInvalid) {
			wrong = append(wrong, name)
		}
	}
	texts := s.Texts()
	wrong = slices.Concat(wrong, texts.Wrong, texts.Torn)
	ids, err := s.OpenJournals()
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if name := journalName(id, logSuffix); !slices.Contains(wrong, name) && !s.owns(id) {
			wrong = append(wrong, name)
		}
	}
	slices.Sort(wrong)
	return slices.Compact(wrong), nil
}

// owns tells whether a journal is of this tree, as far as both say which they are of, and of the plan that it is
// named after. One that says nothing was not begun.
func (s *journals) owns(id string) bool {
	if _, err := tree.ParsePath(id); err != nil || strings.Contains(id, "/") {
		return false
	}
	j, err := s.Journal(id)
	if err != nil {
		return false
	}
	if j == nil || j.Header == nil {
		return true
	}
	mine, err := s.Identity()
	return j.Header.Plan == id && (err != nil || mine == nil || j.Header.Trees[j.Header.Side] == mine.ID)
}

// FreeLock sets aside what has the lock's name and is no file: it is in nobody's hands, and would keep everybody out.
func (s *Store) FreeLock() ([]string, error) {
	at, err := s.kind(lockFile)
	if err != nil || at == tree.Absent || at == tree.File {
		return nil, err
	}
	return s.setAside([]string{lockFile})
}

// Unsound tells whether a tree has something for Recover to do.
func (s *Reader) Unsound() bool {
	open, err := s.OpenJournals()
	if err != nil || len(open) > 0 {
		return true
	}
	wrong, err := s.wrongs()
	return err != nil || len(wrong) > 0
}

// Tidy sets aside what is wrong, and says, in words, what went where. What is only torn of the texts that are kept for
// merges, which count for nothing then, goes without a word. The tree's lock is held.
func (s *Store) Tidy() ([]string, error) {
	for _, torn := range s.Texts().Torn {
		if err := s.files.DropPrivate(torn); err != nil {
			return nil, s.inFull(err)
		}
	}
	wrong, err := s.wrongs()
	if err != nil {
		return nil, err
	}
	return s.setAside(wrong)
}

// AsideDisowned sets aside the file of a tree that was disowned, and says nothing of it: from then on the tree never
// had one, whatever becomes of the run. The tree's lock is held.
func (s *writer) AsideDisowned() error {
	if !s.disowned {
		return nil
	}
	_, err := s.setAside([]string{replacement(treeFileName), treeFileName})
	s.disowned = err != nil
	return err
}

func (s *writer) setAside(wrong []string) ([]string, error) {
	var words []string
	for _, name := range wrong {
		place, err := s.files.SetAside(name)
		if err != nil {
			return words, fmt.Errorf("%s cannot be set aside: %w", s.Path(name), err)
		}
		if place != "" {
			words = append(words, fmt.Sprintf("%s was not what treaty wrote, and is now %s", s.Path(name),
				s.source.Where(tree.Path(place))))
		}
	}
	return words, nil
}

// unfit is an error about a file of treaty's, made a refusal where that is not a file of treaty's at all.
func (s *folder) unfit(name string, err error) error {
	if !Foreign(err) {
		return err
	}
	return refusal.Because(refusal.CauseForeign, "%s is not what treaty wrote: %v", s.Path(name),
		refusal.Innermost(err)).At(s.Root())
}
