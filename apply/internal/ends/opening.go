package ends

import (
	"errors"
	"io/fs"

	"treaty/apply/internal/journal"
	"treaty/apply/internal/settle"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// Opening opens ends to be changed, in the name of a plan, once it is known what their volumes can do.
type Opening struct {
	ID    string
	Seams *Seams
	// Lend is told of a directory of a side before it is made workable for the while.
	Lend func(plan.Side) func(volume.Loan) error
	// Ignores is told of a side whose volume is found to ignore the times that files are given; nil where nobody asks.
	Ignores func(plan.Side)
}

// AsPlanned opens an end whose volume is, and can do, what a plan says of it, and refuses others. What an interrupted
// run began with the plan it goes on with, as resumed says, whatever is on record by now.
func (o *Opening) AsPlanned(e *End, p *plan.Plan, resumed bool) error {
	probed, err := o.probe(e)
	if err != nil {
		return err
	}
	p.Snapshot(e.Side).Filesystem.IgnoresTimes = probed.Traits.IgnoresTimes
	planned, declared := p.Snapshot(e.Side).Filesystem, p.Options.Declared(e.Side)
	if !resumed {
		if err := e.truthful(planned, declared); err != nil {
			return err
		}
	}
	actual := seen(planned, &probed)
	if weaker := actual.Weaker(planned); weaker != "" {
		return e.Refuse(refusal.CauseWeaker, "the filesystem of %s can do less than was planned with: %s",
			e.Side, weaker)
	}
	of := p.Snapshot(e.Side)
	read := of.ReadSince(p.CreatedAt.Add(e.Ahead()))
	options := volume.Options{Traits: planned, RacySince: volume.RacySince(read, planned)}
	if of.From != nil {
		// A file's word for a tree, maybe old: what is changed there is compared by hash.
		options.RacySince = volume.AllRacy
	}
	if err := o.change(e, &probed, options); err != nil {
		return err
	}
	if e.File == nil {
		e.File = store.NewTreeFile()
	}
	if err := o.recordTraits(e, &probed); err != nil {
		return err
	}
	if declared != nil {
		e.File.Declared = declared
	}
	return nil
}

// AsInterrupted opens an end to be settled, as the journal says that an interrupted run has left there.
func (o *Opening) AsInterrupted(e *End, j *journal.Journal) error {
	probed, err := o.probe(e)
	full := errors.Is(err, volume.ErrFull)
	if err != nil && !full {
		return err
	}
	if full {
		// What was staged takes the room. Going back makes some, and gets by with plain renames.
		probed.Can, probed.Traits.IgnoresTimes = volume.Capabilities{}, ignoredTimes(e)
	}
	traits := j.Header.Traits[e.Side]
	traits.IgnoresTimes = probed.Traits.IgnoresTimes // plans and journals do not tell
	if err := o.change(e, &probed, volume.Options{Traits: traits}); err != nil {
		return err
	}
	e.Left, e.torn = j, j.Torn
	settle.Owe(e.Disk, e.Side, j)
	if e.File, err = e.Store.Identity(); err != nil {
		return err
	}
	id := j.Header.Trees[e.Side]
	if e.File == nil {
		e.File = store.NewTreeFile()
		e.File.ID = id
	}
	if e.File.ID != id {
		return refusal.Because(refusal.CauseJournal, "%s is another tree than the one that its journal is of", e.Root()).
			At(e.Root())
	}
	if full {
		return e.hint() // nothing was seen that could be recorded
	}
	return o.recordTraits(e, &probed)
}

// hint notes in a tree's own file what the type of its volume promises, where nothing is on record.
func (e *End) hint() error {
	if e.File.Traits.Profile != "" {
		return nil
	}
	hinted, err := e.Traits("", nil)
	e.File.Traits, e.File.Volume = hinted, hinted.Volume
	return err
}

// ignoredTimes tells whether the volume of an end is on record as one that ignores times.
func ignoredTimes(e *End) bool {
	own, err := e.Store.Identity()
	return err == nil && own != nil && own.IgnoresTimes // an error is told by who needs the file
}

// probe finds out what the volume of an end can do.
func (o *Opening) probe(e *End) (volume.Probed, error) {
	probed, err := e.Probe()
	if err != nil {
		e.fat = probed.LosesRenames
		return probed, e.writable(err)
	}
	if o.Seams.Probed != nil {
		o.Seams.Probed(e.Side, &probed)
	}
	probed.LosesRenames = probed.LosesRenames || o.Seams.FAT[e.Side]
	e.fat = probed.LosesRenames
	return probed, nil
}

// change opens an end for changes, as its volume was probed.
func (o *Opening) change(e *End, probed *volume.Probed, options volume.Options) error {
	options.Can, options.LosesRenames, options.Lend = probed.Can, probed.LosesRenames, o.Lend(e.Side)
	disk, err := e.Change(o.ID, options)
	if err != nil {
		return err
	}
	e.Disk, e.Store = disk, e.Store.On(disk)
	return nil
}

// recordTraits notes in a tree's own file what its volume was found to do.
func (o *Opening) recordTraits(e *End, probed *volume.Probed) error {
	hinted, err := e.Traits("", nil)
	if err != nil {
		return err
	}
	file := e.File
	if probed.Traits.IgnoresTimes && !file.IgnoresTimes && o.Ignores != nil {
		o.Ignores(e.Side)
	}
	file.Traits, file.Volume, file.IgnoresTimes = record(hinted, probed), hinted.Volume, probed.Traits.IgnoresTimes
	return nil
}

// truthful refuses a plan that says other things of a filesystem than are on record of it, or than treaty would say
// itself: by coarser times, different files pass for the same.
func (e *End) truthful(planned tree.Traits, declared *tree.Profile) error {
	own, err := e.File.TraitsOn(e, declared)
	if err != nil {
		return err
	}
	if what := own.Differs(planned); what != "" {
		return e.Refuse(refusal.CauseUnfit, "the plan takes the filesystem of %s for another than it is: %s",
			e.Side, what)
	}
	return nil
}

// writable turns an error of the first write into a safety stop where nothing can be written at all.
func (e *End) writable(err error) error {
	if errors.Is(err, volume.ErrReadOnly) || errors.Is(err, fs.ErrPermission) {
		return e.Refuse(refusal.CauseReadOnly, "the %s tree %s cannot be written to: %v",
			e.Side, e.Root(), refusal.Innermost(err))
	}
	if errors.Is(err, volume.ErrFull) {
		full := e.Refuse(refusal.CauseSpace, "the %s tree %s has no room for even a small file: %v",
			e.Side, e.Root(), refusal.Innermost(err))
		full.Err = err
		return full
	}
	return err
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
