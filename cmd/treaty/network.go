package main

import (
	"errors"
	"slices"
	"strings"
	"unicode"

	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan/address"
)

// network reaches the trees of other machines that a person names, by ssh.
type network struct {
	reach.Network
	a *app
	// last is how each machine was connected to.
	last map[address.Address]*connection
}

// newNetwork connects to nothing yet.
func newNetwork(a *app) *network {
	n := &network{a: a, last: map[address.Address]*connection{}}
	n.Network = reach.Network{Dial: n.dial, Heard: n.heard, Program: version()}
	return n
}

func (n *network) dial(machine address.Address) (reach.Streams, error) {
	c, err := connect(n.a, machine)
	if err != nil {
		return reach.Streams{}, err
	}
	n.last[machine] = c
	return c.streams(), nil
}

// heard notes what came before the agent spoke.
func (n *network) heard(machine address.Address, noise []byte) { n.last[machine].noise = string(noise) }

// warn tells, once, what came before the agent spoke.
func (n *network) warn(machine address.Address) {
	c := n.last[machine]
	if noise := beginning(c.noise); noise != "" {
		warn(n.a, nil, "%s says something before treaty does, which a login that is no person's should not: %s",
			machine.Host, render.Escape(noise))
	}
	c.noise = ""
}

// beginning is the first line of a text that says something, cut to what fits a line.
func beginning(text string) string {
	const most = 60
	for line := range strings.Lines(text) {
		if line = strings.TrimFunc(line, unicode.IsSpace); line != "" {
			runes := []rune(line)
			return string(runes[:min(len(runes), most)])
		}
	}
	return ""
}

// open opens what a root names, on this machine or, by its address, on another one.
func (n *network) open(root string) (volume.Volume, error) {
	v, err := n.Network.Open(root)
	switch at, wrong := address.Parse(root); {
	case !address.Is(root):
		return v, err
	case err == nil:
		n.last[at.Machine()].hello.opened.Store(true)
		n.warn(at.Machine())
		return v, nil
	case wrong != nil:
		return nil, usage(helped, "%s: %s", shownAddress(root), addressed(wrong))
	case n.last[at.Machine()] != nil && (errors.Is(err, reach.ErrNoAgent) || isVersion(err)):
		return nil, n.last[at.Machine()].failed(err)
	}
	return nil, err
}

func isVersion(err error) bool {
	var other *reach.VersionError
	return errors.As(err, &other)
}

// addressed is what is wrong with an address, in words.
func addressed(err error) string {
	return strings.TrimPrefix(err.Error(), address.ErrAddress.Error()+": ")
}

// among opens what is here, and of what is elsewhere only what is named: nothing else is connected to.
func (n *network) among(named []string) reach.Opener {
	return func(root string) (volume.Volume, error) {
		if !address.Is(root) || slices.Contains(named, root) {
			return n.open(root)
		}
		return reach.Open(root)
	}
}

// store opens the store of what a root names.
func (n *network) store(root string) (*store.Store, error) { return reach.Opener(n.open).Store(root) }

// shownAddress is an address as it is shown: without what may be a password, where it is none that can be read.
func shownAddress(text string) string {
	at, err := address.Parse(text)
	switch {
	case err == nil:
		return at.String()
	case strings.ContainsAny(text, "@?#"):
		return "that address"
	}
	return text
}

// notHere is the error for an address in the place of a directory of this machine, as what says; nil for any other
// path.
func notHere(what, path string) error {
	if !address.Is(path) {
		return nil
	}
	return usage(helped, "%s is a directory of this machine, and %s is none: only REMOTE may be "+
		"an address", what, shownAddress(path))
}

// reachedBy are the roots on other machines that may be connected to for a tree, beside those that were named: those of
// its config; with where the config says that its other tree is.
func reachedBy(folder *store.Store, named []string) (all, remote []string) {
	remote = remoteOf(folder)
	for _, root := range slices.Concat(named, remote) {
		if at, err := address.Parse(root); err == nil {
			all = append(all, at.String())
		}
	}
	return all, remote
}

// addressedBy is the address that the config of the tree at dir names as its other tree; none where it names none that
// there can be.
func addressedBy(dir string) []string {
	folder, err := reach.Store(dir)
	if err != nil {
		return nil
	}
	defer folder.Close()
	return slices.DeleteFunc(remoteOf(folder), func(root string) bool {
		_, err := address.Parse(root)
		return err != nil
	})
}
