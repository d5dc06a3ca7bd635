package local

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// processOf is what the system says of a process of this machine, another user's included.
func processOf(pid int) process {
	const zombie = 5 // SZOMB in <sys/proc.h>: it has ended, and nobody has asked how
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil || int(info.Proc.P_pid) != pid {
		err := unix.Kill(pid, 0)
		return process{alive: err == nil || errors.Is(err, unix.EPERM)}
	}
	at := info.Proc.P_starttime
	return process{alive: info.Proc.P_stat != zombie, started: fmt.Sprintf("%d.%06d", at.Sec, at.Usec),
		since: time.Unix(at.Sec, int64(at.Usec)*1000)}
}
