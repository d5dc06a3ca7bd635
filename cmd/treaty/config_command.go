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
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
	"treaty/plan/address"
	"treaty/schema"
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
	given, err := parseMembers(text)
	if err != nil {
		return wrong
	}
	left, found := given.without(name)
	if !found {
		return wrong
	}
	var out bytes.Buffer
	if err := json.Indent(&out, left.text(), "", "  "); err != nil {
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
	config *config
	given  members
	keys   []configKey
}

// configKey is a key that the schema of configs has.
type configKey struct {
	name   string
	schema struct {
		Type             string           `json:"type"`
		Description      string           `json:"description"`
		Enum             []string         `json:"enum"`
		EnumDescriptions []string         `json:"enumDescriptions"`
		Properties       json.RawMessage  `json:"properties"`
		Additional       json.RawMessage  `json:"additionalProperties"`
		Items            *json.RawMessage `json:"items"`
	}
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
		if s.given, err = parseMembers(text); err != nil {
			return nil, err
		}
	}
	s.keys, err = configKeys()
	return s, err
}

// configKeys are the keys of the schema, in its order, but for the one that is for editors.
func configKeys() ([]configKey, error) {
	top, err := parseMembers(schema.Text(schema.Config))
	if err != nil {
		return nil, err
	}
	all, err := parseMembers(top.of("properties"))
	if err != nil {
		return nil, err
	}
	var keys []configKey
	for _, m := range all {
		if strings.HasPrefix(m.name, "$") {
			continue
		}
		k := configKey{name: m.name}
		if err := json.Unmarshal(m.value, &k.schema); err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// show lists all keys with what holds of each, and where that is from.
func (s *settings) show(a *app) error {
	at := s.folder.Path("config.json")
	if s.config.absent {
		a.Say("%s is not there: all is as by default", render.Name(at))
	} else {
		a.Say("%s", render.Name(at))
	}
	defaults, err := s.effective()
	if err != nil {
		return err
	}
	for _, k := range s.keys {
		value, from := s.value(k.name, defaults)
		a.Say("  %-15s  %s   (%s)", k.name, render.Cut(render.Escape(value), widestValue), from)
	}
	return nil
}

// widestValue is how many columns a value has in the list, whose lines fit 80 by that; the key alone shows all of it.
const widestValue = 44

// effective are the options that plans are made with here.
func (s *settings) effective() (members, error) {
	text, err := json.Marshal(s.config.options(&planFlags{}))
	if err != nil {
		return nil, err
	}
	return parseMembers(text)
}

// value is what holds of a key, and where that is from.
func (s *settings) value(name string, options members) (value, from string) {
	given := s.given.of(name)
	if in := options.of(name); in != nil && string(in) != "null" {
		given = in
	}
	from = "set here"
	if s.given.of(name) == nil {
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
		if label := labelAt(s.folder.Root()); label != "" {
			return label, "the default: its volume's label"
		}
		return baseOf(s.folder.Root()), "the default: its folder's name"
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

// compact is a value on one line.
func compact(value json.RawMessage) string {
	var out bytes.Buffer
	if json.Compact(&out, value) != nil {
		return string(value)
	}
	return out.String()
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
		inner, err := parseMembers(s.given.of(top))
		if err != nil && !errors.Is(err, io.EOF) {
			return usage(in("", "config", argument(top)), "%s has no names below it", top)
		}
		if value, from = "-", "not set"; inner.of(below) != nil {
			value, from = compact(inner.of(below)), "set here"
		}
	}
	a.Say("%s = %s   (%s)", name, render.Escape(value), from)
	a.Say("%s", k.schema.Description)
	for i, choice := range k.schema.Enum {
		a.Say("  %-12s  %s", choice, k.schema.EnumDescriptions[i])
	}
	return nil
}

// key is the key with a name. Errors are of the person's.
func (s *settings) key(name string) (*configKey, error) {
	for i := range s.keys {
		if s.keys[i].name == name {
			return &s.keys[i], nil
		}
	}
	if name == personalKey {
		return nil, usage(in("", "config"), "%s", notOfTrees())
	}
	near := ""
	for _, k := range s.keys {
		if alike(k.name, strings.ReplaceAll(name, "-", "_")) {
			near = ", did you mean " + k.name + "?"
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
		to = k.parsed(*value, below)
		if err := wrongAddress(to); err != nil && (top == "remote" || top == "remotes") {
			return usage(in("", "config", argument(top)), "%v", err)
		}
	}
	if isBelow {
		if to, err = s.inside(k, below, to); err != nil {
			return err
		}
	}
	if err := s.write(s.given.with(top, to), in("", "config", argument(top))); err != nil {
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

// parsed is a value as JSON: as it is where it is JSON that the key may have, or else a string, alone or in a list.
func (k *configKey) parsed(value, below string) json.RawMessage {
	text, _ := json.Marshal(value) // a string, which cannot fail
	isJSON := json.Valid([]byte(value))
	switch {
	case k.typeOf(below) == "string" && !strings.HasPrefix(value, `"`),
		!isJSON && (below != "" || k.schema.Type != "array"):
		return text
	case !isJSON:
		return slices.Concat([]byte("["), text, []byte("]"))
	}
	return json.RawMessage(value)
}

// typeOf is the type that the schema has for a name below the key, or, for "", for the key; "" where it has none.
func (k *configKey) typeOf(below string) string {
	if below == "" {
		return k.schema.Type
	}
	var names map[string]struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(k.schema.Properties, &names) != nil {
		return ""
	}
	return names[below].Type
}

// inside is the value of a key that is an object, with another value of a name in it; nil where nothing is left in it.
func (s *settings) inside(k *configKey, name string, to json.RawMessage) (json.RawMessage, error) {
	if k.schema.Type != "object" {
		return nil, usage(in("", "config", argument(k.name)), "%s has no names below it", k.name)
	}
	var inner members
	if given := s.given.of(k.name); given != nil {
		var err error
		if inner, err = parseMembers(given); err != nil {
			return nil, err
		}
	}
	if inner = inner.with(name, to); len(inner) == 0 {
		return nil, nil
	}
	return inner.text(), nil
}

// write writes a config, unless it is none, where then tells what would be.
func (s *settings) write(to members, then hint) error {
	var text bytes.Buffer
	if err := json.Indent(&text, to.text(), "", "  "); err != nil {
		return err
	}
	text.WriteByte('\n')
	refused := func(err error) error {
		c := &complaint{is: errUsage, why: "the config would not be valid", hint: then}
		if !errors.As(err, &c.faults) {
			c.why += ": " + err.Error()
		}
		return c
	}
	if err := schema.Validate(schema.Config, text.Bytes()); err != nil {
		return refused(err)
	}
	c := &config{}
	if err := json.Unmarshal(schema.InDigits(text.Bytes()), c); err != nil {
		return refused(err)
	}
	options := c.options(&planFlags{})
	if err := options.CheckPatterns(); err != nil {
		return refused(err)
	}
	return s.folder.SaveConfig(text.Bytes())
}
