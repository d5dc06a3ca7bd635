package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"treaty/apply"
	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/config"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/trees"
	"treaty/plan"
	"treaty/plan/address"
)

type configCommand struct {
	Key   string `arg:"" optional:"" name:"KEY" help:"A key of the config, such as hash, or remotes.NAME; all of them if none is given."`
	Value string `arg:"" optional:"" name:"VALUE" help:"What it is to be: a word, a number, or JSON."`
	Unset bool   `help:"Take the key out, so that the default holds again."`
}

// Run shows the config, or explains one key, or sets it.
func (c *configCommand) Run(a *app) error {
	if c.Unset && (c.Key == "" || c.Value != "") {
		return usage(helped, "--unset needs a key, and no value")
	}
	dir := reach.FindTree(".")
	s, err := openSettings(dir)
	if c.Unset && errors.Is(err, apply.ErrInvalid) {
		return unset(a, dir, c.Key, err)
	}
	if err != nil {
		return err
	}
	defer s.folder.Close()
	switch {
	case c.Unset:
		return s.change(a, c.Key, nil)
	case c.Key == "":
		return s.show(a)
	case c.Value == "":
		return s.explain(a, c.Key)
	}
	return s.change(a, c.Key, &c.Value)
}

// unset takes a key out of the config of the tree at dir, which is invalid, by any name that stands there. The error is
// wrong where none does or it is no JSON, and else about what is wrong with the rest.
func unset(a *app, dir, name string, wrong error) error {
	folder, err := openStore(dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	text, err := folder.Config()
	if err != nil || !json.Valid(text) {
		return wrong
	}
	given, err := config.ParseMembers(text)
	if err != nil {
		return wrong
	}
	left, found := given.Without(name)
	if !found {
		return wrong
	}
	var out bytes.Buffer
	if err := json.Indent(&out, left.Text(), "", "  "); err != nil {
		return err
	}
	out.WriteByte('\n')
	if err := folder.SaveConfig(out.Bytes()); err != nil {
		return err
	}
	a.Say("%s is taken out", render.Escape(name))
	_, err = readConfig(folder)
	var rest *complaint
	if errors.As(err, &rest) {
		rest.hint = then("mend it", in("", "config"))
	}
	return err
}

// settings are the config of a tree, with its keys in the order of the file.
type settings struct {
	folder *store.Store
	config *config.Config
	given  config.Members
	keys   []config.Key
}

// openSettings opens the tree at dir and reads its config; the folder is for the caller to close.
func openSettings(dir string) (*settings, error) {
	if err := notHere("LOCAL", dir); err != nil {
		return nil, err
	}
	folder, err := openStore(dir)
	if err != nil {
		return nil, err
	}
	s, err := readSettings(folder)
	if err != nil {
		folder.Close()
	}
	return s, err
}

// readSettings reads a tree's config, and what keys there are.
func readSettings(folder *store.Store) (*settings, error) {
	c, err := readConfig(folder)
	if err != nil {
		return nil, err
	}
	s := &settings{folder: folder, config: c}
	if text, err := folder.Config(); err != nil {
		return nil, err
	} else if text != nil {
		if s.given, err = config.ParseMembers(text); err != nil {
			return nil, err
		}
	}
	s.keys, err = config.Keys()
	return s, err
}

// show lists all keys with what holds of each, and where that is from.
func (s *settings) show(a *app) error {
	at := s.folder.Path("config.json")
	if s.config.Absent {
		a.Say("%s is not there: all is as by default", render.Name(at))
	} else {
		a.Say("%s", render.Name(at))
	}
	defaults, err := s.effective()
	if err != nil {
		return err
	}
	for _, k := range s.keys {
		value, from := s.value(k.Name, defaults)
		a.Say("  %-15s  %s   (%s)", k.Name, render.Cut(render.Escape(value), widestValue), from)
	}
	return nil
}

// widestValue is how many columns a value has in the list, whose lines fit 80 by that; the key alone shows all of it.
const widestValue = 44

// effective are the options that plans are made with here.
func (s *settings) effective() (config.Members, error) {
	text, err := json.Marshal(shaped(s.config, &planFlags{}))
	if err != nil {
		return nil, err
	}
	return config.ParseMembers(text)
}

// value is what holds of a key, and where that is from.
func (s *settings) value(name string, options config.Members) (value, from string) {
	given := s.given.Of(name)
	if in := options.Of(name); in != nil && string(in) != "null" {
		given = in
	}
	from = "set here"
	if s.given.Of(name) == nil {
		from = "the default"
	}
	if given != nil {
		return address.WithoutPasswords(compact(given)), from
	}
	switch name {
	case "remote":
		return s.lastRemote(), "the default"
	case "merge":
		return `{"keep":"` + plan.DefaultKeep + `"}`, "the default"
	case "name":
		if label := trees.Label(s.folder.Root()); label != "" {
			return label, "the default: its volume's label"
		}
		return trees.Base(s.folder.Root()), "the default: its folder's name"
	}
	return "-", "not set"
}

// lastRemote is where the other tree is if nobody says, "-" where nobody knows.
func (s *settings) lastRemote() string {
	p := &pair{stores: plan.Sides[*store.Store]{s.folder}, config: s.config}
	if found, err := p.lastSynced(); err == nil {
		return found.path + ", the tree last synced with"
	}
	return "-"
}

// explain says what a key is for, what it may be, and what holds.
func (s *settings) explain(a *app, name string) error {
	top, below, _ := strings.Cut(name, ".")
	k, err := s.key(top)
	if err != nil {
		return err
	}
	options, err := s.effective()
	if err != nil {
		return err
	}
	value, from := s.value(top, options)
	if below != "" {
		inner, err := config.ParseMembers(s.given.Of(top))
		if err != nil && !errors.Is(err, io.EOF) {
			return usage(in("", "config", argument(top)), "%s has no names below it", top)
		}
		if value, from = "-", "not set"; inner.Of(below) != nil {
			value, from = compact(inner.Of(below)), "set here"
		}
	}
	a.Say("%s = %s   (%s)", name, render.Escape(value), from)
	a.Say("%s", k.Description)
	for i, choice := range k.Enum {
		a.Say("  %-12s  %s", choice, k.EnumDescriptions[i])
	}
	return nil
}

// key is the key with a name. Errors are of the person's.
func (s *settings) key(name string) (*config.Key, error) {
	for i := range s.keys {
		if s.keys[i].Name == name {
			return &s.keys[i], nil
		}
	}
	if name == config.PersonalKey {
		return nil, usage(in("", "config"), "%s", config.NotOfTrees())
	}
	near := ""
	for _, k := range s.keys {
		if alike(k.Name, strings.ReplaceAll(name, "-", "_")) {
			near = ", did you mean " + k.Name + "?"
		}
	}
	return nil, usage(in("", "config"), "the config has no key %q%s", name, near)
}

// change sets a key, or takes it out, and writes the config if it is a valid one then.
func (s *settings) change(a *app, name string, value *string) error {
	top, below, isBelow := strings.Cut(name, ".")
	k, err := s.key(top)
	if err != nil {
		return err
	}
	var to json.RawMessage
	if value != nil {
		to = k.Parsed(*value, below)
		if err := wrongAddress(to); err != nil && (top == "remote" || top == "remotes") {
			return usage(in("", "config", argument(top)), "%v", err)
		}
	}
	if isBelow {
		if to, err = s.inside(k, below, to); err != nil {
			return err
		}
	}
	if err := s.write(s.given.With(top, to), in("", "config", argument(top))); err != nil {
		return err
	}
	if s, err = readSettings(s.folder); err != nil {
		return err
	}
	options, err := s.effective()
	if err != nil {
		return err
	}
	now, from := s.value(top, options)
	a.Say("%s = %s   (%s)", top, render.Escape(now), from)
	return nil
}

// wrongAddress is what is wrong with an address in a value, nil where nothing is: one that no plan could reach is not
// written down, nor what may be a password.
func wrongAddress(value json.RawMessage) error {
	var one string
	many := map[string]string{}
	if json.Unmarshal(value, &one) == nil {
		many[""] = one
	} else if json.Unmarshal(value, &many) != nil {
		return nil // the schema says what is wrong
	}
	for _, name := range slices.Sorted(maps.Keys(many)) {
		if _, err := address.Parse(many[name]); address.Is(many[name]) && err != nil {
			return fmt.Errorf("%s: %s", shownAddress(many[name]), addressed(err))
		}
	}
	return nil
}

// inside is the value of a key that is an object, with another value of a name in it; nil where nothing is left in it.
func (s *settings) inside(k *config.Key, name string, to json.RawMessage) (json.RawMessage, error) {
	if k.Type != "object" {
		return nil, usage(in("", "config", argument(k.Name)), "%s has no names below it", k.Name)
	}
	var inner config.Members
	if given := s.given.Of(k.Name); given != nil {
		var err error
		if inner, err = config.ParseMembers(given); err != nil {
			return nil, err
		}
	}
	if inner = inner.With(name, to); len(inner) == 0 {
		return nil, nil
	}
	return inner.Text(), nil
}

// write writes a config, unless it is none, where then tells what would be.
func (s *settings) write(to config.Members, then hint) error {
	text, err := to.File()
	if err != nil {
		c := &complaint{is: errUsage, why: "the config would not be valid", hint: then}
		if !errors.As(err, &c.faults) {
			c.why += ": " + err.Error()
		}
		return c
	}
	return s.folder.SaveConfig(text)
}

// compact is a value on one line.
func compact(value json.RawMessage) string {
	var out bytes.Buffer
	if json.Compact(&out, value) != nil {
		return string(value)
	}
	return out.String()
}
