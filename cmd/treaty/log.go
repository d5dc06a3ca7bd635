package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"treaty/apply"
	"treaty/apply/reach"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/config"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/terminal"
	"treaty/cmd/treaty/internal/trees"
	"treaty/plan"
	"treaty/plan/address"
	"treaty/schema"
)

type logCommand struct {
	PlanID string `arg:"" optional:"" name:"PLAN-ID" help:"Show this one whole: by its number, the id of its plan, or the end of that."`
	Path   string `placeholder:"P" help:"Show when and by which plans a file, or a directory with all in it, came to be as it is."`
	Verify bool   `help:"Hash the whole history again, and say what does not hold."`
	JSON   bool   `name:"json" help:"Print receipts: one with PLAN-ID, else an array of all, or of those that --path is about."`
}

// Run lists the applied plans.
func (c *logCommand) Run(a *app) error {
	return a.Paged(func() error { return c.run(a) })
}

func (c *logCommand) run(a *app) error {
	if c.PlanID != "" && c.Path != "" || c.Verify && (c.PlanID != "" || c.Path != "" || c.JSON) {
		return usage(exactly("treaty log --help"),
			"PLAN-ID, --path and --verify do not go together, nor do --verify and --json")
	}
	folder, err := whereLogged(a)
	if err != nil {
		return err
	}
	if c.Verify {
		defer folder.Close()
		return c.verify(a, folder)
	}
	known, err := knownBy(folder)
	if err != nil {
		folder.Close()
		return err
	}
	defer known.Close()
	if err := sayWhere(a, known, c.JSON); err != nil {
		return err
	}
	all, err := archives(known)
	if err != nil {
		return err
	}
	if err := c.print(a, known, all); err != nil || c.JSON || c.PlanID != "" {
		return err
	}
	sayOthers(a, known, "more was applied from %s: %s", "log")
	return nil
}

// print prints what is asked for of a history.
func (c *logCommand) print(a *app, known *store.Store, all []logged) error {
	switch {
	case c.PlanID != "":
		return c.one(a, known, all)
	case c.Path != "":
		return c.ofPath(a, all)
	case c.JSON:
		return receiptsOf(a, all)
	}
	for i := range all {
		if err := all[i].line(a); err != nil {
			return err
		}
	}
	return nil
}

// sayWhere says of a tree without a history where that is.
func sayWhere(a *app, known *store.Store, quiet bool) error {
	mine, err := a.nearest(reach.FindHistory)
	if err != nil {
		return err
	}
	defer mine.Close()
	list, err := mine.History()
	if err != nil || len(list) > 0 || quiet {
		return err
	}
	return a.sayElsewhere(mine)
}

// receiptsOf prints the receipts of applies.
func receiptsOf(a *app, all []logged) error {
	receipts := make([]json.RawMessage, len(all))
	for i := range all {
		receipts[i] = all[i].text
	}
	text, err := plan.Indented(receipts)
	if err != nil {
		return err
	}
	_, err = a.Stdout.Write(text)
	return err
}

// one shows one apply whole.
func (c *logCommand) one(a *app, folder *store.Store, all []logged) error {
	chosen, err := appliedAs(folder, c.PlanID)
	if err != nil {
		return err
	}
	h := &all[slices.IndexFunc(all, func(h logged) bool { return h.Number == chosen.Number })]
	if c.JSON {
		_, err := a.Stdout.Write(h.text)
		return err
	}
	if err := h.line(a); err != nil {
		return err
	}
	if err := h.show(a, nil); err != nil {
		return err
	}
	if t := h.receipt.Totals; t.Skipped+t.Drifted+t.Failed == 0 {
		return nil
	}
	a.Say("")
	return printReceipt(a, h.receipt, h.told().Trees)
}

// show shows the plan, or a part of it.
func (h *logged) show(a *app, only *render.Selection) error {
	p, err := h.whole()
	if err != nil {
		return unreadable(h.folder, h.Number, err)
	}
	if len(p.Operations)+len(p.Conflicts)+len(p.Problems) == 0 {
		return nil
	}
	opts := a.Style()
	opts.Names = h.told().Trees
	opts.Diffs, opts.Only, opts.All, opts.Alike = true, only, only != nil, plan.Alike(p)
	a.Say("")
	return render.Show(a.Stdout, p, opts)
}

// whereLogged opens the store of the tree that the current directory is in. To what -C names and is no tree nothing was
// applied, which is no failure, but said.
func whereLogged(a *app) (*store.Store, error) {
	if _, err := reach.FindHistory("."); err != nil && a.call.dir != "" {
		warn(a, nil, "%s", render.Escape(err.Error()))
	}
	return a.nearest(reach.FindHistory)
}

