package memory

import (
	"context"
	"fmt"
	"path"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Kind is what a volume in memory is like.
type Kind struct {
	// Mount is what a system would say of it.
	Mount scan.Mount
	// Probed is what it can do.
	Probed volume.Probed
}

// The kinds of volumes that there are here: one that can do everything, one whose names fold case, one that can neither
// exchange names nor refuse to replace one, one that may lose what is renamed, and one that does and keeps no more
// than FAT.
var (
	POSIX = Kind{scan.Mount{Type: "ext4", Volume: "memory"}, volume.Probed{Traits: tree.POSIX.Traits(), Can: able,
		KeepsNormalisation: true}}
	Folding = Kind{scan.Mount{Type: "apfs", Volume: "memory"}, volume.Probed{Traits: tree.APFS.Traits(), Can: able,
		KeepsNormalisation: true, FoldsNormalisation: true}}
	Weak  = Kind{POSIX.Mount, volume.Probed{Traits: tree.POSIX.Traits(), KeepsNormalisation: true}}
	Lossy = Kind{POSIX.Mount, volume.Probed{Traits: tree.POSIX.Traits(), Can: able, KeepsNormalisation: true,
		LosesRenames: true}}
	FAT = Kind{scan.Mount{Type: "vfat", Volume: "memory"}, volume.Probed{Traits: tree.FAT.Traits(),
		Can: volume.Capabilities{NoReplace: true}, KeepsNormalisation: true, LosesRenames: true}}
	able = volume.Capabilities{Exchange: true, NoReplace: true, Link: true}
)

// Volume is a tree in memory. It stays what it is when it is closed; whoever opens it again gets the same.
type Volume struct {
	*files
	path string
	// Machine is what the machine is called that the tree lies on.
	Machine string
}

var _ volume.Volume = (*Volume)(nil)

// New is an empty tree that is called by a path of its own.
func New(path string, kind Kind) *Volume {
	d := &disk{kind: kind}
	d.root = d.make(tree.Directory)
	d.root.mode = tree.Perm(0o755)
	shared := &shared{disk: d}
	shared.last()
	return &Volume{&files{shared: shared, run: "store", at: path}, path, "memory"}
}

// At is the same tree under another path, as a stick that is mounted elsewhere.
func (v *Volume) At(path string) *Volume {
	return &Volume{&files{shared: v.shared, run: v.run, at: path}, path, v.Machine}
}

// shared is the volume with what guards and interferes with it.
type shared struct {
	mu sync.Mutex
	*disk
	// lasting is what a power cut leaves.
	lasting *node
	// hook is offered each call, where it is not nil.
	hook func(Call) error
	// boot counts the starts of the machine, since a power cut ends whoever holds a lock.
	boot int
}

// Close does nothing: what is in memory stays there.
func (v *Volume) Close() error { return nil }

// Root is the path that the tree is called by.
func (v *Volume) Root() string { return v.path }

// Where is the root's path with the other one behind it.
func (v *Volume) Where(p tree.Path) string { return path.Join(v.path, string(p)) }

// Walk begins to list the tree.
func (v *Volume) Walk(ctx context.Context, options scan.Options) volume.Walk {
	return &walk{at: v.shared, ctx: ctx, options: options, rules: map[tree.Path]*scan.Rules{}}
}

// Reader reads files as a walk with that granularity listed them.
func (v *Volume) Reader(granularity int64, read *atomic.Int64) volume.Reader {
	return &reader{at: v.shared, granularity: granularity, read: read}
}

// Traits are those of a declared profile, or as recorded, or those of the kind.
func (v *Volume) Traits(declared tree.Profile, recorded *tree.Traits) (tree.Traits, error) {
	return v.kind.Mount.Traits(declared, recorded), nil
}

// Relate tells whether the other one is this one.
func (v *Volume) Relate(to volume.Source) (scan.Relation, error) {
	if other, here := to.(*Volume); here && other.shared == v.shared {
		return scan.Same, nil
	}
	return volume.Relate(v, to)
}

// Kin tells the tree from all others in memory.
func (v *Volume) Kin() (scan.Kin, error) {
	return scan.Kin{Boot: "memory", Self: fmt.Sprintf("%p", v.shared)}, nil
}

// Holds is false: no file of this machine is in memory.
func (v *Volume) Holds(string) (bool, error) { return false, nil }

// Rescued is "": nothing was repaired.
func (v *Volume) Rescued() (string, error) { return "", nil }

// Present is nil: what is in memory stays there.
func (v *Volume) Present() error { return nil }

// Probe tells what the kind can do.
func (v *Volume) Probe() (volume.Probed, error) { return v.kind.Probed, nil }

// Change opens the tree for the changes of one run.
func (v *Volume) Change(run string, options volume.Options) (volume.Changer, error) {
	if p, err := tree.ParsePath(run); err != nil || p.Depth() != 1 {
		return nil, tree.About(tree.Path(run), tree.ErrPath)
	}
	options.LosesRenames = options.LosesRenames || v.kind.Probed.LosesRenames
	own := &files{shared: v.shared, run: run, at: v.path, lossy: options.LosesRenames}
	lends := lender{examiner{files: own, opts: options}, &volume.Loans{}}
	return &changer{copies{stage{placer: placer{lends, map[string]bool{}}}}}, nil
}

// Host is a machine of the volume's own.
func (v *Volume) Host() volume.Host { return host{v.shared, v.Machine} }

// host has one process for each time that it was started.
type host struct {
	*shared
	name string
}

func (h host) Name() string { return h.name }

func (h host) Self() volume.Holder {
	h.mu.Lock()
	defer h.mu.Unlock()
	return volume.Holder{Host: h.Name(), Boot: strconv.Itoa(1 + h.boot), PID: 1 + h.boot, At: h.now().Time()}
}

// Ahead is nought: what is in memory goes by one clock.
func (h host) Ahead() time.Duration { return 0 }

func (h host) Gone(holder volume.Holder) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return holder.Host == h.Name() && holder.PID != 1+h.boot
}
