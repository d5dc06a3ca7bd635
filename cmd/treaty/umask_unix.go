//go:build unix

package main

import "syscall"

// umask is the process's; the only way to read it is to set it.
func umask() uint32 {
	mask := syscall.Umask(0)
	syscall.Umask(mask)
	return uint32(mask)
}

// nonblocking opens a pipe without waiting for whoever writes to it.
const nonblocking = syscall.O_NONBLOCK
