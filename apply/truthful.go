package apply

import (
	"treaty/apply/refusal"
	"treaty/plan"
	"treaty/plan/tree"
)

// truthful refuses a plan that says other things of a filesystem than are on record of it, or than treaty would say
// itself: by coarser times, different files pass for the same. What an interrupted run began with it goes on with.
func (r *run) truthful(side plan.Side, planned tree.Traits) error {
	if r.resumed() != nil {
		return nil
	}
	own, err := r.files[side].TraitsOn(r.roots[side], r.plan.Options.Declared(side))
	if err != nil {
		return err
	}
	if what := own.Differs(planned); what != "" {
		return refusal.Because(refusal.CauseUnfit, "the plan takes the filesystem of %s for another than it is: %s", side, what).On(side, r.roots[side].Path())
	}
	return nil
}

// recordDeclared notes what the plan was told that a tree's filesystem is.
func (r *run) recordDeclared(side plan.Side) {
	if declared := r.plan.Options.Declared(side); declared != nil {
		r.files[side].Declared = declared
	}
}

// TimesIgnored is what a person should know of a side whose volume ignores times, once.
func TimesIgnored(side plan.Side) string {
	return "files on the " + side.String() + " volume keep the time of their writing, whatever time they are given; " +
		"what differs there is told by the content, and times are not carried over"
}
