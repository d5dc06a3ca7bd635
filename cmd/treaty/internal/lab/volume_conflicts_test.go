package lab

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"treaty/plan"
	"treaty/plan/tree"
)

// clash is a way to make a conflict, and the texts that are on the sides then.
type clash struct {
	kind          plan.Kind
	make          func(d *desk, name string)
	local, remote string
}

// clashOf makes a file of its own text on each side; "" is none.
func clashOf(kind plan.Kind, local string, at int, remote string, other int) clash {
	return clash{kind, func(d *desk, name string) {
		if local != "" {
			d.put(plan.Local, name, local, at)
		}
		if remote != "" {
			d.put(plan.Remote, name, remote, other)
		}
	}, local, remote}
}

func tryFirstConflicts(t *testing.T, v *volume) {
	d := fresh(t, v)
	tryClashes(d, nil, []clash{
		clashOf(plan.BidirectionalUpdate, "newer here", 9, "older", 5),
		clashOf(plan.BidirectionalUpdate, "older", 5, "newer there", 9),
		clashOf(plan.SameTimeDifferentSize, "same", 5, "time, other size", 5),
		{plan.TypeMismatch, func(d *desk, name string) {
			d.put(plan.Local, name, "a file", 5)
			d.put(plan.Remote, name+"/", "", 0)
		}, "a file", ""},
	})
}

// tryHashAll finds what only reading finds.
func tryHashAll(t *testing.T, v *volume) {
	d := fresh(t, v, "--hash", "all")
	tryClashes(d, nil, []clash{clashOf(plan.SameStatDifferentContent, "same", 5, "stat", 5)})
}

// tryTwoNames: the same file under one name here and another there.
func tryTwoNames(t *testing.T, v *volume) {
	d := fresh(t, v)
	names := map[plan.Resolution][2]string{}
	for i, choice := range []plan.Resolution{plan.TakeLocal, plan.TakeRemote, plan.KeepBoth} {
		pair := [2]string{fmt.Sprintf("%s here.txt", choice), fmt.Sprintf("%s there.txt", choice)}
		names[choice] = pair
		d.put(plan.Local, pair[0], string(choice), i)
		d.put(plan.Remote, pair[1], string(choice), i)
	}
	p := d.plan()
	if len(p.Conflicts) != len(names) || len(p.Operations) > 0 {
		t.Fatalf("conflicts %+v, operations %+v", p.Conflicts, p.Operations)
	}
	for choice, pair := range names {
		tried(t, 0, "-C", d.at[plan.Local], "resolve", "--take", string(choice), pair[0])
	}
	d.apply()
	d.inStep()
	for choice, pair := range names {
		for _, side := range plan.BothSides {
			for i, name := range pair {
				text := ""
				if choice == plan.KeepBoth || (choice == plan.TakeRemote) == (i == 1) {
					text = string(choice)
				}
				d.has(side, name, text)
			}
		}
	}
}

func tryConflicts(t *testing.T, v *volume) {
	d := paired(t, v)
	rm := func(side plan.Side) func(*desk, string) {
		return func(d *desk, name string) {
			d.remove(side, name)
			d.put(side.Other(), name, "changed", 7)
		}
	}
	tryClashes(d, func(name string) { d.put(plan.Local, name, "as it was", 1) }, []clash{
		clashOf(plan.BothChanged, "newer here", 9, "older", 5),
		clashOf(plan.BothChanged, "older", 5, "newer there", 9),
		{plan.ChangedAndDeleted, rm(plan.Local), "", "changed"},
		{plan.ChangedAndDeleted, rm(plan.Remote), "changed", ""},
		{plan.TypeMismatch, func(d *desk, name string) {
			d.put(plan.Local, name, "changed", 5)
			d.remove(plan.Remote, name)
			d.put(plan.Remote, name+"/", "", 0)
		}, "changed", ""},
		{plan.BothCreated, func(d *desk, name string) {
			d.put(plan.Local, name+".new", "mine", 5)
			d.put(plan.Remote, name+".new", "yours, longer", 8)
		}, "mine", "yours, longer"},
	})
}

// tryClashes makes each conflict as often as it has resolutions, resolves each in another way, and looks
// what came of it.
func tryClashes(d *desk, before func(name string), clashes []clash) {
	names := map[string]clash{}
	var order []string
	for i, c := range clashes {
		for _, choice := range []plan.Resolution{plan.TakeLocal, plan.TakeRemote, plan.TakeNewer,
			plan.KeepBoth, plan.SkipPath} {
			name := fmt.Sprintf("clash %d %s.txt", i, choice)
			names[name], order = c, append(order, name)
			if before != nil {
				before(name)
			}
		}
	}
	if before != nil {
		d.sync()
	}
	for _, name := range order {
		names[name].make(d, name)
	}
	d.remount()
	found := map[string]*plan.Conflict{}
	p := d.plan()
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		found[strings.TrimSuffix(string(c.Path), ".new")] = c
	}
	if len(p.Operations) > 0 {
		d.Errorf("%d operations, the first is %+v", len(p.Operations), p.Operations[0])
	}
	var skipped []string
	for _, name := range order {
		c := found[name]
		if c == nil || c.Kind != names[name].kind {
			d.Fatalf("%q is %+v, want a %s", name, c, names[name].kind)
		}
		choice := chosen(name)
		if !c.Choices.Allows(choice) {
			choice = plan.SkipPath
		}
		if choice == plan.SkipPath {
			skipped = append(skipped, string(c.Path))
		}
		tried(d.T, 0, "-C", d.at[plan.Local], "resolve", "--take", string(choice), string(c.Path))
	}
	d.apply()
	d.remount()
	for _, name := range order {
		c, made := found[name], names[name]
		path, local, remote := string(c.Path), made.local, made.remote
		if slices.Contains(skipped, path) {
			d.has(plan.Local, path, local)
			if c.Remote.Of() == tree.File {
				d.has(plan.Remote, path, remote)
			}
			continue
		}
		for _, side := range plan.BothSides {
			switch choice := chosen(name); {
			case choice == plan.KeepBoth:
				d.has(side, path, local)
				if c.Remote.Of() == tree.File {
					d.has(side, string(c.KeepBothAs), remote)
				}
			case c.Kind == plan.TypeMismatch:
				info, err := os.Lstat(d.path(side, path))
				if err != nil || info.IsDir() != (choice == plan.TakeRemote) {
					d.Errorf("%s: %q is %v, %v", side, path, info, err)
				}
			case choice == plan.TakeLocal, choice == plan.TakeNewer && strings.Contains(local, "newer"),
				choice == plan.TakeNewer && c.Kind == plan.SameTimeDifferentSize:
				d.has(side, path, local)
			default:
				d.has(side, path, remote)
			}
		}
	}
	// What was skipped comes back, and nothing else.
	p = d.plan()
	var again []string
	for _, c := range p.Conflicts {
		again = append(again, string(c.Path))
	}
	slices.Sort(again)
	slices.Sort(skipped)
	if !slices.Equal(again, skipped) || len(p.Operations) > 0 {
		d.Errorf("asked again for %q, want %q; %d operations %+v", again, skipped, len(p.Operations), p.Operations)
	}
}

// chosen is the resolution that a name from tryClashes tells.
func chosen(name string) plan.Resolution {
	return plan.Resolution(strings.TrimSuffix(strings.Fields(name)[2], ".txt"))
}
