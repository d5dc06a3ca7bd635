package main

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"treaty/apply"
	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/home"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
	"treaty/plan/tree"
)

// page writes the plan as a page, and opens it where that is asked for.
func (c *showCommand) page(a *app, f *planFile, opts render.Options) error {
	if c.HTML == "-" && c.Open {
		return usage(exactly("treaty show --help"), "standard output cannot be opened in a browser: give --html a file")
	}
	told, err := pageOf(f, opts, a.Now())
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := render.HTML(&page, f.plan, told); err != nil {
		return err
	}
	if c.HTML == "-" {
		_, err := page.WriteTo(a.Stdout)
		return err
	}
	file := home.Expand(cmp.Or(c.HTML, besidePlan(f.path)))
	another := func(file string) hint {
		flags := []string{"--html", pathArgument(file)}
		if c.Open {
			flags = append(flags, "--open")
		}
		return about("show", flags...)
	}
	if err := a.outside(f.plan, file, another); err != nil {
		return err
	}
	if err := outputPage.replaces(file, another); err != nil {
		return err
	}
	if err := writeFile(file, store.Exactly(page.Bytes())); err != nil {
		return err
	}
	a.Say("Page: %s", render.Name(a.call.reached(file)))
	if c.Open {
		return openInBrowser(a.Ctx, file)
	}
	return nil
}

// besidePlan is where the page of a plan lies that is named nowhere.
func besidePlan(plan string) string {
	return strings.TrimSuffix(strings.TrimSuffix(plan, ".json"), ".plan") + ".html"
}

// outside refuses to write a page where it would become part of what is synced, and the plan stale. another is the
// command with another file.
func (a *app) outside(p *plan.Plan, page string, another func(file string) hint) error {
	side, inside, err := holding(a, p, page)
	switch {
	case err != nil:
		return usage(then("mend the path", again), "--html %s: %v", page, err)
	case !inside:
		return nil
	}
	for _, dir := range []string{home.Expand("~"), os.TempDir()} {
		file := filepath.Join(dir, filepath.Base(page))
		if _, inside, err := holding(a, p, file); !inside && err == nil && isThere(dir) && outputPage.mayReplace(file) {
			return usage(then("choose a file outside both trees", another(file)),
				"--html %s lies inside the %s tree", page, side)
		}
	}
	return usage(then("choose a file outside both trees, or leave --html out", about("show")),
		"--html %s lies inside the %s tree", page, side)
}

// holding is the tree that a page would become part of, false where it would of neither.
func holding(a *app, p *plan.Plan, page string) (plan.Side, bool, error) {
	local := cmp.Or(a.call.trees[plan.Local], p.Local.Root)
	plans := filepath.Join(local, tree.PrivateFolder, "plans")
	at := plan.Sides[string]{local, p.Remote.Root}
	for _, side := range plan.BothSides {
		folder, err := reach.Store(at[side])
		if err != nil {
			continue // a tree that is not here holds no page
		}
		inside, err := held(folder.Volume(), plans, page)
		folder.Close()
		if inside || err != nil {
			return side, inside, err
		}
	}
	return plan.Local, false, nil
}

// pageOf is what a page tells besides the plan: commands, approvals, and what became of it.
func pageOf(f *planFile, opts render.Options, now time.Time) (render.Page, error) {
	page := render.Page{Options: opts, File: filepath.Base(f.path), Command: commandsAbout(f.path)}
	if err := addReceipt(&page, f.plan); err != nil {
		return page, err
	}
	_, approval, err := f.approval()
	if err != nil {
		page.NoApproval = err.Error() // apply refuses it; the plan can be read all the same
	}
	if approval == nil {
		return page, nil
	}
	page.Void = !approval.Of(f.file.Ref())
	signers, err := signersOf(f.plan)
	if err != nil {
		return page, err
	}
	text, err := f.file.Text()
	if err != nil {
		return page, err
	}
	for i := range approval.Approvals {
		page.Approvals = append(page.Approvals, signoffOf(&approval.Approvals[i], signers, text, now))
	}
	return page, nil
}

// commandsAbout makes commands about the plan's file that can be typed anywhere on this machine.
func commandsAbout(file string) func(name string, flags ...string) string {
	if absolute, err := filepath.Abs(file); err == nil {
		file = absolute
	}
	return func(name string, flags ...string) string {
		return commandLine{words: append(append([]string{name}, flags...), pathArgument(file))}.started()
	}
}

// signersOf is the policy of the tree that says whose signatures count, nil where neither does. A tree that is not here
// says nothing.
func signersOf(p *plan.Plan) (*apply.Policy, error) {
	for _, side := range plan.BothSides {
		policy, err := policyAt(p.Snapshot(side).Root)
		if err != nil {
			return nil, err
		}
		if len(policy.AllowedSigners) > 0 {
			return &policy, nil
		}
	}
	return nil, nil
}

// signoffOf is an approval with what is known of its signature.
func signoffOf(s *apply.Signoff, signers *apply.Policy, text []byte, now time.Time) render.Signoff {
	told := render.Signoff{By: s.By, Host: s.Host, Note: s.Note, At: s.At, Signed: s.Signature != nil}
	if !told.Signed || signers == nil {
		return told
	}
	signer, err := signers.Signer(*s.Signature, text, now)
	if err != nil {
		told.Wrong = err.Error()
	}
	told.Signer = signer
	return told
}

// addReceipt adds what applying the plan came to, as far as the tree that it calls local is here to tell.
func addReceipt(page *render.Page, p *plan.Plan) error {
	folder, err := reach.Store(p.Local.Root)
	if err != nil {
		return noRoom(err)
	}
	defer folder.Close()
	archived, err := folder.Applied(p.ID)
	if err != nil || archived == nil {
		return err
	}
	r, _, err := folder.Receipt(*archived)
	if err != nil {
		return unreadable(folder, archived.Number, err)
	}
	told := applied(archived.Number, r)
	page.Applied, page.Results = &told, slices.Collect(resultsOf(r))
	return nil
}
