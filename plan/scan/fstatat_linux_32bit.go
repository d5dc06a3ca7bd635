//go:build linux && (386 || arm || mips || mipsle || ppc)

package scan

import "golang.org/x/sys/unix"

const fstatat = unix.SYS_FSTATAT64
