package apply

import (
	"treaty/apply/internal/execute"
	"treaty/apply/internal/settle"
	"treaty/plan"
)

// execution is the steps of a run being carried out, and what the old baseline held of the paths that they change.
type execution struct {
	*execute.Execution
	former *former
}

func (r *run) newExecution(steps []plan.Step) (*execution, error) {
	ground := &execute.Ground{Plan: r.plan, Ends: r.settling(), Write: r.journals.write}
	var counts execute.Counts
	if r.progress != nil {
		counts = execute.Counts{Over: &r.progress.Done, Copied: &r.progress.Copied}
	}
	e := &execution{Execution: execute.New(ground, steps, execute.Before{Stamps: r.survey.stamps, Had: r.survey.seen.Has}, counts)}
	var err error
	e.former, err = r.newFormer(e.Steps())
	return e, err
}

// settling are the ends as those who carry out and settle need them.
func (r *run) settling() *settle.Ends {
	var ends settle.Ends
	for _, side := range plan.BothSides {
		switch e := r.ends[side]; {
		case e != nil:
			ends[side] = settle.End{Looker: e, Disk: e.disk, FAT: e.fat, Since: r.survey.shift.since[side]}
		case r.idle[side] != nil:
			ends[side].Looker = r.idle[side]
		}
	}
	return &ends
}
