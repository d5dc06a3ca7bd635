//go:build linux

package stick

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"

	"treaty/plan/tree"
)

// node is an entry as the kernel knows it while the volume is mounted.
type node struct {
	fs.Inode
	v *Volume
	e *entry
}

// handle is an open file.
type handle struct{ e *entry }

var (
	_ fs.NodeLookuper   = (*node)(nil)
	_ fs.NodeGetattrer  = (*node)(nil)
	_ fs.NodeSetattrer  = (*node)(nil)
	_ fs.NodeReaddirer  = (*node)(nil)
	_ fs.NodeMkdirer    = (*node)(nil)
	_ fs.NodeCreater    = (*node)(nil)
	_ fs.NodeOpener     = (*node)(nil)
	_ fs.NodeReader     = (*node)(nil)
	_ fs.NodeWriter     = (*node)(nil)
	_ fs.NodeFsyncer    = (*node)(nil)
	_ fs.NodeUnlinker   = (*node)(nil)
	_ fs.NodeRmdirer    = (*node)(nil)
	_ fs.NodeRenamer    = (*node)(nil)
	_ fs.NodeLinker     = (*node)(nil)
	_ fs.NodeSymlinker  = (*node)(nil)
	_ fs.NodeReadlinker = (*node)(nil)
	_ fs.NodeStatfser   = (*node)(nil)
)

func (e *entry) dir() bool { return e.names != nil }

func (e *entry) fill(out *fuse.Attr) {
	out.Mode, out.Size, out.Nlink = e.mode, uint64(len(e.data)), e.nlink
	if e.target != "" {
		out.Size = uint64(len(e.target))
	}
	out.Blocks = (out.Size + 511) / 512
	out.SetTimes(&e.atime, &e.mtime, &e.mtime)
}

// child is what the kernel gets to know of an entry of n that it asked for by name.
func (n *node) child(ctx context.Context, name string, e *entry, out *fuse.EntryOut) *fs.Inode {
	e.fill(&out.Attr)
	number := e.inode
	if n.v.rules.UnstableInodes {
		number = n.v.numbers[spelling{e, name}]
		if number == 0 {
			n.v.inode++
			number = n.v.inode
			n.v.numbers[spelling{e, name}] = number
		}
	}
	return n.NewInode(ctx, &node{v: n.v, e: e}, fs.StableAttr{Mode: e.mode & syscall.S_IFMT, Ino: number + 1})
}

// find is the entry of that name, nil where there is none.
func (n *node) find(name string) *named {
	if found := n.e.names[n.v.rules.fold(name)]; found != nil || !n.v.rules.ShortNames {
		return found
	}
	// The first that was made has number 1.
	var like []*named
	for _, one := range n.e.names {
		if tree.MayAlias(name, one.name) {
			like = append(like, one)
		}
	}
	slices.SortFunc(like, func(a, b *named) int { return cmp.Compare(a.inode, b.inode) })
	_, tail, _ := strings.Cut(name, "~")
	number, _, _ := strings.Cut(tail, ".")
	if i, err := strconv.Atoi(number); err == nil && 1 <= i && i <= len(like) {
		return like[i-1]
	}
	return nil
}

// add gives an entry a new name in n.
func (n *node) add(name string, e *entry) {
	n.e.names[n.v.rules.fold(name)] = &named{n.v.rules.keep(name), e}
}

// vacant is the answer to a new name in n, 0 where it can be had.
func (n *node) vacant(name string) syscall.Errno {
	if n.find(name) != nil {
		return syscall.EEXIST
	}
	return n.v.rules.refused(name)
}

func (n *node) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	errno := n.v.enter("lookup", name, false)
	defer n.v.mu.Unlock()
	if errno != 0 {
		return nil, errno
	}
	found := n.find(name)
	if found == nil {
		return nil, syscall.ENOENT
	}
	return n.child(ctx, name, found.entry, out), 0
}

func (n *node) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	errno := n.v.enter("getattr", "", false)
	defer n.v.mu.Unlock()
	if errno == 0 {
		n.e.fill(&out.Attr)
	}
	return errno
}

