package blocklog

import (
	"os"
	"slices"
	"sync"
)

// Event is a write to a disk, or a flush of one, which has no Data.
type Event struct {
	Disk   int
	Offset int64
	Data   []byte
}

// Flush tells a flush from a write.
func (e *Event) Flush() bool { return e.Data == nil }

// Log is what reached some disks, in one order for all of them: their power goes at the same time.
type Log struct {
	mu     sync.Mutex
	events []Event
}

func (l *Log) add(e Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, e)
}

// Events are those so far.
func (l *Log) Events() []Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.events)
}

// Survivors are the writes that a power cut after these events leaves, where the disks have a cache of their
// own: all that was flushed, and of the others those that keep says.
func Survivors(events []Event, keep func() bool) []Event {
	flushed := map[int]int{} // the last flush of each disk
	for n := range events {
		if events[n].Flush() {
			flushed[events[n].Disk] = n
		}
	}
	var left []Event
	for n := range events {
		if e := &events[n]; !e.Flush() && (n < flushed[e.Disk] || keep()) {
			left = append(left, *e)
		}
	}
	return left
}

// Replay makes the writes to images, one for each disk.
func Replay(events []Event, images ...string) error {
	files := make([]*os.File, len(images))
	for disk, image := range images {
		f, err := os.OpenFile(image, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		files[disk] = f
	}
	for n := range events {
		if _, err := files[events[n].Disk].WriteAt(events[n].Data, events[n].Offset); err != nil {
			return err
		}
	}
	return nil
}
