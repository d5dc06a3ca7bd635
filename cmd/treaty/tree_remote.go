package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/config"
	"treaty/cmd/treaty/internal/home"
	"treaty/cmd/treaty/internal/trees"
	"treaty/plan"
	"treaty/plan/address"
)

// found is where REMOTE is, and why there where nobody typed it.
type found struct {
	path string
	// why is "" for what was typed.
	why string
}

// remote finds REMOTE from what was typed, a path or a name of the config's remotes; "" stands for the
// config's remote, wherever that tree is mounted now, or else for the tree that LOCAL was last synced with. Where there
// is none, or several, that is a usage error which names them and the key.
func (p *pair) remote(typed string) (found, error) {
	folder := p.stores[plan.Local]
	if typed != "" {
		return locationOf(p.config, folder, typed).found("")
	}
	if p.config.Remote != nil {
		at := location{*p.config.Remote, folder, "remote"}
		if path, ok := p.config.Remotes[at.path]; ok {
			at.path, at.key = path, "remotes"
		}
		at.path = config.Place(folder.Root(), at.path)
		return at.followed(`the config's "remote"`)
	}
	return p.lastSynced()
}

// followed is found where the tree is mounted now that was last synced with there.
func (l location) followed(why string) (found, error) {
	at, err := l.found(why)
	if err != nil || address.Is(at.path) {
		return at, err
	}
	was := absolute(at.path)
	if places := trees.Whereabouts(trees.SyncedAt(l.by, was), was); len(places) == 1 && places[0] != was {
		at = found{places[0], why + ", which was at " + was + " then"}
	}
	return at, nil
}

// location is what was named as a tree: a path or an address.
type location struct {
	path string
	// by is the tree whose config says so, by that key; nil where it was typed.
	by  *store.Store
	key string
}

// locationOf is what was typed as a tree: a path, or, where there is no such directory, a name in the remotes of the
// config, which is that of a tree.
func locationOf(c *config.Config, of *store.Store, typed string) location {
	if info, err := os.Stat(home.Expand(typed)); err == nil && info.IsDir() || address.Is(typed) {
		return location{path: home.Expand(typed)}
	}
	if path, ok := c.Remotes[typed]; ok {
		return location{config.Place(of.Root(), path), of, "remotes"}
	}
	return location{path: home.Expand(typed)}
}

// namedFrom is found by the config of the tree at a directory. One that cannot be read names nothing: whoever needs it
// tells of it.
func namedFrom(dir, typed string) (found, error) {
	folder, err := reach.Store(dir)
	if err != nil {
		return location{path: home.Expand(typed)}.found("")
	}
	defer folder.Close()
	c, err := readConfig(folder)
	if err != nil {
		return location{path: home.Expand(typed)}.found("")
	}
	return locationOf(c, folder, typed).found("")
}

// found is what is at a location, where an address is held to be one.
func (l location) found(why string) (found, error) {
	if !address.Is(l.path) {
		return found{l.path, why}, nil
	}
	at, err := address.Parse(l.path)
	switch {
	case err == nil:
		return found{at.String(), why}, nil
	case l.by == nil:
		return found{}, usage(helped, "%s: %s", shownAddress(l.path), addressed(err))
	}
	return found{}, usage(in(l.by.Root(), "config", l.key), "%s", l.misnamed(err))
}

// misnamed says that a config names an address that is none.
func (l location) misnamed(err error) string {
	return fmt.Sprintf("%s: %q says %s: %s", l.by.Path("config.json"), l.key, shownAddress(l.path), addressed(err))
}

// lastSynced is the one tree that LOCAL was synced with on this machine.
func (p *pair) lastSynced() (found, error) {
	folder := p.stores[plan.Local]
	identity, err := folder.Identity()
	if err != nil {
		return found{}, err
	}
	here, elsewhere := identity.PartnersOn(folder.Host()), identity.PartnersBeyond(folder.Host())
	here = slices.DeleteFunc(here, address.Is)
	if addresses := identity.Addresses(); len(here) == 0 && len(addresses) > 0 {
		return found{}, usage(toFirst(addresses[0]), `no REMOTE is given, %s has no "remote", and nothing is connected to `+
			`that only the tree names: %s`, folder.Path("config.json"), strings.Join(addresses, ", "))
	}
	config := folder.Path("config.json")
	was := ""
	if len(here) == 1 {
		was = here[0]
		if now := trees.Whereabouts(trees.PartnerAt(identity, folder.Host(), was), was); len(now) > 0 {
			here = now
		}
	}
	switch {
	case len(here) == 1 && here[0] == was:
		return found{was, "the tree last synced with"}, nil
	case len(here) == 1:
		return found{here[0], "the tree last synced with, which was at " + was + " then"}, nil
	case len(here) > 1:
		return found{}, usage(toFirst(here[0]), `no REMOTE is given, %s has no "remote", and there are several: %s`,
			config, strings.Join(here, ", "))
	case len(elsewhere) > 0:
		return found{}, usage(helped,
			`no REMOTE is given, %s has no "remote", and the trees synced with were on other machines: %s`,
			config, strings.Join(elsewhere, ", "))
	case p.planned && p.waiting() != "" && !address.Is(p.waiting()):
		return found{p.waiting(), "that of the plan that waits"}, nil
	}
	if identity == nil {
		if lost, anew := lostIdentity(folder, folder.Root()); lost != "" {
			return found{}, usage(anew, `no REMOTE is given, %s has no "remote", and %s`, config, lost)
		}
	}
	return found{}, usage(helped,
		`no REMOTE is given, %s has no "remote", and the tree was never synced`, config)
}

// waiting is the other tree of the newest plan of LOCAL, if that was not applied; "" otherwise.
func (p *pair) waiting() string {
	folder := p.stores[plan.Local]
	path, err := folder.Newest()
	if err != nil {
		return ""
	}
	f, err := readPlan(path)
	if err != nil || folder.Unapplied(f.plan.ID) != nil {
		return ""
	}
	return f.otherThan(folder.Root())
}

// toFirst is the command again with the first of several trees that could be meant.
func toFirst(root string) hint {
	return func(i *invocation) string {
		command := comparing()
		if i.name == "status" || i.name == "sync" {
			command = func(i *invocation) string { return again(i) + " " + argument(root) }
		}
		i.trees[plan.Remote] = root
		return then(`name one, or set "remote"`, command)(i)
	}
}

// named says of a REMOTE that nobody typed which it is.
func (f found) named() string {
	if f.why == "" {
		return ""
	}
	return fmt.Sprintf("REMOTE is %s: %s", f.why, f.path)
}

// defaultRemote is the REMOTE that the tree at local has where none is typed, "" where there is none.
func defaultRemote(local string) string {
	folder, err := reach.Store(cmp.Or(local, "."))
	if err != nil {
		return ""
	}
	defer folder.Close()
	p := &pair{stores: plan.Sides[*store.Store]{folder}}
	if p.config, err = readConfig(folder); err != nil {
		return ""
	}
	f, err := p.remote("")
	if err != nil {
		return ""
	}
	return f.path
}
