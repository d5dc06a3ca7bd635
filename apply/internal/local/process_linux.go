package local

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// processOf is what the system says of a process of this machine, another user's included.
func processOf(pid int) process {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		// Without /proc, or where it hides other people's, only a signal tells.
		err := unix.Kill(pid, 0)
		return process{alive: err == nil || errors.Is(err, unix.EPERM)}
	}
	return parseStat(string(text))
}

// parseStat reads a line of /proc/PID/stat (proc(5)). The name, which is in brackets, may hold anything. A zombie has
// ended: nobody has asked how.
func parseStat(line string) process {
	const state, started = 0, 19 // counted after the name: fields 3 and 22
	fields := strings.Fields(line[strings.LastIndexByte(line, ')')+1:])
	if len(fields) <= started {
		return process{alive: true}
	}
	p := process{alive: fields[state] != "Z" && fields[state] != "X", started: fields[started]}
	ticks, err := strconv.ParseInt(fields[started], 10, 64)
	var info unix.Sysinfo_t
	if err == nil && unix.Sysinfo(&info) == nil {
		const perSecond = 100 // USER_HZ, the same on all platforms that Go knows
		p.since = time.Now().Add(time.Duration(ticks)*(time.Second/perSecond) - time.Duration(info.Uptime)*time.Second)
	}
	return p
}
