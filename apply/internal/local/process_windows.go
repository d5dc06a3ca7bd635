package local

import (
	"strconv"
	"time"

	"golang.org/x/sys/windows"
)

// processOf is what the system says of a process of this machine, another user's included.
func processOf(pid int) process {
	const stillActive = 259
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return process{alive: err == windows.ERROR_ACCESS_DENIED}
	}
	defer windows.CloseHandle(h)
	var code uint32
	if windows.GetExitCodeProcess(h, &code) == nil && code != stillActive {
		return process{}
	}
	var created, other windows.Filetime
	if windows.GetProcessTimes(h, &created, &other, &other, &other) != nil {
		return process{alive: true}
	}
	return process{alive: true, started: strconv.FormatInt(created.Nanoseconds(), 10),
		since: time.Unix(0, created.Nanoseconds())}
}
