package main

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"treaty/apply"
	"treaty/apply/policy"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/home"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/trees"
	"treaty/plan"
	"treaty/plan/address"
	"treaty/schema"
)

type statusCommand struct {
	treeArguments
	JSON     bool `name:"json" help:"Print it as JSON."`
	ExitCode bool `help:"Exit as plan does with this flag: with 10 if changes are waiting, 11 if something is in their way."`
}

// Run says how the trees stand to each other. It writes nothing.
func (c *statusCommand) Run(a *app) error {
	p := &pair{net: a.net}
	defer p.close()
	made, err := c.compare(a, p)
	if err != nil && !c.tells(p, err) {
		return err
	}
	found := &standing{pair: p, call: a.call, at: a.Now().UTC(), why: err}
	if made != nil {
		found.plan = made.plan
	}
	if err := found.meetWaiting(a); err != nil {
		return err
	}
	if c.JSON {
		if err := writeDocument(a.Stdout, schema.Status, found.document()); err != nil {
			return err
		}
	} else if err := found.print(a, c.ExitCode); err != nil {
		return err
	}
	switch {
	case !c.ExitCode:
		return nil
	case err != nil:
		return err
	}
	return pending(found.work())
}

// compare makes a plan of the two trees, which nobody keeps.
func (c *statusCommand) compare(a *app, p *pair) (*planned, error) {
	p.planned = true
	if err := p.meant(a.call, c.First, c.Second); err != nil {
		if p.busy(err) {
			p.meetOther(a.call)
		}
		return nil, err
	}
	return p.compare(a, &planFlags{})
}

// busy tells whether an error is of what is at work or open on LOCAL: REMOTE was not looked for then.
func (p *pair) busy(err error) bool {
	unsettled := errors.Is(err, apply.ErrOpen) || errors.Is(err, apply.ErrLocked)
	return unsettled && p.stores[plan.Local] != nil && p.found.path == ""
}

// meetOther looks for REMOTE beside a LOCAL on which something is at work or open, only to tell of it: a tree that is
// not found, or cannot be opened, is none that is here.
func (p *pair) meetOther(call *invocation) {
	typed := call.trees[plan.Remote]
	if typed == "" {
		p.found.path = p.stores[plan.Local].OtherRoot()
	}
	if p.found.path == "" {
		found, err := p.remote(typed)
		if err != nil {
			return
		}
		p.found = found
	}
	call.trees[plan.Remote] = cmp.Or(typed, p.found.path)
	_ = p.open(plan.Remote, p.found.path) // what it can't tell stays unknown
}

// tells tells whether an error is what status is asked for, and no failure of its own: what is at work or open on a
// tree, and that the other tree is not where it was, unless somebody says that it is there.
func (c *statusCommand) tells(p *pair, err error) bool {
	if p.stores[plan.Local] == nil {
		return false
	}
	if errors.Is(err, apply.ErrSafety) {
		return c.First == "" && p.found.why != ""
	}
	return errors.Is(err, apply.ErrOpen) || errors.Is(err, apply.ErrLocked)
}

// standing is what was found of two trees.
type standing struct {
	*pair
	call *invocation
	at   time.Time
	// plan is what would be to do; nil where they were not compared, for the reason why.
	plan *plan.Plan
	why  error
	// waits is the plan that waits, nil where none does; fresh tells that the trees are as it was made for.
	waits *planFile
	fresh bool
}

// meetWaiting finds the plan that waits, and whether the trees are as it was made for: they are looked at as it was
// made.
func (s *standing) meetWaiting(a *app) error {
	s.waits = s.newest()
	if s.waits == nil || s.plan == nil {
		return nil
	}
	now := s.plan
	if options := s.waits.plan.Options; !options.Sees(&now.Options) {
		// What is read of files tells nothing here.
		options.Hash, options.Diffs = plan.HashConflicts, plan.DiffNone
		made, err := s.watched(a, apply.Planning{Options: options}, s.Plan)
		if err != nil {
			return err
		}
		now = made.plan
	}
	s.fresh = sameTrees(now, s.waits.plan)
	return nil
}

// state is the standing in a word of the schema.
func (s *standing) state() string {
	switch {
	case errors.Is(s.why, apply.ErrLocked):
		return "locked"
	case errors.Is(s.why, apply.ErrOpen):
		return "interrupted"
	case errors.Is(s.why, refusal.CauseMissing):
		return "not-here"
	case s.why != nil:
		return "unsafe"
	case hindered(s.work()):
		return "attention"
	case s.plan.Empty():
		return "in-step"
	}
	return "changes"
}

