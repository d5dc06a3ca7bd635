package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"treaty/apply/store"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/terminal"
	"treaty/cmd/treaty/internal/trees"
	"treaty/plan/address"
	"treaty/plan/scan"
)

type cleanCommand struct {
	OlderThan string `default:"30d" placeholder:"AGE" help:"Remove what is older than this, such as 12h, 30d or 8w (30d if left out)."`
	Yes       bool   `short:"y" help:"Don't ask."`
}

// Run removes, after showing it, what is in the trash of both trees and what plans are left.
func (c *cleanCommand) Run(a *app) error {
	age, err := parseAge(c.OlderThan)
	if err != nil {
		return err
	}
	folder, err := a.history()
	if err != nil {
		return err
	}
	defer folder.Close()
	stores := []*store.Store{folder}
	if remote := a.lastRemote(folder); remote != nil {
		defer remote.Close()
		stores = append(stores, remote)
	}
	// Until all is removed, nobody adds to what was shown.
	stores, release, err := alone(a, stores)
	if err != nil {
		return err
	}
	defer release()
	var old []store.Discardable
	for _, s := range stores {
		found, err := s.OlderThan(a.Now().Add(-age))
		if err != nil {
			return err
		}
		old = append(old, found...)
	}
	if len(old) == 0 {
		a.Say("nothing is older than %s", c.OlderThan)
		return nil
	}
	if err := c.ask(a, old); err != nil {
		return err
	}
	a.process.done = true
	if err := removeAll(old); err != nil {
		return err
	}
	a.Say("removed")
	return nil
}

// ask shows what is old, and asks whether to remove it, unless that was said. Its error is that nothing is to be
// removed.
func (c *cleanCommand) ask(a *app, old []store.Discardable) error {
	var bytes int64
	for _, d := range old {
		if err := a.old(d); err != nil {
			return err
		}
		bytes += d.Bytes
	}
	a.Say("%s, %s", render.Count(len(old), "item"), render.Bytes(bytes))
	switch {
	case c.Yes:
		return nil
	case !terminal.Is(a.Stdin):
		return usage(in("", "clean", "--yes", "--older-than", c.OlderThan),
			"nothing was removed: nobody can be asked, since standard input is no terminal")
	}
	return a.Ask("Remove them for good?", "nothing was removed")
}

// removeAll removes as much as can be. Its error is the first.
func removeAll(old []store.Discardable) (failed error) {
	for _, d := range old {
		if err := d.Remove(); err != nil && failed == nil {
			failed = fmt.Errorf("%s: %w", d.Path, err)
		}
	}
	return failed
}

// alone are stores that nobody else works on until they are released: their locks are taken. Where a volume has no room
// for a lock none is: nobody can begin to work there either, before there is room.
func alone(a *app, stores []*store.Store) (of []*store.Store, release func(), err error) {
	for _, s := range stores {
		if err := s.Available(); err != nil {
			return nil, nil, err
		}
	}
	release, err = store.Hold(stores...)
	if !scan.Full(err) {
		return stores, release, err
	}
	// One that a write has failed on takes no change any more.
	for _, s := range stores {
		again, err := openNamed(a, s.Root())
		if err != nil {
			return nil, nil, errors.Join(err, closed(of))
		}
		of = append(of, again)
		if err := again.Locked(); err != nil {
			return nil, nil, errors.Join(err, closed(of))
		}
	}
	return of, func() { _ = closed(of) }, nil
}

// closed closes stores.
func closed(stores []*store.Store) (err error) {
	for _, s := range stores {
		err = errors.Join(err, s.Close())
	}
	return err
}

// old is the line about what would be removed.
func (a *app) old(d store.Discardable) error {
	if a.Quiet {
		return nil
	}
	return render.Old(a.Stdout, d.At, d.Path, d.Bytes, a.Style())
}

// lastRemote is the store of the tree that was last synced with, nil where it is not mounted now or
// another tree lies there. That one on another machine cannot be reached is said.
func (a *app) lastRemote(folder *store.Store) *store.Store {
	list, err := folder.History()
	if err != nil || len(list) == 0 {
		return nil
	}
	p, err := folder.Plan(list[len(list)-1])
	if err != nil {
		return nil
	}
	root := trees.AppliedAt(folder, p)
	remote, err := a.net.store(root)
	if err != nil {
		if address.Is(root) {
			warn(a, nil, "nothing is removed at %s: %s", render.Name(root), render.Escape(err.Error()))
		}
		return nil
	}
	mine, err := folder.Identity()
	theirs, err2 := remote.Identity()
	if err != nil || err2 != nil || mine == nil || theirs == nil || theirs.Synced[mine.ID] == "" {
		remote.Close()
		return nil
	}
	return remote
}

// parseAge reads a duration that may be in days or weeks.
func parseAge(text string) (time.Duration, error) {
	for unit, length := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if number, found := strings.CutSuffix(text, unit); found {
			n, err := strconv.Atoi(number)
			if err == nil && n >= 0 && n < 100_000 {
				return time.Duration(n) * length, nil
			}
		}
	}
	age, err := time.ParseDuration(text)
	if err != nil || age < 0 {
		return 0, usage(in("", "clean", "--older-than", "30d"), "%q is no age", text)
	}
	return age, nil
}
