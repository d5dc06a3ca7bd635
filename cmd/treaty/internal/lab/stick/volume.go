//go:build linux

package stick

import (
	"errors"
	"io"
	"log"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// ErrNotHere: this machine can't mount it.
var ErrNotHere = errors.New("FUSE cannot be used here")

// Call is one call of the kernel, as offered to Volume.Before.
type Call struct {
	// Number counts the calls since Count was last called, from 1.
	Number int
	// Op is the operation's name, such as "write" or "rename".
	Op   string
	Name string
	// Changes tells whether the call may change something.
	Changes bool
}

// Volume is a volume with all that is on it. It outlives its mounts.
type Volume struct {
	mu    sync.Mutex
	rules Rules
	root  *entry
	used  int64
	inode uint64
	calls int
	// before answers a call instead of the volume, unless it says 0.
	before func(Call) syscall.Errno
	dead   bool

	// numbers are the inodes' of this mount, where they are unstable.
	numbers map[spelling]uint64

	point  string
	server *fuse.Server
}

// entry is a file, a directory or a link, whatever its names.
type entry struct {
	inode  uint64
	mode   uint32
	data   []byte
	target string
	names  map[string]*named // by folded name; of a directory
	mtime  time.Time
	atime  time.Time
	nlink  uint32
}

// named is an entry under one of its names, as it was given.
type named struct {
	name string
	*entry
}

// spelling is an entry under a name that somebody called it by.
type spelling struct {
	*entry
	name string
}

// New makes an empty volume.
func New(rules Rules) *Volume {
	v := &Volume{rules: rules}
	v.root = v.entry(syscall.S_IFDIR | 0o777)
	return v
}

// entry makes a new entry, without a name yet.
func (v *Volume) entry(mode uint32) *entry {
	v.inode++
	e := &entry{inode: v.inode, mode: mode, nlink: 1}
	e.mtime = v.cut(time.Now())
	e.atime = e.mtime
	if mode&syscall.S_IFMT == syscall.S_IFDIR {
		e.names = map[string]*named{}
	}
	return e
}

func (v *Volume) cut(t time.Time) time.Time {
	if v.rules.Granularity > 0 {
		t = t.Truncate(v.rules.Granularity)
	}
	return t
}

// Mount mounts the volume at a folder. Errors wrap ErrNotHere where the machine is to blame.
func (v *Volume) Mount(point string) error {
	if f, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0); err != nil {
		return errors.Join(ErrNotHere, err)
	} else {
		f.Close()
	}
	var never time.Duration
	driver := v.rules.Driver
	if driver == "" {
		driver = "stick"
	}
	v.mu.Lock()
	v.dead, v.numbers = false, map[spelling]uint64{}
	v.mu.Unlock()
	server, err := fs.Mount(point, &node{v: v, e: v.root}, &fs.Options{
		MountOptions: fuse.MountOptions{Name: driver, FsName: "stick", DirectMount: true, DisableXAttrs: true,
			Logger: log.New(io.Discard, "", 0)},
		EntryTimeout: &never, AttrTimeout: &never, NegativeTimeout: &never,
	})
	if err != nil {
		return errors.Join(ErrNotHere, err)
	}
	v.point, v.server = point, server
	return nil
}

// Unmount ends the mount as a person does who ejects the volume: it fails with EBUSY while something on it
// is open, and then pulls it out.
func (v *Volume) Unmount() error {
	server := v.server
	if v.server = nil; server == nil {
		return nil
	}
	err := syscall.Unmount(v.point, 0)
	switch {
	case err == nil:
		server.Wait()
	case v.isDead() && errors.Is(err, syscall.EINVAL):
		return nil // pulled out before
	default:
		v.Unplug()
	}
	return err
}

func (v *Volume) isDead() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.dead
}

// Before has every call offered to answer first: what it returns but 0 is the call's answer. nil ends
// that. The count begins anew.
func (v *Volume) Before(answer func(Call) syscall.Errno) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.before, v.calls = answer, 0
}

// Calls is how many calls there were since Before.
func (v *Volume) Calls() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.calls
}

// Unplug pulls the volume out: each call, also of files that are open, ends with ENOTCONN, and at its place
// there is the empty folder that it was mounted at. What was on it stays as it was at that moment.
func (v *Volume) Unplug() {
	v.mu.Lock()
	v.dead = true
	v.mu.Unlock()
	_ = syscall.Unmount(v.point, syscall.MNT_DETACH)
}

// DieAt pulls the volume out at the n-th call from now. With gone, the mount goes with it at once; else it
// stays, dead, until Unplug, as when a driver crashes.
func (v *Volume) DieAt(n int, gone bool) {
	v.Before(func(c Call) syscall.Errno {
		if c.Number < n {
			return 0
		}
		if c.Number == n {
			v.dead = true
			if gone {
				// Detaching calls nothing on the volume, so it can be done while one is served.
				_ = syscall.Unmount(v.point, syscall.MNT_DETACH)
			}
		}
		return syscall.ENOTCONN
	})
}

// enter begins a call: it takes the lock and returns what answers the call, 0 for the volume itself. The
// caller unlocks.
func (v *Volume) enter(op, name string, changes bool) syscall.Errno {
	v.mu.Lock()
	if v.dead {
		return syscall.ENOTCONN
	}
	v.calls++
	if v.before != nil {
		return v.before(Call{v.calls, op, name, changes})
	}
	return 0
}

// Enlarge takes the limits of sizes away.
func (v *Volume) Enlarge() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.rules.Capacity, v.rules.LargestFile = 0, 0
}

// grow takes or gives back space.
func (v *Volume) grow(by int64) syscall.Errno {
	if by > 0 && v.rules.Capacity > 0 && v.used+by > v.rules.Capacity {
		return syscall.ENOSPC
	}
	v.used += by
	return 0
}
