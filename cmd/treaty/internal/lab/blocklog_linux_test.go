package lab

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"treaty/cmd/treaty/internal/lab/blocklog"
	"treaty/plan"
	"treaty/testdata/effort"
)

// TestBlockLog carries out an apply on disks that remember what reaches them, and then puts the disks back to
// what a power cut would have left at one moment after the other: right after each flush, and in between,
// where a disk that has a cache of its own may have kept any of what it was not told to flush.
func TestBlockLog(t *testing.T) {
	effort.Laboratory(t, "blocklog")
	// All of it is asked for before the first mount.
	tools(t, "truncate", "cp", "mkfs.ext4", "mkfs.btrfs", "btrfs", "mount", "umount", "mountpoint")
	for _, kinds := range []plan.Sides[string]{{"ext4", "btrfs"}, {"btrfs", "ext4"}} {
		t.Run(kinds[plan.Local]+" and "+kinds[plan.Remote], func(t *testing.T) {
			t.Parallel()
			l := newLogged(t, kinds)
			events := l.record()
			outages := l.outages(events)
			for n, m := range outages {
				t.Run(m.String(), func(t *testing.T) { l.judge(t, m, []string{"apply", "recover"}[n%2]) })
			}
			t.Logf("%d events, %d of them flushes; %d images judged", len(events), l.flushes, len(outages))
		})
	}
}

// logged is a crash on two disks whose writes are remembered.
type logged struct {
	*testing.T
	kinds    plan.Sides[string]
	dir      string
	evidence evidence
	flushes  int
}

// outage is a moment at which the power goes.
type outage struct {
	at int
	// left are the writes that are on the disks then.
	left []blocklog.Event
	what string
}

func (m outage) String() string { return fmt.Sprintf("%s %d", m.what, m.at) }

func newLogged(t *testing.T, kinds plan.Sides[string]) *logged {
	t.Helper()
	l := &logged{T: t, kinds: kinds, dir: t.TempDir()}
	for _, side := range plan.BothSides {
		check(t, os.MkdirAll(l.point(side), 0o755))
		image := l.image("prepared", side)
		check(t, os.MkdirAll(filepath.Dir(image), 0o755))
		for _, args := range [][]string{{"truncate", "-s", "160M", image}, {"mkfs." + kinds[side], "-q", image}} {
			if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
				effort.Missing(t, "%q: %v\n%s", args, err, out)
			}
		}
		if out, err := l.tryMount(t, side, image); err != nil {
			effort.Missing(t, "loop devices: %v\n%s", err, out)
		}
		check(t, os.Mkdir(l.root(side), 0o755))
	}
	v := &volume{name: kinds[plan.Remote], root: l.point(plan.Remote)}
	l.evidence = newCrash(newDesk(t, v, l.root(plan.Local), l.root(plan.Remote)), 4, l.point(plan.Local),
		l.point(plan.Remote)).evidence
	l.unmount(t)
	return l
}

func (l *logged) point(side plan.Side) string { return filepath.Join(l.dir, "mounted", side.String()) }
func (l *logged) root(side plan.Side) string  { return filepath.Join(l.point(side), "tree") }
func (l *logged) image(of string, side plan.Side) string {
	return filepath.Join(l.dir, of, side.String()+".img")
}

// registered guards what the kernel knows of btrfs's disks: to forget one that another test is about to mount
// would fail that.
var registered sync.Mutex

// tryMount mounts a disk until unmount is called, or the test is over, whatever becomes of it.
func (l *logged) tryMount(t *testing.T, side plan.Side, disk string) ([]byte, error) {
	registered.Lock()
	defer registered.Unlock()
	return tryMount(t, l.point(side), "-t", l.kinds[side], "-o", "loop", disk)
}

func (l *logged) mount(t *testing.T, side plan.Side, disk string) {
	t.Helper()
	if out, err := l.tryMount(t, side, disk); err != nil {
		t.Fatalf("%s cannot be mounted: %v\n%s", l.kinds[side], err, out)
	}
}

// unmount unmounts what is mounted.
func (l *logged) unmount(t *testing.T) {
	t.Helper()
	for _, side := range plan.BothSides {
		if exec.Command("mountpoint", "-q", l.point(side)).Run() == nil {
			command(t, "umount", l.point(side))
		}
	}
	registered.Lock()
	defer registered.Unlock()
	// An older state of the same volume is taken for another disk of it, unless this one is forgotten.
	command(t, "btrfs", "device", "scan", "--forget")
}

// copy copies the prepared disks.
func (l *logged) copy(t *testing.T, to string) (images []string) {
	t.Helper()
	check(t, os.MkdirAll(filepath.Join(l.dir, to), 0o755))
	for _, side := range plan.BothSides {
		command(t, "cp", "--sparse=always", l.image("prepared", side), l.image(to, side))
		images = append(images, l.image(to, side))
	}
	return images
}

// record carries the plan out, and returns what reached the disks meanwhile.
func (l *logged) record() []blocklog.Event {
	l.Helper()
	shelf := filepath.Join(l.dir, "shelf")
	check(l.T, os.MkdirAll(shelf, 0o755))
	var log blocklog.Log
	stop, err := blocklog.Serve(shelf, &log, l.copy(l.T, "recorded")...)
	if errors.Is(err, blocklog.ErrNotHere) {
		effort.Missing(l.T, "%v", err)
	}
	check(l.T, err)
	stop = sync.OnceValue(stop)
	l.Cleanup(func() { _ = stop() }) // where the test ends before its time
	for _, side := range plan.BothSides {
		l.mount(l.T, side, blocklog.Path(shelf, int(side)))
	}
	code, out := child(l.T, "-C", l.root(plan.Local), "apply")
	events := log.Events()
	l.unmount(l.T)
	check(l.T, stop())
	if code != 0 {
		l.Fatalf("exit %d\n%s", code, out)
	}
	return events
}

// outages are some of those at which the power may go: right after flushes, and in between by turns with
// nothing but what came first, and with any of what was not flushed.
func (l *logged) outages(events []blocklog.Event) (all []outage) {
	var flushes, between []int
	for n := range events {
		if events[n].Flush() {
			flushes = append(flushes, n+1)
		} else {
			between = append(between, n+1)
		}
	}
	l.flushes = len(flushes)
	random := rand.New(rand.NewPCG(1, 2))
	for _, k := range effort.Samples(len(flushes)) {
		at := flushes[k-1]
		all = append(all, outage{at, blocklog.Survivors(events[:at], func() bool { return true }), "flush"})
	}
	for i, k := range effort.Samples(len(between)) {
		at := between[k-1]
		if i%2 == 0 {
			all = append(all, outage{at, blocklog.Survivors(events[:at], func() bool { return true }), "write"})
		} else {
			all = append(all, outage{at, blocklog.Survivors(events[:at], func() bool {
				return random.IntN(2) == 0
			}), "some of the writes to"})
		}
	}
	slices.SortStableFunc(all, func(a, b outage) int { return a.at - b.at })
	return all
}

// judge settles what an outage leaves.
func (l *logged) judge(t *testing.T, m outage, how string) {
	images := l.copy(t, "judged")
	check(t, blocklog.Replay(m.left, images...))
	defer l.unmount(t)
	for _, side := range plan.BothSides {
		l.mount(t, side, images[side])
	}
	c := &crash{evidence: l.evidence, beside: []string{l.point(plan.Local), l.point(plan.Remote)},
		desk: &desk{T: t, volume: &volume{}, at: plan.Sides[string]{l.root(plan.Local), l.root(plan.Remote)}}}
	c.settle(how)
}
