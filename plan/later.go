package plan

import (
	"treaty/plan/internal/ignore"
	"treaty/plan/internal/textdiff"
)

// DiffLater is the diff of an update that was carried out, made of both versions as they are kept since. It is nil
// where the plan has that diff itself, and of a link, and says why it has no lines where the plan's options keep the
// text of the file out of diffs.
func DiffLater(p *Plan, op *Operation, before, after []byte) *Diff {
	if op.Diff() != nil || op.Source() == nil {
		return nil
	}
	from, to := version{op.Side, op.Path, op.Before}, version{op.Source().Tree, op.Source().Path, op.After}
	sensitive, diff := ignore.Sensitive(p.Options.Sensitive), textdiff.Omit(textdiff.OmittedSensitive)
	if !sensitive.Match(string(from.path), false) && !sensitive.Match(string(to.path), false) {
		diff = textdiff.Unified(from.name(), to.name(), before, after)
	}
	return &diff
}
