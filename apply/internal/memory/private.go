package memory

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// privateMode is that of treaty's own folders.
var privateMode = tree.Perm(0o700)

// files are treaty's own, as one run has them, or the store outside of a run.
type files struct {
	*shared
	run string
	// at is what the tree is called.
	at string
	// lossy tells that each change is made durable by itself.
	lossy   bool
	stopped error
}

// within is the path of a name below ".treaty".
func within(name string) (string, error) {
	if _, err := tree.ParsePath(name); err != nil {
		return "", fmt.Errorf("%q: %w", name, err)
	}
	return tree.PrivateFolder + "/" + name, nil
}

// misnamed is an error about a file of treaty's own, with the place of the tree.
func misnamed(f *files, path string, err error) error {
	var about *tree.PathError
	if errors.As(err, &about) {
		err = about.Err
	}
	return fmt.Errorf("%s/%s: %w", f.at, path, err)
}

// ReadPrivate is the content of a file.
func (f *files) ReadPrivate(name string, most int64) ([]byte, error) {
	file, size, err := f.OpenPrivate(name)
	if err == nil && size > most {
		err = scan.ErrTooLarge
	}
	if err != nil {
		return nil, misnamed(f, tree.PrivateFolder+"/"+name, err)
	}
	return io.ReadAll(file)
}

// OpenPrivate opens a file to be streamed.
func (f *files) OpenPrivate(name string) (io.ReadSeekCloser, int64, error) {
	path, err := within(name)
	if err != nil {
		return nil, 0, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	file, err := f.open(path)
	if err != nil {
		return nil, 0, unfit(err)
	}
	return file, file.Size(), nil
}

// PrivateNames are the names in a folder.
func (f *files) PrivateNames(folder string) ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.spelled(path.Join(tree.PrivateFolder, folder))
}

// PrivateEntry is what has a name.
func (f *files) PrivateEntry(name string) (tree.Entry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, err := f.there(tree.PrivateFolder + "/" + name)
	if err != nil {
		return tree.Entry{}, err
	}
	return f.entry(n), nil
}

// folder makes a folder of treaty's own, with those above it. Errors wrap volume.ErrUnfit where something else is in
// the way.
func (f *files) folder(path string) (*node, error) {
	switch dir, err := f.dir(path); {
	case err == nil:
		return dir, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, unfit(err)
	}
	return f.folders(path + "/."), nil
}

// unfit is an error of a way that leads through something else than plain directories.
func unfit(err error) error {
	if errors.Is(err, scan.ErrSymlink) || errors.Is(err, scan.ErrNotDirectory) {
		return fmt.Errorf("%w: %w", volume.ErrUnfit, err)
	}
	return err
}

// change is a call that changes a file of treaty's own, and makes that durable if it is told to.
func (f *files) change(what, name string, durable bool, change func(folder *node, path string) error) error {
	path, err := within(name)
	if err != nil {
		return err
	}
	return f.call(what, path, func() error {
		parent, _ := split(path)
		folder, err := f.folder(parent)
		if err == nil {
			err = change(folder, path)
		}
		if err == nil && durable {
			f.lastFile(path)
		}
		return err
	})
}

// WritePrivate makes data the content of a file.
func (f *files) WritePrivate(name string, data []byte) error {
	file, err := f.CreatePrivate(name)
	if err != nil {
		return err
	}
	if _, err := file.Write(data); err != nil {
		return err
	}
	return file.Commit()
}

// ClaimPrivate makes a file that must not exist yet.
func (f *files) ClaimPrivate(name string, data []byte) error {
	return f.change("claim", name, false, func(folder *node, path string) error {
		_, base := split(path)
		if folder.names[f.key(base)].node != nil {
			return tree.About(tree.Path(path), fs.ErrExist)
		}
		f.put(folder, base, f.own(data))
		return nil
	})
}

// own is a file of treaty's own.
func (d *disk) own(data []byte) *node {
	n := d.make(tree.File)
	n.content, n.mode, n.mtime = bytes.Clone(data), tree.Perm(0o600), d.kind.Probed.Traits.Keep(n.changed)
	return n
}

// RemovePrivate removes a file, if there is one.
func (f *files) RemovePrivate(name string) error { return remove(f, name, true) }

// DropPrivate is RemovePrivate, but not durably.
func (f *files) DropPrivate(name string) error { return remove(f, name, false) }

func remove(f *files, name string, durable bool) error {
	return f.change("remove", name, durable, func(folder *node, path string) error {
		if _, n, _ := f.find(path); n.node != nil {
			f.drop(folder, n.spelled)
		}
		return nil
	})
}

// RemoveEmptyPrivate removes ".treaty" if nothing is in it.
func (f *files) RemoveEmptyPrivate() error {
	return f.call("remove", tree.PrivateFolder, func() error {
		if own, err := f.dir(tree.PrivateFolder); err == nil && len(own.names) == 0 {
			f.drop(f.root, tree.PrivateFolder)
		}
		return nil
	})
}

// CreatePrivate begins to write a file.
func (f *files) CreatePrivate(name string) (volume.PrivateFile, error) {
	if _, err := within(name); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return &privateFile{files: f, name: name}, f.stopped
}

// privateFile is a file being written, which nobody sees before it is committed.
type privateFile struct {
	bytes.Buffer
	files *files
	name  string
}

