package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// widen has a pipe take more at once; a stream that is none stays as it is, and so does a pipe where the system gives
// no more.
func widen(stream any) {
	f, ok := stream.(*os.File)
	if !ok {
		return
	}
	if raw, err := f.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, roomy) })
	}
}
