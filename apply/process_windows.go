package apply

import (
	"time"

	"golang.org/x/sys/windows"
)

// processRuns tells whether a process of this machine is alive that was at the given time: Windows soon
// gives the number of one that ended to another.
func processRuns(pid int, since time.Time) bool {
	const stillActive = 259
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return err == windows.ERROR_ACCESS_DENIED
	}
	defer windows.CloseHandle(h)
	var code uint32
	if windows.GetExitCodeProcess(h, &code) == nil && code != stillActive {
		return false
	}
	var created, other windows.Filetime
	if windows.GetProcessTimes(h, &created, &other, &other, &other) != nil {
		return true
	}
	return time.Unix(0, created.Nanoseconds()).Before(since.Add(2 * time.Second))
}