// statusDocument is what --json prints.
type statusDocument struct {
	Format        string           `json:"format"`
	FormatVersion string           `json:"format_version"`
	At            time.Time        `json:"at"`
	State         string           `json:"state"`
	Why           *string          `json:"why"`
	Local         statusTree       `json:"local"`
	Remote        statusTree       `json:"remote"`
	LastSync      *render.LastSync `json:"last_sync"`
	Summary       *plan.Summary    `json:"summary"`
	Plan          *render.Waiting  `json:"plan"`
}

type statusTree struct {
	Name string   `json:"name"`
	Root string   `json:"root"`
	ID   *string  `json:"id"`
	Here bool     `json:"here"`
	Open []string `json:"open"`
}

// here is the root of a tree that is here, or was reached; nothing of any other.
func (t *statusTree) here() []string {
	if !t.Here {
		return nil
	}
	return []string{t.Root}
}

func (s *standing) document() *statusDocument {
	d := &statusDocument{Format: "treaty.status", FormatVersion: plan.FormatVersion, At: s.at, State: s.state(),
		Local: s.tree(plan.Local), Remote: s.tree(plan.Remote), LastSync: s.lastSync(), Plan: s.waiting()}
	if s.why != nil {
		why := s.why.Error()
		d.Why = &why
	}
	if s.plan != nil {
		d.Summary = &s.plan.Summary
	}
	return d
}

// tree is what is known of one of the two, which need not be there.
func (s *standing) tree(side plan.Side) statusTree {
	t := statusTree{Open: []string{}}
	if typed := s.call.trees[side]; typed != "" {
		t.Root = absolute(home.Expand(typed))
	}
	if own := s.stores[side]; own != nil {
		t.Root, t.Here = own.Root(), true
		if identity, err := own.Identity(); err == nil && identity != nil {
			t.ID = &identity.ID
		}
		if open, err := own.OpenJournals(); err == nil {
			t.Open = append(t.Open, open...)
		}
	}
	if t.Root != "" {
		t.Name = trees.Name(t.Root)
	}
	return t
}

// lastSync is the last sync of the two that both remember, or, of a tree that is not here, that LOCAL does; nil where
// there is none.
func (s *standing) lastSync() *render.LastSync {
	if s.plan != nil {
		if s.plan.Baseline == nil {
			return nil
		}
		at := s.plan.Baseline.SyncedAt.UTC()
		return s.numbered(&render.LastSync{PlanID: s.plan.Baseline.PlanID, SyncedAt: &at})
	}
	identity, err := s.stores[plan.Local].Identity()
	if err != nil || identity == nil {
		return nil
	}
	id := identity.Synced[s.partner(identity)]
	if id == "" {
		return nil
	}
	return s.numbered(&render.LastSync{PlanID: id})
}

// partner is the id of REMOTE, or, where that is not here, of the tree that LOCAL was synced with at its path; "" where
// nobody knows.
func (s *standing) partner(identity *store.TreeFile) string {
	remote := s.tree(plan.Remote)
	if remote.ID != nil {
		return *remote.ID
	}
	return trees.PartnerAt(identity, s.stores[plan.Local].Host(), remote.Root)
}

// numbered adds what a history of one of the two tells of a sync.
func (s *standing) numbered(last *render.LastSync) *render.LastSync {
	for _, own := range s.stores {
		if own == nil {
			continue
		}
		archived, err := own.Applied(last.PlanID)
		if err != nil || archived == nil {
			if identity, err := own.Identity(); err == nil && identity != nil && identity.Head.Of(last.PlanID) {
				last.Number = &identity.Head.Number
			}
			continue
		}
		last.Number = &archived.Number
		if r, _, err := own.Receipt(*archived); err == nil && last.SyncedAt == nil {
			at := r.FinishedAt.UTC()
			last.SyncedAt = &at
		}
	}
	return last
}

// newest is the newest plan, if it would do something and was not applied, nor begun; nil otherwise.
func (s *standing) newest() *planFile {
	own := s.stores[plan.Local]
	path, err := own.Newest()
	if err != nil {
		return nil
	}
	f, err := readPlan(path)
	if err != nil || f.plan.Empty() || own.Unapplied(f.plan.ID) != nil {
		return nil
	}
	for _, side := range plan.BothSides {
		if slices.Contains(s.tree(side).Open, f.plan.ID) {
			return nil
		}
	}
	return f
}

// waiting is what there is to say of the plan that waits, nil where none does.
func (s *standing) waiting() *render.Waiting {
	f := s.waits
	if f == nil {
		return nil
	}
	w := &render.Waiting{Path: f.path, ID: f.plan.ID, CreatedAt: f.plan.CreatedAt, Only: f.plan.Options.Only,
		Unresolved: f.plan.Unresolved(), Fresh: s.fresh}
	if _, approval, err := f.approval(); err == nil && approval != nil {
		w.Approved, w.Lacks = approval.Of(f.file.Ref()), s.lacking(approval)
	}
	w.Undoes = undoneBy(f.plan)
	return w
}

