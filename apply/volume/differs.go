package volume

import (
	"fmt"
	"time"

	"treaty/plan/tree"
)

// Differs says in words in what an entry, by its stat, is not what a plan saw, and "" where it is that. Times of the
// volume are off by shift from those that the plan names.
func Differs(now *tree.Entry, before *tree.State, traits *tree.Traits, shift time.Duration) string {
	switch {
	case now.Type != before.Of():
		return fmt.Sprintf("it is a %v now, not a %v", now.Type, before.Of())
	case now.Type == tree.Symlink && now.Target != before.Target():
		return "the link has another target now"
	case now.Type != tree.File:
		return ""
	case now.Size != before.Size:
		return fmt.Sprintf("it has %d bytes now, not %d", now.Size, before.Size)
	}
	switch mtime := now.Mtime.Add(-shift).Cut(traits.MtimeGranularity); {
	case mtime != before.Mtime.Cut(traits.MtimeGranularity):
		return fmt.Sprintf("it was changed at %v, not at %v", mtime, before.Mtime)
	case traits.Modes && before.Mode.Known() && now.Mode != before.Mode:
		return fmt.Sprintf("its mode is %v now, not %v", now.Mode, before.Mode)
	}
	return ""
}
