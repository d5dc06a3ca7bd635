package plan

import "treaty/plan/internal/ignore"

// litter judges names by the built-in list alone.
var litter = ignore.New(ignore.Options{DefaultIgnores: true})

// Litter tells whether name is what operating systems leave behind in directories, and the options leave such out.
// It goes to the trash with its directory, and keeps none.
func (o *Options) Litter(name string) bool {
	return o.DefaultIgnores && (litter.Match(name, false) == ignore.Litter || litter.Match(name, true) == ignore.Litter)
}
