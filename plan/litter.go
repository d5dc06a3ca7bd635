package plan

import (
	"slices"

	"treaty/plan/internal/ignore"
)

// litter judges names by the built-in list alone.
var litter = ignore.New(ignore.Options{DefaultIgnores: true})

// Litter tells whether name is what operating systems leave behind in directories.
func Litter(name string) bool {
	return litter.Match(name, false) == ignore.Litter || litter.Match(name, true) == ignore.Litter
}

// DefaultSensitive are the patterns of files whose text is kept out of plans by default.
func DefaultSensitive() []string { return ignore.DefaultSensitive() }

// DefaultMaxDeletes is how many deletes of one side are not too many by default.
const DefaultMaxDeletes = 1000

// CheckPatterns returns an error for the first of the options' patterns that has no place there: nothing can
// match it, or it was surely meant otherwise.
func (o *Options) CheckPatterns() error {
	patterns := slices.Concat(o.Ignore, o.Sensitive)
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
