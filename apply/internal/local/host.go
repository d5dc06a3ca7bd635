package local

import (
	"os"
	"time"

	"treaty/apply/volume"
)

// host is this machine.
type host struct{}

// HostName is what this machine calls itself, "" where it has no name.
func HostName() string { return host{}.Name() }

// Name is what the machine calls itself, "" where it has no name.
func (host) Name() string {
	name, _ := os.Hostname()
	return name
}

// Self is this process.
func (h host) Self() volume.Holder {
	return volume.Holder{Host: h.Name(), Boot: bootID(), PID: os.Getpid(), Started: processOf(os.Getpid()).started,
		At: time.Now().UTC().Truncate(time.Second)}
}

// Gone tells whether a holder is gone for sure.
func (h host) Gone(holder volume.Holder) bool {
	if holder.Host != h.Name() {
		return false
	}
	if boot := bootID(); holder.Boot != "" && boot != "" && holder.Boot != boot {
		return true
	}
	return processOf(holder.PID).another(holder)
}

// Ahead is nought: it is the clock of this machine.
func (host) Ahead() time.Duration { return 0 }

// process is what a system says of one of its processes.
type process struct {
	alive bool
	// started tells one process from all others that ever had its number, "" where that cannot be known.
	started string
	// since is when it started by the clock, the zero time where that cannot be known.
	since time.Time
}

// another tells whether a process, or none, is certainly not the one that took a lock: numbers are used again, soon on
// Windows and at once by the first process of a container. Where neither says when it started, the lock's own time
// does: nobody takes a lock before starting. A minute is for clocks that were set.
func (p process) another(h volume.Holder) bool {
	switch {
	case !p.alive:
		return true
	case h.Started != "" && p.started != "":
		return h.Started != p.started
	case p.since.IsZero():
		return false
	}
	return p.since.After(h.At.Add(time.Minute))
}

// Now is the clock of this machine.
func Now() time.Time { return time.Now() }
