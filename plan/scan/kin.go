package scan

import (
	"os"
	"path/filepath"
	"slices"
)

// Kin is what tells whether two trees are one directory, or lie in each other, where they are not open in one process.
type Kin struct {
	// Boot tells one boot of a machine from all others; where it is "", or another one, nothing else can be compared.
	Boot string `json:"boot"`
	// Self names the root directory as long as the machine runs, "" where nothing does, and Above those that it lies in.
	Self  string   `json:"self"`
	Above []string `json:"above,omitempty"`
	// Device and Place are where the directory lies in its volume, however that is mounted; "" where unknown.
	Device string `json:"device,omitempty"`
	Place  string `json:"place,omitempty"`
}

// Kin is what tells how the tree lies to another one, but for the boot.
func (r *Root) Kin() (Kin, error) {
	at := r.place()
	kin := Kin{Self: identity(r.found), Device: at.device, Place: at.path}
	for dir := r.path; dir != filepath.Dir(dir); {
		dir = filepath.Dir(dir)
		info, err := os.Stat(dir)
		if err != nil {
			return Kin{}, plain(dir, err)
		}
		kin.Above = append(kin.Above, identity(info))
	}
	return kin, nil
}

// Relate tells how a tree lies to another one, Apart where that cannot be told.
func (k Kin) Relate(to Kin) Relation {
	switch {
	case k.Boot == "" || k.Boot != to.Boot || k.Self == "" || to.Self == "":
		return Apart
	case k.Self == to.Self:
		return Same
	case slices.Contains(k.Above, to.Self):
		return Inside
	case slices.Contains(to.Above, k.Self):
		return Around
	}
	return overlap(place{k.Device, k.Place}, place{to.Device, to.Place})
}
