package disk

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

const (
	privateMode     = 0o700
	privateFileMode = 0o600
	temporaryMark   = ".tmp-"
)

// makePrivate opens the folder at path, which is ".treaty" or below it, and makes what is missing.
// A link in its place is refused, as anywhere.
func (t *base) makePrivate(path string) (*folder, error) {
	d, err := t.open(path)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return d, private(err)
	}
	parent, name := split(path)
	if path == tree.PrivateFolder {
		d, err = t.open("")
	} else {
		d, err = t.makePrivate(parent)
	}
	if err != nil {
		return nil, err
	}
	if err = d.mkdir(name, privateMode); path == tree.PrivateFolder && denied(err) {
		err = d.mkdirInClosed(name, privateMode, err)
	}
	d.release()
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, t.written(readOnly(t.named(path, err)))
	}
	d, err = t.open(path)
	return d, private(err)
}

func private(err error) error {
	if errors.Is(err, scan.ErrSymlink) || errors.Is(err, scan.ErrNotDirectory) {
		return fmt.Errorf("%w: %w", volume.ErrUnfit, err)
	}
	return err
}

// privatePath is name below ".treaty", refused if it leads elsewhere.
func privatePath(name string) (string, error) {
	if _, err := tree.ParsePath(name); err != nil {
		return "", fmt.Errorf("%q: %w", name, err)
	}
	return tree.PrivateFolder + "/" + name, nil
}

// Files are treaty's own in a tree, in ".treaty".
type Files struct {
	*trash
	loans *loans
}

// ReadPrivate is the content of the file called name in ".treaty", of at most so many bytes. What lies there is
// not to be trusted: links are not followed, nothing is waited for, and of a giant nothing is read. Errors name
// the file and wrap those of scan.Dir.Read; they are fs.ErrNotExist where there is none.
func (t *Files) ReadPrivate(name string, most int64) ([]byte, error) {
	path, err := privatePath(name)
	if err != nil {
		return nil, err
	}
	parent, base := split(path)
	d, err := t.open(parent)
	if err != nil {
		return nil, t.named(path, private(err))
	}
	defer d.release()
	text, err := d.dir.Read(base, most)
	return text, t.named(path, err)
}