// unreadable is the refusal of a history of which a receipt cannot be read.
func unreadable(folder *store.Store, number int, err error) error {
	r := &apply.Refusal{Cause: refusal.CauseHistory, Root: folder.Root(), Err: err}
	var faults schema.Errors
	if !errors.As(err, &faults) {
		r.Why = fmt.Sprintf("number %d: %v", number, err)
		return r
	}
	r.Why = fmt.Sprintf("number %d: its receipt is not what treaty wrote", number)
	for i := range faults {
		r.Details = append(r.Details, faults[i].Error())
	}
	return r
}

// verify checks the chain, its head, and the heads that the trees remember.
func (c *logCommand) verify(a *app, folder *store.Store) error {
	var broken []string
	heads := map[string]*store.Head{}
	identity, err := folder.Identity()
	switch {
	case errors.Is(err, apply.ErrInvalid):
		broken = append(broken, fmt.Sprintf("local %v", err))
	case err != nil:
		return err
	case identity != nil:
		heads["local .treaty/tree.json"] = identity.Head
	}
	list, err := folder.History()
	if err != nil {
		return err
	}
	named, also := reachedBy(folder, nil)
	others, err := folder.Remembered(a.net.among(named), also...)
	if err != nil {
		return err
	}
	if len(list) > 0 {
		tellUnasked(a, folder, others.Absent, named)
	}
	broken = append(broken, others.Wrong...)
	maps.Copy(heads, others.Heads)
	wrong, err := folder.Verify(heads)
	if err != nil {
		return err
	}
	broken = append(broken, wrong...)
	for _, line := range broken {
		terminal.Message(a.Stdout, "%s", render.Escape(line))
	}
	if len(broken) > 0 {
		return unproven(folder, "the history does not hold: "+render.Count(len(broken), "fault"))
	}
	if len(list) == 0 {
		return a.verifyElsewhere(folder)
	}
	a.Say("%s, all as written", render.Count(len(list), "receipt"))
	return nil
}

// verifyElsewhere says of a tree without a history where it is, and holds that to what the tree remembers, if it is
// here.
func (a *app) verifyElsewhere(folder *store.Store) error {
	known, err := knownElsewhere(folder)
	if err != nil {
		return err
	}
	identity, err := folder.Identity()
	if err != nil || identity == nil || identity.Head == nil || trees.IDAt(known.root) != identity.Head.History {
		return errors.Join(err, a.sayElsewhere(folder))
	}
	there, err := openStore(known.root)
	if err != nil {
		return err
	}
	defer there.Close()
	wrong, err := there.Verify(map[string]*store.Head{"remote .treaty/tree.json": identity.Head})
	if err != nil {
		return err
	}
	for _, line := range wrong {
		terminal.Message(a.Stdout, "%s", render.Escape(line))
	}
	if len(wrong) > 0 {
		return unproven(there, fmt.Sprintf("the history in %s does not hold: %s", render.Name(known.root),
			render.Count(len(wrong), "fault")))
	}
	return a.sayElsewhere(folder)
}

// errUnproven: a history is not what was written, or not all of it.
var errUnproven = errors.New("the history does not hold")

// unproven says that the history of a tree does not hold. Nothing but a copy of it brings that back.
func unproven(folder *store.Store, why string) error {
	advice := "bring " + folder.Path("history") + " back from a backup (nothing else is refused without it)"
	return &complaint{is: errUnproven, why: why, hint: then(advice, again)}
}

// tellUnasked says which trees were not asked what they remember of the history of a tree: those that are not there,
// and, with how to ask it, what has an address that was not named.
func tellUnasked(a *app, folder *store.Store, roots, named []string) {
	for _, root := range roots {
		if at, err := address.Parse(root); err != nil || slices.Contains(named, at.String()) {
			warn(a, nil, "the other tree at %s was not there to be asked what it remembers",
				render.Name(shownAddress(root)))
			continue
		}
		asking := in("", "doctor", pathArgument(folder.Root()), pathArgument(root))(a.call)
		warn(a, nil, "the other tree at %s was not asked what it remembers, since nothing is connected to that only "+
			"the tree names; to ask it: %s", render.Name(root), render.Escape(asking))
	}
}

// remoteOf is where the config says that the other tree is, none where it says nothing or cannot be read.
func remoteOf(folder *store.Store) []string {
	c, err := readConfig(folder)
	if err != nil || c.Remote == nil {
		return nil
	}
	named, known := c.Remotes[*c.Remote]
	if !known {
		named = *c.Remote
	}
	root := config.Place(folder.Root(), named)
	if at, err := address.Parse(root); err == nil {
		root = at.String()
	}
	return []string{root}
}