func (n *node) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	errno := n.v.enter("setattr", "", true)
	defer n.v.mu.Unlock()
	if errno != 0 {
		return errno
	}
	rules := &n.v.rules
	if mode, ok := in.GetMode(); ok && !rules.ChmodIgnored {
		if rules.Chmod != 0 {
			return rules.Chmod
		}
		n.e.mode = n.e.mode&syscall.S_IFMT | mode&0o7777
	}
	if size, ok := in.GetSize(); ok {
		if errno := n.resize(int64(size)); errno != 0 {
			return errno
		}
	}
	atime, hasAtime := in.GetATime()
	mtime, hasMtime := in.GetMTime()
	if rules.OmitIsNow && hasAtime != hasMtime {
		mtime, hasMtime = time.Now(), true
	}
	if hasAtime {
		n.e.atime = n.v.cut(atime)
	}
	if hasMtime && !rules.IgnoresTimes {
		n.e.mtime = n.v.cut(mtime)
	}
	n.e.fill(&out.Attr)
	return 0
}

func (n *node) resize(size int64) syscall.Errno {
	if limit := n.v.rules.LargestFile; limit > 0 && size > limit {
		return syscall.EFBIG
	}
	if errno := n.v.grow(size - int64(len(n.e.data))); errno != 0 {
		return errno
	}
	if size <= int64(len(n.e.data)) {
		n.e.data = n.e.data[:size:size]
	} else {
		n.e.data = append(n.e.data, make([]byte, size-int64(len(n.e.data)))...)
	}
	n.e.mtime = n.v.cut(time.Now())
	return 0
}

func (n *node) Readdir(context.Context) (fs.DirStream, syscall.Errno) {
	errno := n.v.enter("readdir", "", false)
	defer n.v.mu.Unlock()
	if errno != 0 {
		return nil, errno
	}
	var list []fuse.DirEntry
	for _, child := range n.e.names {
		list = append(list, fuse.DirEntry{Name: child.name, Mode: child.mode & syscall.S_IFMT, Ino: child.inode + 1})
	}
	return fs.NewListDirStream(list), 0
}

// make makes a new entry with a name in n.
func (n *node) make(op, name string, mode uint32) (*entry, syscall.Errno) {
	errno := n.v.enter(op, name, true)
	if errno == 0 {
		errno = n.vacant(name)
	}
	if errno != 0 {
		return nil, errno
	}
	if n.v.rules.Chmod != 0 || n.v.rules.ChmodIgnored {
		mode = mode&syscall.S_IFMT | 0o777
	}
	e := n.v.entry(mode)
	n.add(name, e)
	return e, 0
}

func (n *node) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	defer n.v.mu.Unlock()
	e, errno := n.make("mkdir", name, syscall.S_IFDIR|mode&0o7777)
	if errno != 0 {
		return nil, errno
	}
	return n.child(ctx, name, e, out), 0
}

func (n *node) Create(ctx context.Context, name string, _, mode uint32,
	out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	defer n.v.mu.Unlock()
	e, errno := n.make("create", name, syscall.S_IFREG|mode&0o7777)
	if errno != 0 {
		return nil, nil, 0, errno
	}
	return n.child(ctx, name, e, out), &handle{e}, 0, 0
}

func (n *node) Symlink(ctx context.Context, target, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	if n.v.rules.NoSymlinks {
		return nil, n.v.rules.lacking(syscall.ENOSYS)
	}
	defer n.v.mu.Unlock()
	e, errno := n.make("symlink", name, syscall.S_IFLNK|0o777)
	if errno != 0 {
		return nil, errno
	}
	e.target = target
	return n.child(ctx, name, e, out), 0
}

func (n *node) Readlink(context.Context) ([]byte, syscall.Errno) {
	errno := n.v.enter("readlink", "", false)
	defer n.v.mu.Unlock()
	return []byte(n.e.target), errno
}

func (n *node) Link(ctx context.Context, target fs.InodeEmbedder, name string,
	out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	errno := n.v.enter("link", name, true)
	defer n.v.mu.Unlock()
	if errno == 0 && n.v.rules.NoLinks {
		errno = n.v.rules.lacking(syscall.EPERM)
	}
	if errno == 0 {
		errno = n.vacant(name)
	}
	if errno != 0 {
		return nil, errno
	}
	e := target.(*node).e
	e.nlink++
	n.add(name, e)
	return n.child(ctx, name, e, out), 0
}

func (n *node) Open(_ context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	errno := n.v.enter("open", "", false)
	defer n.v.mu.Unlock()
	if errno == 0 && flags&syscall.O_TRUNC != 0 {
		errno = n.resize(0)
	}
	return &handle{n.e}, 0, errno
}

