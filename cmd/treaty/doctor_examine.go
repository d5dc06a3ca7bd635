package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"treaty/apply"
	"treaty/apply/reach"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/config"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/trees"
	"treaty/plan"
	"treaty/plan/address"
	"treaty/plan/tree"
)

// files looks for what cannot be treaty's own in its folder.
func (e *examination) files() error { return e.tree.Sound() }

// works looks for who works on the tree, and for what is open.
func (e *examination) works() error {
	if err := e.tree.Locked(); err != nil {
		return err
	}
	return e.tree.Settled()
}

// identity looks at the tree's own file, and at what its volume was seen to do.
func (e *examination) identity() error {
	own, err := e.tree.Identity()
	if err != nil {
		return err
	}
	if own == nil {
		if lost, anew := lostIdentity(e.tree, e.root); lost != "" {
			e.found(lost, anew)
		} else {
			e.fine("it was never synced")
		}
		return nil
	}
	kind, by, remembers := own.Traits.Profile, own.Traits.Type, ""
	if own.Declared != nil {
		kind, by = *own.Declared, "declared; it is "+by
	}
	if own.Traits.IgnoresTimes {
		remembers = "; its volume keeps no times of files, so content decides"
	}
	e.fine("the filesystem counts as %s (%s)%s", kind, by, remembers)
	return nil
}

// config looks at what the config says, and whether its trees are there.
func (e *examination) config() error {
	c, err := readConfig(e.tree)
	if err != nil || c.Absent {
		return err
	}
	if err := checkPatterns(c, e.tree); err != nil {
		e.found(err.Error(), hintFor(err))
	}
	if _, err := c.Policy(e.tree); err != nil {
		e.found(err.Error(), then("mend the config, and what it names", again))
	}
	if e.afar() {
		return nil // the places that it names are that machine's
	}
	if c.Remote != nil && c.Remotes[*c.Remote] == "" {
		e.remote("remote", c, *c.Remote)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Remotes)) {
		e.remote("remotes", c, name)
	}
	return nil
}

// remote looks whether there is a tree where a key of the config says: by its path, or by its name in the config. One
// that was there once, such as a stick, may be away.
func (e *examination) remote(key string, c *config.Config, named string) {
	path, known := c.Remotes[named]
	if !known {
		path = named
	}
	root := config.Place(e.root, path)
	if address.Is(root) {
		e.address(key, root)
		return
	}
	if info, err := os.Stat(root); err == nil && info.IsDir() {
		return
	}
	if own, err := e.tree.Identity(); err == nil && own != nil && slices.Contains(own.PartnersOn(e.tree.Host()), root) {
		return // pairs tells of it
	}
	e.found(fmt.Sprintf("%s: %q says %q, and there is no folder %s, nor was the tree ever synced with one there",
		e.tree.Path("config.json"), key, named, root), in(e.root, "config", key))
}

// address looks whether a key of the config names an address that there can be. Whether a tree is there is told of
// where that one is examined.
func (e *examination) address(key, root string) {
	if _, err := address.Parse(root); err != nil {
		e.found(location{root, e.tree, key}.misnamed(err), e.there("config", key))
	}
}

// afar tells whether the tree lies on another machine.
func (e *examination) afar() bool { return address.Is(e.root) }

// there is a command in the tree, typed on the machine that has it.
func (e *examination) there(name string, flags ...string) hint {
	at, err := address.Parse(e.root)
	if err != nil {
		return in(e.root, name, flags...)
	}
	typed := append([]string{"treaty", "-C", argument(at.Path), name}, flags...)
	return then("log in on "+at.Host+", and type there: "+strings.Join(typed, " "), again)
}

// history holds the history to itself and to what the tree remembers.
func (e *examination) history() error {
	list, err := e.tree.History()
	if err != nil {
		return err
	}
	own, err := e.tree.Identity()
	if err != nil || len(list) == 0 && !keepsHistory(own) {
		return nil // it is told of already, or there is none
	}
	named, also := reachedBy(e.tree, e.named)
	others, err := e.tree.Remembered(e.app.net.among(named), also...)
	if err != nil {
		return err
	}
	heads := maps.Clone(others.Heads)
	if own != nil {
		heads[".treaty/tree.json"] = own.Head
	}
	broken, err := e.tree.Verify(heads)
	if err != nil {
		return err
	}
	if broken = append(broken, others.Wrong...); len(broken) > 0 {
		e.found("the history does not hold: "+render.Count(len(broken), "fault"), e.there("log", "--verify"))
		return nil
	}
	e.fine("%s in the history, all as written", render.Count(len(list), "apply"))
	return nil
}

// keepsHistory tells whether a tree, by its own file, has the history of what was applied to it last.
func keepsHistory(own *store.TreeFile) bool {
	return own != nil && own.Head != nil && own.Head.History == own.ID
}

// pairs looks at what the tree and each of its partners that is here last agreed on.
func (e *examination) pairs() error {
	own, err := e.tree.Identity()
	if err != nil || own == nil {
		return nil // it is told of already
	}
	for _, root := range own.PartnersOn(reach.HostName()) {
		if address.Is(root) {
			continue
		}
		if err := e.pair(own, root); err != nil {
			return err
		}
	}
	if e.afar() {
		return nil // what it knows by an address, this machine may know by another
	}
	for _, root := range own.Addresses() {
		if err := e.pairAfar(root); err != nil {
			return err
		}
	}
	return nil
}

