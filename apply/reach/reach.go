package reach

import (
	"fmt"
	"path/filepath"
	"time"

	"treaty/apply/internal/local"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/address"
)

// Open opens the volume that a root names, a directory of this machine. Errors are those of scan.Open, or ErrElsewhere.
func Open(root string) (volume.Volume, error) {
	if address.Is(root) {
		return nil, fmt.Errorf("%s: %w", root, ErrElsewhere)
	}
	v, err := local.Open(root)
	if err != nil {
		return nil, err
	}
	return v, nil
}

// Store opens the store of what a root names, which need not have one yet. Errors are those of Open, or of store.Of.
func Store(root string) (*store.Store, error) { return Opener(nil).Store(root) }

// Opener opens the volume at a root, as a plan, a request or a tree's own file has it. Errors are those of scan.Open.
type Opener func(root string) (volume.Volume, error)

// Volume opens a root; without an opener, as Open does.
func (open Opener) Volume(root string) (volume.Volume, error) {
	if open != nil {
		return open(root)
	}
	return Open(root)
}

// Store opens the store at a root. Errors are the opener's, or those of store.Of.
func (open Opener) Store(root string) (*store.Store, error) {
	v, err := open.Volume(root)
	if err != nil {
		return nil, err
	}
	return store.Of(v)
}

// Lasting tells whether a root means the same wherever it is read: one that does not is no root of a plan.
func Lasting(root string) bool { return filepath.IsAbs(root) || address.Is(root) }

// Means tells whether the root of a side of a plan can be looked for from here: not that of a tree that was read from a
// file on another machine, where it means something else, nor an address that only such a file names, which is nobody's
// word for whom to connect to.
func Means(side *plan.Snapshot) bool {
	return side.From == nil || !address.Is(side.Root) && side.Host != "" && side.Host == local.HostName()
}

// HostName is what this machine calls itself, "" where it has no name.
func HostName() string { return local.HostName() }

// Now is the clock of this machine.
func Now() time.Time { return local.Now() }
