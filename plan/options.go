package plan

import (
	"bytes"
	"slices"

	"treaty/plan/internal/ignore"
	"treaty/plan/internal/programs"
	"treaty/plan/tree"
)

// DefaultOptions are those of a plan of which nobody says anything.
func DefaultOptions() Options {
	return Options{
		Ignore: []string{}, DefaultIgnores: true, Hash: HashOperations, Bidirectional: BidirectionalAuto,
		Executable: Executable{Overrides: []ExecutableOverride{}, Extensions: map[string]bool{}},
		Diffs:      DiffConflicts, Sensitive: ignore.DefaultSensitive(), MaxDeletes: 1000,
	}
}

// Swapped are the same options for the two trees the other way round; nil for nil.
func (o *Options) Swapped() *Options {
	if o == nil {
		return nil
	}
	swapped := *o
	swapped.LocalFS, swapped.RemoteFS = o.RemoteFS, o.LocalFS
	return &swapped
}

// Gives tells whether options are the given ones. The umask may be another, and a filesystem may be declared to be
// what is on record of it anyway.
func (o *Options) Gives(given *Options, recorded Sides[*tree.Profile]) bool {
	for _, side := range BothSides {
		mine, theirs := o.Declared(side), given.Declared(side)
		if theirs == nil && mine != nil {
			theirs = recorded[side]
		}
		if (mine == nil) != (theirs == nil) || mine != nil && *mine != *theirs {
			return false
		}
	}
	return bytes.Equal(o.judging(), given.judging())
}

// Sees tells whether two plans of the same trees have the same entries in view: what is in scope, what part, and as
// which filesystems they are taken.
func (o *Options) Sees(other *Options) bool {
	for _, side := range BothSides {
		mine, theirs := o.Declared(side), other.Declared(side)
		if (mine == nil) != (theirs == nil) || mine != nil && *mine != *theirs {
			return false
		}
	}
	return slices.Equal(o.Ignore, other.Ignore) && slices.Equal(o.Only, other.Only) &&
		o.DefaultIgnores == other.DefaultIgnores
}

// judging is a text of all but the umask, what the filesystems are declared to be, the part that a plan is limited to,
// and whether it may delete or replace as much as it likes, as undo may: what two trees agree on is the same with and
// without.
func (o *Options) judging() []byte {
	rest := *o
	rest.LocalFS, rest.RemoteFS, rest.Umask, rest.Only = nil, nil, 0, nil
	rest.AllowManyDeletes, rest.AllowManyUpdates = false, false
	if rest.Merge != nil {
		rest.SetKeep(rest.Merge.Keep)
	}
	text, _ := Indented(rest) // of strings, numbers and booleans, which cannot fail
	return text
}

// Litter tells whether name is what operating systems leave behind in directories, and the options leave such out.
// It goes to the trash with its directory, and keeps none.
func (o *Options) Litter(name string) bool { return o.DefaultIgnores && ignore.IsLitter(name) }

// programs are the options' rules of which files are executable.
func (o *Options) programs() programs.Rules {
	overrides := func(yield func(pattern string, executable bool) bool) {
		for _, override := range o.Executable.Overrides {
			if !yield(override.Pattern, override.Executable) {
				return
			}
		}
	}
	return programs.New(overrides, o.Executable.Extensions, o.Umask)
}

// CheckPatterns returns an error for the first of the options' patterns that has no place there: nothing can
// match it, or it was surely meant otherwise. nil means that all do.
func (o *Options) CheckPatterns() error {
	patterns := slices.Concat(o.Ignore, o.Only, o.Sensitive, o.Atomic)
	for i := range o.Executable.Overrides {
		patterns = append(patterns, o.Executable.Overrides[i].Pattern)
	}
	for _, pattern := range patterns {
		if err := ignore.Check(pattern); err != nil {
			return err
		}
	}
	return nil
}