func (n *node) Read(_ context.Context, _ fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	errno := n.v.enter("read", "", false)
	defer n.v.mu.Unlock()
	if errno != 0 {
		return nil, errno
	}
	if off >= int64(len(n.e.data)) {
		return fuse.ReadResultData(nil), 0
	}
	return fuse.ReadResultData(dest[:copy(dest, n.e.data[off:])]), 0
}

func (n *node) Write(_ context.Context, _ fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	errno := n.v.enter("write", "", true)
	defer n.v.mu.Unlock()
	end := off + int64(len(data))
	if errno == 0 && end > int64(len(n.e.data)) {
		errno = n.resize(end)
	}
	if errno != 0 {
		return 0, errno
	}
	copy(n.e.data[off:], data)
	n.e.mtime = n.v.cut(time.Now())
	return uint32(len(data)), 0
}

func (n *node) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	errno := n.v.enter("fsync", "", true)
	defer n.v.mu.Unlock()
	return errno
}

func (n *node) Unlink(_ context.Context, name string) syscall.Errno {
	errno := n.v.enter("unlink", name, true)
	defer n.v.mu.Unlock()
	if errno != 0 {
		return errno
	}
	found := n.find(name)
	if found == nil {
		return syscall.ENOENT
	}
	n.drop(found)
	return 0
}

// drop takes an entry's name away, and its space with the last one.
func (n *node) drop(found *named) {
	delete(n.e.names, n.v.rules.fold(found.name))
	if found.nlink--; found.nlink == 0 {
		n.v.used -= int64(len(found.data))
	}
}

func (n *node) Rmdir(_ context.Context, name string) syscall.Errno {
	errno := n.v.enter("rmdir", name, true)
	defer n.v.mu.Unlock()
	if errno != 0 {
		return errno
	}
	found := n.find(name)
	switch {
	case found == nil:
		return syscall.ENOENT
	case !found.dir():
		return syscall.ENOTDIR
	case len(found.names) > 0:
		return syscall.ENOTEMPTY
	}
	n.drop(found)
	return 0
}

// The flags of renameat2.
const (
	noReplace = 1
	exchange  = 2
)

func (n *node) Rename(_ context.Context, name string, to fs.InodeEmbedder, as string, flags uint32) syscall.Errno {
	errno := n.v.enter("rename", as, true)
	defer n.v.mu.Unlock()
	if errno != 0 {
		return errno
	}
	into := to.EmbeddedInode().Operations().(*node)
	rules := &n.v.rules
	if flags&exchange != 0 && rules.NoExchange || flags&noReplace != 0 && rules.NoNoReplace {
		return syscall.EINVAL
	}
	from, there := n.find(name), into.find(as)
	if from == nil {
		return syscall.ENOENT
	}
	if errno := rules.refused(as); errno != 0 {
		return errno
	}
	if flags&exchange != 0 {
		if there == nil {
			return syscall.ENOENT
		}
		from.entry, there.entry = there.entry, from.entry
		return 0
	}
	respelled := there != nil && there.entry == from.entry
	switch {
	case there == nil || respelled:
	case flags&noReplace != 0:
		return syscall.EEXIST
	case there.dir() && len(there.names) > 0:
		return syscall.ENOTEMPTY
	case there.dir() != from.dir():
		return syscall.EEXIST
	default:
		into.drop(there)
	}
	delete(n.e.names, rules.fold(from.name))
	if number := n.v.numbers[spelling{from.entry, name}]; number != 0 {
		n.v.numbers[spelling{from.entry, as}] = number
	}
	into.add(as, from.entry)
	return 0
}

func (n *node) Statfs(_ context.Context, out *fuse.StatfsOut) syscall.Errno {
	errno := n.v.enter("statfs", "", false)
	defer n.v.mu.Unlock()
	out.Bsize, out.Frsize, out.NameLen = 4096, 4096, 255
	if n.v.rules.NoStatfs {
		return errno
	}
	if n.v.rules.Driver == Rclone {
		out.Files = 1_000_000_000
	}
	total := n.v.rules.Capacity
	if total == 0 {
		total = 1 << 40
	}
	out.Blocks = uint64(total / 4096)
	out.Bfree = uint64(max(total-n.v.used, 0) / 4096)
	out.Bavail = out.Bfree
	return errno
}
