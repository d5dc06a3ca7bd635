package conclude

import (
	"cmp"
	"sync"

	"treaty/apply/volume"
	"treaty/plan"
)

// besides begins what takes a tree that is far away a trip of its own, so that it is not waited for beside the listing
// for the record. What it returns waits for all of that. Errors are those of the journals and the disks.
func (c *Conclusion) besides() (told func() error) {
	var wg sync.WaitGroup
	var unwritten error
	var uncleared plan.Sides[error]
	wg.Go(func() { unwritten = c.Journals.Flush() })
	for _, e := range c.Ends.There() {
		if _, far := e.Disk.(volume.Gathering); far {
			wg.Go(func() { uncleared[e.Side] = c.Journals.ClearStage(e) })
			wg.Go(func() { c.Receipt.Durability[e.Side] = e.Disk.Durability() })
		}
	}
	return func() error {
		wg.Wait()
		return cmp.Or(unwritten, uncleared[plan.Local], uncleared[plan.Remote])
	}
}
