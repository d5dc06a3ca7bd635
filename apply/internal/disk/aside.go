package disk

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"strings"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// SetAside moves what has the name of one of treaty's own files or folders, whatever it is, into the trash of
// this run, and returns its place there. What is in a folder goes with it; links are not followed. It does
// nothing, and returns "", where there is nothing.
func (t *Files) SetAside(name string) (string, error) {
	if err := t.ready(); err != nil {
		return "", err
	}
	path, err := privatePath(name)
	if err != nil {
		return "", err
	}
	parent, base := split(path)
	d, err := t.open(parent)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", private(err)
	}
	defer d.release()
	return t.giveWay(d, base)
}

// giveWay is SetAside for a name in a folder of treaty's. The name is free even where the trash itself was what
// stood in the way.
func (t *Files) giveWay(d *folder, name string) (string, error) {
	free := d.spot(name + temporaryMark + strings.ToLower(rand.Text()[:8]))
	t.root.Forget(tree.Path(d.at(name)))
	switch err := d.spot(name).rename(nil, free); {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", t.written(err)
	}
	as, err := tree.ParsePath(name)
	if err != nil {
		as = "file"
	}
	place, err := t.Place(tree.Path(volume.AsideFolder).Join(string(as)))
	if err != nil {
		return "", err
	}
	trash, err := t.into(place, "")
	if err != nil {
		return "", err
	}
	defer trash.release()
	if err := t.toPrivate(nil, free, trash); err != nil {
		return "", t.written(err)
	}
	return place, t.syncEach(trash, d)
}

// inTheWay tells whether a folder, which no file can replace, has a name.
func (d *view) inTheWay(name string) bool {
	e, err := d.entry(name)
	return err == nil && e.Type == tree.Directory
}
