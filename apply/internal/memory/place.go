package memory

import (
	"fmt"
	"io/fs"
	"strings"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// placer hands out names in the trash; places are those that were, by their collision key.
type placer struct {
	lender
	places map[string]bool
}

// Place hands out a name in the trash for what is at a path.
func (c *placer) Place(p tree.Path) (place string, err error) {
	err = c.call("place", string(p), func() error {
		place, err = c.place(volume.TrashFolder+"/"+c.run, p)
		return err
	})
	return place, err
}

// place is a name in a folder of the trash that nothing has, and that is handed out once.
func (c *placer) place(top string, p tree.Path) (string, error) {
	place, err := c.free(top, p)
	if err != nil {
		return "", err
	}
	for n := 2; c.places[tree.CollisionKey(place)] || c.vacant(place) != nil; n++ {
		parent, _ := split(place)
		place = parent + "/" + volume.Numbered(p.Base(), n)
	}
	c.places[tree.CollisionKey(place)] = true
	return place, nil
}

// vacant is nil for a name in the trash that nothing has; its folders are made.
func (c *placer) vacant(place string) error {
	if !strings.HasPrefix(place, volume.TrashFolder+"/") {
		return fmt.Errorf("%q: %w", place, volume.ErrUnfit)
	}
	parent, name := split(place)
	dir, err := c.folder(parent)
	if err == nil && dir.names[c.key(name)].node != nil {
		err = tree.About(tree.Path(place), fs.ErrExist)
	}
	return err
}

// aside is the place in the trash that a caller has named, or else one for what is at a path.
func (c *placer) aside(place string, p tree.Path) (string, error) {
	if place == "" {
		return c.place(volume.TrashFolder+"/"+c.run, p)
	}
	return place, c.vacant(place)
}
