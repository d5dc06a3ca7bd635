package store

import (
	"treaty/apply/volume"
)

// listingSuffix ends the name of what came over a line when a plan was made: the listing of the whole remote tree.
// It is kept beside the plan so that it need not come again when the plan is applied, and counts only as far as that
// tree, walked anew, has its sum.
const listingSuffix = ".listing"

func listingName(id string) string { return PlansFolder + "/" + id + listingSuffix }

// SaveListing keeps what is known of the remote tree of the plan with this id; nothing where nothing is.
func (s *Store) SaveListing(id string, known *volume.Known) error {
	if len(known.Packed) == 0 {
		return nil
	}
	f, err := s.files.CreatePrivate(listingName(id))
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(known.Packed); err != nil {
		return err
	}
	return f.Commit()
}

// Listing is what is known of the remote tree of the plan with this id. Where it cannot be read nothing is.
func (s *Store) Listing(id string) *volume.Known {
	packed, err := s.read(listingName(id))
	if err != nil {
		return &volume.Known{}
	}
	return &volume.Known{Packed: packed}
}
