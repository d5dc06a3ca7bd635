package conclude

import (
	"slices"

	"treaty/plan"
	"treaty/plan/tree"
)

// renamed are the files that both sides renamed, by what settled conflicts of a plan state of both: what they were
// called before is on record alone.
type renamed struct {
	plan  *plan.Plan
	files []*plan.Conflict
}

func renamedBy(p *plan.Plan) renamed {
	r := renamed{plan: p}
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		settled := c.Resolution != "" && c.Resolution != plan.SkipPath
		if c.Kind == plan.RenamedDifferently && settled && c.Local.Of() == tree.File && c.Remote.Of() == tree.File {
			r.files = append(r.files, c)
		}
	}
	return r
}

// was tells whether a record may be that of such a file: it has its hash, or, where none is on record, the stats of
// both.
func (r *renamed) was(record *tree.Agreed) bool {
	return record.Type == tree.File && slices.ContainsFunc(r.files, func(c *plan.Conflict) bool {
		switch {
		case record.Size != c.Local.Size:
			return false
		case record.SHA256.Known():
			return record.SHA256 == c.Local.SHA256
		}
		return r.untouched(record, c, plan.Local) && r.untouched(record, c, plan.Remote)
	})
}

func (r *renamed) untouched(record *tree.Agreed, c *plan.Conflict, side plan.Side) bool {
	granularity := r.plan.Snapshot(side).Filesystem.MtimeGranularity
	return record.On[side].Mtime.Cut(granularity) == c.State(side).Mtime.Cut(granularity)
}