// OpenPrivate opens the file called name in ".treaty" to be streamed, with its size.
func (t *Files) OpenPrivate(name string) (io.ReadSeekCloser, int64, error) {
	d, base, err := t.private(name)
	if err != nil {
		return nil, 0, err
	}
	defer d.release()
	f, err := d.dir.Open(base)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// PrivateNames are the names in a folder of ".treaty", or, for "", in that.
func (t *Files) PrivateNames(folder string) ([]string, error) {
	d, err := t.open(strings.TrimSuffix(tree.PrivateFolder+"/"+folder, "/"))
	if err != nil {
		return nil, err
	}
	defer d.release()
	return d.dir.Names()
}

// PrivateEntry is what has a name in ".treaty".
func (t *Files) PrivateEntry(name string) (tree.Entry, error) {
	d, base, err := t.private(name)
	if err != nil {
		return tree.Entry{}, err
	}
	defer d.release()
	return d.dir.Lstat(base)
}

// private opens the folder of a name in ".treaty", for the caller to release. The name itself may be any that lies
// there.
func (t *Files) private(name string) (*folder, string, error) {
	parent, base := split(name)
	if parent != "" {
		var err error
		if parent, err = privatePath(parent); err != nil {
			return nil, "", err
		}
	} else {
		parent = tree.PrivateFolder
	}
	d, err := t.open(parent)
	return d, base, err
}

// named is an error about the file at path, with the place of the tree.
func (t *base) named(path string, err error) error {
	if err == nil {
		return nil
	}
	return &privateError{filepath.Join(t.root.Path(), filepath.FromSlash(path)), err}
}

// privateError names a file in full, and once.
type privateError struct {
	path  string
	cause error
}

func (e *privateError) Error() string {
	cause := e.cause
	for _, known := range []error{scan.ErrSymlink, scan.ErrNotRegular, scan.ErrNotDirectory} {
		if errors.Is(cause, known) {
			return e.path + ": " + known.Error()
		}
	}
	if inner := errors.Unwrap(cause); inner != nil {
		cause = inner
	}
	return e.path + ": " + cause.Error()
}

func (e *privateError) Unwrap() error { return e.cause }

// WritePrivate makes data, durably and in one step, the content of the file called name in
// ".treaty". Name may have folders in it, which are made.
func (t *Files) WritePrivate(name string, data []byte) error {
	f, err := t.CreatePrivate(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Commit()
}

// ClaimPrivate is WritePrivate for a file that must not exist yet, a lock. Errors wrap fs.ErrExist
// if it does. It is not synced: after a power cut nothing holds a lock.
func (t *Files) ClaimPrivate(name string, data []byte) error {
	d, base, err := t.privateFolder(name)
	if err != nil {
		return err
	}
	defer d.release()
	f, err := d.make(base, privateFileMode)
	if err != nil {
		return t.written(readOnly(err))
	}
	err = f.fill(data)
	if closed := f.close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = d.unlink(base) // it does not say whose it is
	}
	return t.written(err)
}

// RemovePrivate removes the file called name in ".treaty", if there is one, durably.
func (t *Files) RemovePrivate(name string) error {
	return t.remove(name, func(d *folder) error { return t.synced(d.sync()) })
}

// DropPrivate is RemovePrivate, but not durably.
func (t *Files) DropPrivate(name string) error {
	return t.remove(name, func(*folder) error { return nil })
}

func (t *Files) remove(name string, then func(*folder) error) error {
	d, base, err := t.privateFolder(name)
	if err != nil {
		return err
	}
	defer d.release()
	if err := d.unlink(base); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return then(d)
}

// RemoveEmptyPrivate removes ".treaty" if nothing is in it.
func (t *Files) RemoveEmptyPrivate() error {
	d, err := t.open("")
	if err != nil {
		return err
	}
	defer d.release()
	t.root.Forget(tree.PrivateFolder)
	if err := d.rmdir(tree.PrivateFolder); err != nil && !notEmpty(err) && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (t *Files) privateFolder(name string) (*folder, string, error) {
	if err := t.ready(); err != nil {
		return nil, "", err
	}
	path, err := privatePath(name)
	if err != nil {
		return nil, "", err
	}
	parent, base := split(path)
	d, err := t.makePrivate(parent)
	return d, base, err
}

// PrivateFile is a file of treaty's own being written. It has its name only after Commit.
type PrivateFile struct {
	files      *Files
	folder     *folder
	file       *os.File
	name, temp string
	done       bool
}

// CreatePrivate begins to write the file called name in ".treaty". The caller closes it, committed or
// not.
func (t *Files) CreatePrivate(name string) (volume.PrivateFile, error) {
	d, base, err := t.privateFolder(name)
	if err != nil {
		return nil, err
	}
	temp := base + temporaryMark + strings.ToLower(rand.Text()[:8])
	f, err := d.create(temp)
	if err != nil {
		d.release()
		return nil, t.written(readOnly(err))
	}
	return &PrivateFile{files: t, folder: d, file: f, name: base, temp: temp}, nil
}

func (f *PrivateFile) Write(p []byte) (int, error) {
	if err := f.folder.write(f.file, f.temp, p); err != nil {
		return 0, f.folder.tree.written(err)
	}
	return len(p), nil
}

// Commit makes what was written durable and then gives it its name, in place of what had it. A folder that has
// it goes to the trash: it is nothing of treaty's.
func (f *PrivateFile) Commit() error {
	t := f.folder.tree
	if err := t.synced(f.folder.syncFile(f.file, f.temp)); err != nil {
		return err
	}
	if err := f.close(); err != nil {
		return t.stop(err)
	}
	if f.folder.inTheWay(f.name) {
		if _, err := f.files.giveWay(f.folder, f.name); err != nil {
			return err
		}
	}
	if err := f.folder.spot(f.temp).rename(nil, f.folder.spot(f.name)); err != nil {
		return t.written(err)
	}
	f.done = true
	if err := t.syncEach(f.folder.spot(f.name)); err != nil {
		return err
	}
	return t.synced(f.folder.sync())
}

func (f *PrivateFile) close() error {
	file := f.file
	f.file = nil
	if file == nil {
		return nil
	}
	return file.Close()
}

// Close ends the writing and drops what was not committed. It does nothing the second time.
func (f *PrivateFile) Close() error {
	if f.folder == nil {
		return nil
	}
	err := f.close()
	if !f.done {
		f.folder.unlink(f.temp) // what stays is a temporary file of treaty's own
	}
	f.folder.release()
	f.folder = nil
	return err
}

// Log is a file of treaty's own that is only appended to: a journal.
type Log struct {
	folder *folder
	file   *os.File
	name   string
}

// OpenLog opens the log called name in ".treaty" at its end, and makes it if there is none. It may
// have a torn tail from a power cut.
func (t *Files) OpenLog(name string) (volume.Log, error) {
	d, base, err := t.privateFolder(name)
	if err != nil {
		return nil, err
	}
	f, err := d.append(base)
	if errors.Is(err, fs.ErrNotExist) {
		if f, err = d.create(base); err == nil {
			err = t.synced(d.sync())
		}
	}
	if err != nil {
		if f != nil {
			f.Close()
		}
		d.release()
		return nil, t.written(readOnly(err))
	}
	return &Log{folder: d, file: f, name: base}, nil
}

// Append writes p at the end in one call, and makes it durable if sync is set.
func (l *Log) Append(p []byte, sync bool) error {
	t := l.folder.tree
	if err := t.ready(); err != nil {
		return err
	}
	if err := l.folder.write(l.file, l.name, p); err != nil {
		return t.written(err)
	}
	if !sync {
		return nil
	}
	return t.synced(l.folder.syncFile(l.file, l.name))
}

// Close closes the log.
func (l *Log) Close() error {
	l.folder.release()
	return l.file.Close()
}
