package blocklog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// ErrNotHere: this machine can't serve a disk.
var ErrNotHere = errors.New("FUSE cannot be used here")

// Serve serves images as disks "0", "1" and so on in a folder, until stop is called. What is written to a
// disk is written to its image too. Errors wrap ErrNotHere where the machine is to blame.
func Serve(folder string, log *Log, images ...string) (stop func() error, err error) {
	if f, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0); err != nil {
		return nil, errors.Join(ErrNotHere, err)
	} else {
		f.Close()
	}
	root := &shelf{}
	for n, image := range images {
		f, err := os.OpenFile(image, os.O_RDWR, 0)
		if err != nil {
			return nil, errors.Join(err, root.close())
		}
		root.disks = append(root.disks, &disk{image: f, number: n, log: log})
	}
	server, err := fs.Mount(folder, root,
		&fs.Options{MountOptions: fuse.MountOptions{FsName: "blocklog", DirectMount: true, DisableXAttrs: true}})
	if err != nil {
		return nil, errors.Join(ErrNotHere, err, root.close())
	}
	return func() error {
		if err := server.Unmount(); err != nil {
			return err
		}
		server.Wait()
		return root.close()
	}, nil
}

// Path is the disk with a number in the folder that it is served in.
func Path(folder string, number int) string { return filepath.Join(folder, fmt.Sprint(number)) }

// shelf is the folder with the disks.
type shelf struct {
	fs.Inode
	disks []*disk
}

func (s *shelf) close() error {
	var err error
	for _, d := range s.disks {
		err = errors.Join(err, d.image.Close())
	}
	return err
}

// disk is a file that loses nothing, and tells all that it is told to keep.
type disk struct {
	fs.Inode
	image  *os.File
	number int
	log    *Log
}

var (
	_ fs.NodeOnAdder   = (*shelf)(nil)
	_ fs.NodeGetattrer = (*disk)(nil)
	_ fs.NodeOpener    = (*disk)(nil)
	_ fs.NodeReader    = (*disk)(nil)
	_ fs.NodeWriter    = (*disk)(nil)
	_ fs.NodeFsyncer   = (*disk)(nil)
)

func (s *shelf) OnAdd(ctx context.Context) {
	for n, d := range s.disks {
		s.AddChild(fmt.Sprint(n), s.NewPersistentInode(ctx, d, fs.StableAttr{Mode: syscall.S_IFREG}), false)
	}
}

func (d *disk) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	info, err := d.image.Stat()
	if err != nil {
		return fs.ToErrno(err)
	}
	out.Mode, out.Size = syscall.S_IFREG|0o600, uint64(info.Size())
	return 0
}

func (d *disk) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) { return nil, 0, 0 }

func (d *disk) Read(_ context.Context, _ fs.FileHandle, into []byte, offset int64) (fuse.ReadResult, syscall.Errno) {
	n, err := d.image.ReadAt(into, offset)
	if n < len(into) && err != nil && offset+int64(n) < size(d.image) {
		return nil, fs.ToErrno(err)
	}
	return fuse.ReadResultData(into[:n]), 0
}

func size(f *os.File) int64 {
	info, err := f.Stat()
	if err != nil {
		return 0
	}
	return info.Size()
}

func (d *disk) Write(_ context.Context, _ fs.FileHandle, data []byte, offset int64) (uint32, syscall.Errno) {
	n, err := d.image.WriteAt(data, offset)
	d.log.add(Event{d.number, offset, append([]byte{}, data[:n]...)})
	return uint32(n), fs.ToErrno(err)
}

func (d *disk) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	d.log.add(Event{Disk: d.number})
	return 0
}
