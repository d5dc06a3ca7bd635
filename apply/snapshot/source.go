package snapshot

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"treaty/apply/paper"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
	"treaty/schema"
)

var _ volume.FromFile = (*File)(nil)

// Taken tells when the tree was read, and by which sum the file is known.
func (f *File) Taken() (time.Time, tree.Hash) { return f.TakenAt, f.SHA256 }

// Root is what the tree is called where it was taken.
func (f *File) Root() string { return f.Head.Root }

// Where is the root with the path behind it.
func (f *File) Where(path tree.Path) string {
	if path == tree.Root {
		return f.Head.Root
	}
	return strings.TrimSuffix(f.Head.Root, "/") + "/" + string(path)
}

// Host is the machine that the tree lies on: of its processes nothing is known here.
func (f *File) Host() volume.Host { return host(f.Head.Host) }

type host string

func (h host) Name() string            { return string(h) }
func (h host) Self() volume.Holder     { return volume.Holder{Host: string(h)} }
func (h host) Gone(volume.Holder) bool { return false }
func (h host) Ahead() time.Duration    { return 0 } // nobody knows

// Traits are those of a declared profile, or as the file has them.
func (f *File) Traits(declared tree.Profile, _ *tree.Traits) (tree.Traits, error) {
	if declared == "" {
		return f.Filesystem, nil
	}
	t := declared.Traits()
	t.Source, t.Type, t.Volume = tree.Declared, f.Filesystem.Type, f.Filesystem.Volume
	return t, nil
}

// Relate tells by hosts and roots, which is all that is known of where it lies.
func (f *File) Relate(to volume.Source) (scan.Relation, error) {
	if f.Head.Host != to.Host().Name() {
		return scan.Apart, nil
	}
	return scan.RelatePaths(f.Root(), to.Root()), nil
}

// Holds is false: no file of this machine is in a file.
func (f *File) Holds(string) (bool, error) { return false, nil }

// Rescued is "": what a repair has left there is an entry like others.
func (f *File) Rescued() (string, error) { return "", nil }

// Entry is what the file has at a path.
func (f *File) Entry(path tree.Path) (tree.Entry, error) {
	found, err := f.find(path)
	switch {
	case err != nil:
		return tree.Entry{}, err
	case found == nil:
		return tree.Entry{}, tree.About(path, fs.ErrNotExist)
	}
	return found.Entry, nil
}

// treeFile is what the tree's own file has of what matters to a plan; nil where there was none.
func (f *File) treeFile() ([]byte, error) {
	if f.ID == nil {
		return nil, fs.ErrNotExist
	}
	synced := f.Synced
	if synced == nil {
		synced = map[string]string{}
	}
	return paper.Document(schema.Tree, &store.TreeFile{Format: "treaty.tree", FormatVersion: plan.FormatVersion, ID: *f.ID,
		Volume: f.Filesystem.Volume, Traits: f.Filesystem, Synced: synced, Partners: map[string]store.Partner{}})
}

// own is the name of the only one of treaty's own files that a snapshot tells of.
const own = "tree.json"

// ReadPrivate is the tree's own file, as far as the snapshot has it.
func (f *File) ReadPrivate(name string, most int64) ([]byte, error) {
	if name != own {
		return nil, absent(name)
	}
	text, err := f.treeFile()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, absent(name)
	case err == nil && int64(len(text)) > most:
		return nil, tree.About(private(name), scan.ErrTooLarge)
	}
	return text, err
}

// OpenPrivate finds nothing: what is streamed is no part of a snapshot.
func (f *File) OpenPrivate(name string) (io.ReadSeekCloser, int64, error) {
	return nil, 0, absent(name)
}

// PrivateNames are those of treaty's own folder.
func (f *File) PrivateNames(folder string) ([]string, error) {
	if folder != "" || f.ID == nil {
		return nil, absent(folder)
	}
	return []string{own}, nil
}

// PrivateEntry is what has a name.
func (f *File) PrivateEntry(name string) (tree.Entry, error) {
	if name != own || f.ID == nil {
		return tree.Entry{}, absent(name)
	}
	return tree.Entry{Name: name, Type: tree.File}, nil
}

func private(name string) tree.Path {
	return tree.Path(strings.TrimSuffix(fmt.Sprintf("%s/%s", tree.PrivateFolder, name), "/"))
}

func absent(name string) error { return tree.About(private(name), fs.ErrNotExist) }