// pairAfar looks at one partner on another machine, if that was asked for too. Whether it can be reached is told of
// where that one is examined.
func (e *examination) pairAfar(root string) error {
	named, _ := reachedBy(e.tree, e.named)
	if !slices.Contains(named, root) {
		e.fine("the tree that it was synced with at %s is on another machine: treaty doctor %s looks at it",
			render.Name(root), argument(root))
		return nil
	}
	other, err := e.app.net.store(root)
	if err != nil {
		return nil
	}
	defer other.Close()
	return e.agreed(other)
}

// pair looks at one partner, by where it was last.
func (e *examination) pair(own *store.TreeFile, root string) error {
	places := trees.Whereabouts(trees.PartnerAt(own, reach.HostName(), root), root)
	if len(places) != 1 {
		return e.away(root)
	}
	other, err := reach.Store(places[0])
	if err != nil {
		return err
	}
	defer other.Close()
	return e.agreed(other)
}

// agreed looks at what the tree and another one, where a partner was, last agreed on, if that is the partner still.
func (e *examination) agreed(other *store.Store) error {
	pair := plan.Sides[*store.Reader]{e.tree.Reader, other.Reader}
	if err := store.SamePair(pair); errors.Is(err, apply.ErrSafety) {
		e.found(err.Error(), then("mount the right one; or, if this is meant to be a new tree",
			comparingAt(e.root, other.Root(), "--new-pair")))
		return nil
	} else if err != nil {
		return err
	}
	memory, problem, err := store.Remember(pair)
	if err != nil {
		return err
	}
	defer memory.Close()
	if problem != nil {
		e.found(fmt.Sprintf("with %s: %s", other.Root(), problem.Message), comparingAt(e.root, other.Root()))
		return nil
	}
	e.fine("what it and %s last agreed on is there", render.Name(other.Root()))
	return nil
}

// away looks at where a partner was last, and is not now.
func (e *examination) away(root string) error {
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		e.fine("the tree that it was synced with at %s is not here now", render.Name(root))
		return nil
	}
	other, err := reach.Store(root)
	if err != nil {
		return err
	}
	defer other.Close()
	return e.agreed(other)
}

// texts looks at what is kept to merge by.
func (e *examination) texts() error {
	kept := e.tree.Texts()
	mended := exactly("treaty recover " + argument(e.root))
	for _, wrong := range []struct {
		names []string
		what  string
		h     hint
	}{
		{kept.Wrong, "is not what treaty put there", mended},
		{kept.Torn, "has other bytes than its name says", mended},
		{kept.Unread, fmt.Sprint("cannot be read: ", refusal.Innermost(kept.Err)), then("let yourself read it", again)},
	} {
		if len(wrong.names) == 0 {
			continue
		}
		more := ""
		if n := len(wrong.names) - 1; n > 0 {
			more = fmt.Sprintf(" (and %d more)", n)
		}
		e.found(fmt.Sprintf("texts kept to merge by: %s%s %s", e.tree.Path(wrong.names[0]), more, wrong.what), wrong.h)
	}
	switch {
	case kept.Count > 0:
		e.fine("%s kept to merge by, as written", render.Count(kept.Count, "text"))
	case e.couldMerge():
		e.fine("no texts are kept to merge by; an apply of a plan with --hash all keeps those that both sides have alike")
	}
	return nil
}

// couldMerge tells whether texts could be kept of what this tree and another agreed on.
func (e *examination) couldMerge() (could bool) {
	c, err := readConfig(e.tree)
	own, unknown := e.tree.Identity()
	if err != nil || unknown != nil || own == nil {
		return false // it is told of already
	}
	options := shaped(c, &planFlags{})
	keeping := options.Keeping()
	err = e.tree.EachAgreed(own, func(path tree.Path, agreed *tree.Agreed) {
		could = could || keeping != nil && agreed.Type == tree.File && keeping.Keeps(path, agreed.Size)
	})
	return could && err == nil
}

// comparingAt compares a tree with another one. LOCAL is the one of this machine.
func comparingAt(tree, other string, flags ...string) hint {
	if address.Is(tree) {
		tree, other = other, tree
	}
	words := slices.Concat([]string{"treaty", "plan"}, flags, []string{argument(tree), argument(other)})
	return exactly(strings.Join(words, " "))
}

// aheadOf is by how much clocks may differ.
const aheadOf = 2 * time.Minute

// clock holds the clock to when the last apply ended.
func (e *examination) clock() error {
	list, err := e.tree.History()
	if err != nil || len(list) == 0 {
		return nil // it is told of already
	}
	last, _, err := e.tree.Receipt(list[len(list)-1])
	if err != nil {
		return nil // log --verify tells of it
	}
	if now := e.app.Now(); now.Add(aheadOf).Before(last.FinishedAt) {
		e.found(fmt.Sprintf("the clock says %s, and the last apply ended at %s: it was set back, or is wrong",
			now.UTC().Format(time.RFC3339), last.FinishedAt.UTC().Format(time.RFC3339)), nil)
	}
	return nil
}

// repaired looks for what a repair of the volume has left.
func (e *examination) repaired() error {
	name, err := e.tree.Volume().Rescued()
	if err != nil || name == "" {
		return err
	}
	e.found(fmt.Sprintf("the volume was damaged and repaired: there is %s; files may have changed without a trace", name),
		e.there("plan", "--hash", "all"))
	return nil
}