// Commit gives the file its name. A folder that has it goes to the trash.
func (p *privateFile) Commit() error {
	f := p.files
	if e, err := f.PrivateEntry(p.name); err == nil && e.Type == tree.Directory {
		if _, err := f.SetAside(p.name); err != nil {
			return err
		}
	}
	return f.change("write", p.name, true, func(folder *node, path string) error {
		_, base := split(path)
		if old := folder.names[f.key(base)]; old.node != nil {
			f.drop(folder, old.spelled)
		}
		f.put(folder, base, f.own(p.Bytes()))
		return nil
	})
}

// Close does nothing.
func (p *privateFile) Close() error { return nil }

// OpenLog opens a file at its end.
func (f *files) OpenLog(name string) (volume.Log, error) {
	err := f.change("open", name, true, func(folder *node, path string) error {
		_, base := split(path)
		if folder.names[f.key(base)].node == nil {
			f.put(folder, base, f.own(nil))
		}
		return nil
	})
	return &log{f, name}, err
}

// log is a file that is appended to.
type log struct {
	files *files
	name  string
}

// Append writes p at the end. Half made, half of it is there.
func (l *log) Append(p []byte, sync bool) error {
	f := l.files
	return f.change("append", l.name, sync, func(_ *node, path string) error {
		n, err := f.there(path)
		if err != nil {
			return err
		}
		before := n.content
		n.content = append(bytes.Clone(before), p[:len(p)/2]...)
		if err := f.half("append", path); err != nil {
			return err
		}
		n.content = append(bytes.Clone(before), p...)
		return nil
	})
}

// Close does nothing.
func (l *log) Close() error { return nil }

// SetAside moves what has a name into the trash.
func (f *files) SetAside(name string) (place string, err error) {
	path, err := within(name)
	if err != nil {
		return "", err
	}
	err = f.call("set aside", path, func() error {
		_, n, err := f.find(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && n.node == nil {
			return nil
		}
		if err != nil {
			return unfit(err)
		}
		free := path + ".tmp"
		f.rename(path, free) // should it be the trash
		as, err := tree.ParsePath(n.spelled)
		if err != nil {
			as = "file"
		}
		if place, err = f.free(volume.TrashFolder+"/"+f.run, tree.Path(volume.AsideFolder).Join(string(as))); err != nil {
			return err
		}
		f.rename(free, place)
		return nil
	})
	return place, err
}

// free is a name in a folder of the trash that nothing has, for what is at a path; its folders are made.
func (f *files) free(top string, p tree.Path) (string, error) {
	if _, err := tree.ParsePath(string(p)); err != nil {
		return "", tree.About(p, err)
	}
	at, err := f.folder(top)
	if err != nil {
		return "", err
	}
	components := strings.Split(string(p), "/")
	for _, component := range components[:len(components)-1] {
		for n := 1; ; n++ {
			name := volume.Numbered(component, n)
			if below := at.names[f.key(name)]; below.node != nil && below.kind != tree.Directory {
				continue
			}
			top += "/" + name
			break
		}
		if at, err = f.folder(top); err != nil {
			return "", err
		}
	}
	for n := 1; ; n++ {
		if name := volume.Numbered(p.Base(), n); at.names[f.key(name)].node == nil {
			return top + "/" + name, nil
		}
	}
}

// LosesRenames tells whether a power cut may come between the two names of a rename.
func (f *files) LosesRenames() bool { return f.lossy }

// Barrier makes durable all that was changed before it.
func (f *files) Barrier(...volume.Staged) error {
	err := f.call("barrier", "", func() error {
		f.last()
		return nil
	})
	if err == nil || errors.Is(err, volume.ErrStopped) {
		return err
	}
	return f.stop(fmt.Errorf("%w: %w", volume.ErrStopped, err))
}

// TrashRuns are the names in the trash.
func (f *files) TrashRuns() ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	names, err := f.spelled(volume.TrashFolder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return names, unfit(err)
}

// Trashed is how much lies in the trash of a run.
func (f *files) Trashed(run string) (bytes int64, last tree.Time, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, err := f.there(volume.TrashFolder + "/" + run)
	if err != nil {
		return 0, tree.Time{}, err
	}
	bytes, last = n.lying()
	return bytes, last, nil
}

func (n *node) lying() (bytes int64, last tree.Time) {
	bytes, last = int64(len(n.content)), n.changed
	for _, below := range n.names {
		more, later := below.lying()
		if bytes += more; below.kind == tree.Directory && last.Before(later) {
			last = later
		}
	}
	return bytes, last
}

// ClearTrash removes the trash of a run for good.
func (f *files) ClearTrash(run string) error { return f.clear(volume.TrashFolder, run) }

// clear removes what a run has in a folder.
func (f *files) clear(folder, run string) error {
	if run == "" || run == "." || run == ".." || strings.ContainsAny(run, "/\x00") {
		return fmt.Errorf("%q cannot name a run", run)
	}
	return f.call("clear", folder+"/"+run, func() error {
		dir, n, err := f.find(folder + "/" + run)
		if errors.Is(err, fs.ErrNotExist) || err == nil && n.node == nil {
			return nil
		}
		if err != nil {
			return unfit(err)
		}
		f.drop(dir, n.spelled)
		f.lastFile(folder + "/" + run)
		return nil
	})
}
