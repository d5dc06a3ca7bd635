package survey

import (
	"strings"

	"treaty/plan"
	"treaty/plan/tree"
)

// respellings are the updates that bring a file under another spelling of its name: the plan has the new one, where
// nothing is listed, and the tree the present one, which is the only one there of that collision key.
type respellings struct {
	// updated are the paths that the plan updates.
	updated plan.Sides[map[anySpelling]tree.Path]
	// alike is what was seen under other spellings of them.
	alike plan.Sides[map[tree.Path][]spelledEntry]
	// present is how the tree spells them.
	present plan.Sides[map[tree.Path]tree.Path]
}

type spelledEntry struct {
	path  tree.Path
	entry tree.Entry
}

func newRespellings(p *plan.Plan) respellings {
	var s respellings
	for _, side := range plan.BothSides {
		s.updated[side], s.present[side] = map[anySpelling]tree.Path{}, map[tree.Path]tree.Path{}
		s.alike[side] = map[tree.Path][]spelledEntry{}
	}
	for i := range p.Operations {
		op := &p.Operations[i]
		if op.Action == plan.Update && op.Decision != plan.Skip && op.Before.Of() == tree.File && op.After.Of() == tree.File {
			s.updated[op.Side][anySpelling{op.Path.Parent(), tree.CollisionKey(op.Path.Base())}] = op.Path
		}
	}
	return s
}

// anySpelling is one for all spellings of a name in a directory, which is spelled as it is: the collision key stands
// for the name.
type anySpelling struct {
	dir tree.Path
	key string
}

// noteOtherSpelling notes an entry that has another spelling of a path that the plan updates.
func (s *respellings) noteOtherSpelling(side plan.Side, path tree.Path, e *tree.Entry) {
	if len(s.updated[side]) == 0 {
		return
	}
	if as, found := s.updated[side][anySpelling{path.Parent(), e.Key}]; found && as != path {
		kept := *e
		kept.Name, kept.Target = strings.Clone(e.Name), strings.Clone(e.Target)
		s.alike[side][as] = append(s.alike[side][as], spelledEntry{tree.Path(strings.Clone(string(path))), kept})
	}
}

// checkRespelled holds the only entry that has another spelling of a path to what is expected there, where nothing has
// that path itself.
func (x *expectations) checkRespelled(report func(side plan.Side, path tree.Path, why string)) {
	for _, side := range plan.BothSides {
		traits := &x.plan.Snapshot(side).Filesystem
		for path, alike := range x.alike[side] {
			wants := x.places(side, side, path)
			if len(wants) == 0 || len(alike) != 1 || traits.NameProblem(path.Base()) != "" {
				continue
			}
			x.meet(wants)
			if why := x.compare(wants, &alike[0].entry); why != "" {
				report(side, alike[0].path, why)
			}
			x.present[side][path] = alike[0].path
		}
	}
}

// respellSteps tells the steps that bring a new spelling which one there is.
func (s *respellings) respellSteps(steps []plan.Step) {
	for i := range steps {
		if present, found := s.present[steps[i].Side][steps[i].Path]; found && steps[i].Action == plan.Update {
			respell(&steps[i], present)
		}
	}
}

// respell makes a step bring its file under a new spelling of the name; the plan's own operation stays as it is.
func respell(step *plan.Step, present tree.Path) {
	op := *step.Operation
	op.Amend(func(r *plan.Rare) { r.From = present })
	step.Operation = &op
}