// lacking is what an approval of the plan that waits lacks by the policy of a tree that is here, "" for nothing.
func (s *standing) lacking(approval *apply.Approval) string {
	text, err := s.waits.file.Text()
	if err != nil {
		return "" // apply tells of it
	}
	for _, own := range s.stores {
		if own == nil {
			continue
		}
		c, err := policy.ReadConfig(own, configured)
		if err == nil {
			err = c.Policy.Satisfied(approval, text, s.at)
		}
		if err != nil {
			return err.Error()
		}
	}
	return ""
}

// sameTrees tells whether two plans were made of the same trees, which held the same, or the same part of them.
func sameTrees(a, b *plan.Plan) bool {
	for _, side := range plan.BothSides {
		x, y := a.Snapshot(side), b.Snapshot(side)
		inPart := len(b.Options.Only) > 0 && x.PartDigest == y.PartDigest
		if x.Root != y.Root || x.Digest != y.Digest && !inPart {
			return false
		}
	}
	return true
}

// sameWork tells whether two plans are about the same, whatever was decided: one that undoes something, or that is of a
// part, is not what a comparison finds.
func sameWork(a, b *plan.Plan) bool {
	ops := func(x, y plan.Operation) bool { return x.Side == y.Side && x.Action == y.Action && x.Path == y.Path }
	conflicts := func(x, y plan.Conflict) bool { return x.Kind == y.Kind && x.Path == y.Path }
	return slices.EqualFunc(a.Operations, b.Operations, ops) && slices.EqualFunc(a.Conflicts, b.Conflicts, conflicts)
}

// work is what there is to do: as the plan that waits has it, with what was decided and allowed there, where that is
// the same; nil where the trees were not compared.
func (s *standing) work() *plan.Plan {
	if s.fresh && sameWork(s.plan, s.waits.plan) {
		return s.waits.plan
	}
	return s.plan
}

// print says it to a person. What ends in an error is told there, why and what to type.
func (s *standing) print(a *app, ends bool) error {
	if a.Quiet {
		return nil
	}
	waiting := s.waiting()
	status := render.Status{Plan: s.plan, LastSync: s.lastSync(), Waiting: waiting, Next: s.next(waiting)}
	for _, side := range plan.BothSides {
		t := s.tree(side)
		status.Roots[side], status.Here[side] = t.Root, t.Here
		status.Unreached[side] = address.Is(t.Root) && !errors.Is(s.why, refusal.CauseMissing)
	}
	opts := a.Style()
	status.Plan = s.work()
	switch {
	case s.why != nil && ends:
		status.Next = nil
	case s.why != nil:
		status.Why = s.why.Error()
	default:
		if named := s.found.named(); named != "" {
			a.Say("%s", render.Escape(named))
		}
		opts = a.view(s.plan, false)
	}
	return render.Standing(a.Stdout, &status, opts)
}

// next is what to type, a command a line.
func (s *standing) next(waiting *render.Waiting) []string {
	var refused *apply.Refusal
	remote := s.tree(plan.Remote)
	switch {
	case errors.As(s.why, &refused) && refused.Cause == refusal.CauseInterrupted:
		return outOf(refused, s.call, remote.here()...)
	case s.why != nil:
		return []string{hintFor(s.why)(s.call)}
	}
	empty := s.plan.Empty()
	switch known := s.plan.Local.ID != nil && s.plan.Remote.ID != nil && !s.plan.News; {
	case empty && known && !s.plan.Blocked() && (waiting == nil || !waiting.Fresh):
		return []string{"nothing to do"}
	case empty && known && s.plan.Blocked(), waiting == nil:
		return []string{comparing()(s.call)}
	case !waiting.Fresh:
		anew := *s.call
		anew.about = s.waits.plan
		return []string{comparing()(&anew)}
	case waiting.Unresolved > 0:
		return []string{about("show", "--unresolved")(s.call)}
	case s.waits.plan.TooMuch() != nil:
		return []string{about("show")(s.call), comparing(allowing(s.waits.plan)...)(s.call)}
	case !waiting.Approved || waiting.Lacks != "":
		if first := s.call.onlyMakeKey(); first != "" {
			return []string{about("show")(s.call), first}
		}
		return []string{about("show")(s.call), about("approve", s.call.signing()...)(s.call)}
	}
	return []string{about("apply", toldWhere(s.waits.plan)...)(s.call)}
}
