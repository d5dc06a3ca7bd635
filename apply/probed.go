package apply

import (
	"errors"
	"io/fs"

	"treaty/apply/refusal"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// writable turns an error of the first write into a safety stop where nothing can be written at all.
func (e *end) writable(err error) error {
	if errors.Is(err, volume.ErrReadOnly) || errors.Is(err, fs.ErrPermission) {
		return refusal.Because(refusal.CauseReadOnly, "the %s tree %s cannot be written to: %v", e.side, e.Root(), refusal.Innermost(err)).
			On(e.side, e.Root())
	}
	return err
}

// recordTraits notes in a tree's own file what its volume was found to do.
func (r *run) recordTraits(e *end, probed *volume.Probed) error {
	hinted, err := e.Traits("", nil)
	if err != nil {
		return err
	}
	file := e.file
	if probed.Traits.IgnoresTimes && !file.IgnoresTimes && r.request.Tell != nil {
		r.request.Tell("warning: " + TimesIgnored(e.side))
	}
	file.Traits, file.Volume, file.IgnoresTimes = record(hinted, probed), hinted.Volume, probed.Traits.IgnoresTimes
	r.recordDeclared(e)
	return nil
}

// seen are traits with what was seen in the place of what was thought. How fine times are that cannot be set is
// only seen by chance.
func seen(thought tree.Traits, probed *volume.Probed) tree.Traits {
	actual := thought
	if actual.IgnoresTimes = probed.Traits.IgnoresTimes; !actual.IgnoresTimes {
		actual.MtimeGranularity = probed.Traits.MtimeGranularity
	}
	actual.Modes = probed.Traits.Modes
	actual.Symlinks, actual.CaseSensitive = probed.Traits.Symlinks, probed.Traits.CaseSensitive
	if probed.Traits.Names == tree.WindowsNames {
		actual.Names = tree.WindowsNames
	}
	return actual
}

// record is what the tree's file keeps: what was seen, but of names never more than the volume's type
// promises. A driver may take names that the next machine cannot read: NTFS under Linux holds "a" beside
// "A", and "a:b", which Windows cannot open. Where the type says nothing, what was seen is all there is. FAT's
// times are as coarse as they are, whatever a driver holds in memory, and what macOS makes of a link there
// no other system knows as one (XSym). APFS and HFS+ come in both kinds, of which the probe tells.
func record(hinted tree.Traits, probed *volume.Probed) tree.Traits {
	recorded := seen(hinted, probed)
	recorded.Source = tree.Recorded
	if recorded.IgnoresTimes {
		recorded.MtimeGranularity = max(recorded.MtimeGranularity, probed.Traits.MtimeGranularity)
	}
	switch hinted.Profile {
	case tree.Unknown:
		recorded.Names = probed.Traits.Names
		return recorded
	case tree.APFS:
		return recorded
	case tree.FAT:
		recorded.MtimeGranularity = max(recorded.MtimeGranularity, hinted.MtimeGranularity)
		recorded.Symlinks = false
	case tree.ExFAT:
		recorded.Symlinks = false
	}
	recorded.CaseSensitive = recorded.CaseSensitive && hinted.CaseSensitive
	return recorded
}

// truthful refuses a plan that says other things of a filesystem than are on record of it, or than treaty would say
// itself: by coarser times, different files pass for the same. What an interrupted run began with it goes on with.
func (r *run) truthful(e *end, planned tree.Traits) error {
	if r.resumed() != nil {
		return nil
	}
	own, err := e.file.TraitsOn(e, r.plan.Options.Declared(e.side))
	if err != nil {
		return err
	}
	if what := own.Differs(planned); what != "" {
		return refusal.Because(refusal.CauseUnfit, "the plan takes the filesystem of %s for another than it is: %s", e.side, what).
			On(e.side, e.Root())
	}
	return nil
}

// recordDeclared notes what the plan was told that a tree's filesystem is.
func (r *run) recordDeclared(e *end) {
	if declared := r.plan.Options.Declared(e.side); declared != nil {
		e.file.Declared = declared
	}
}

// TimesIgnored is what a person should know of a side whose volume ignores times, once.
func TimesIgnored(side plan.Side) string {
	return "files on the " + side.String() + " volume keep the time of their writing, whatever time they are given; " +
		"what differs there is told by the content, and times are not carried over"
}
