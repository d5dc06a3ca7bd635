package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"treaty/plan/address"
	"treaty/schema"
)

// Person is what holds for a person on this machine, whatever tree it is about. A tree must not say it: what a stick
// brings along runs nothing here.
type Person struct {
	SSH struct {
		Command []string `json:"command"`
		Agent   string   `json:"agent"`
		Hosts   map[string]struct {
			Agent string `json:"agent"`
		} `json:"hosts"`
	} `json:"ssh"`
	// File is where it stands, or would.
	File string `json:"-"`
}

// PersonFile is where a person's config lies, if there is one. The error is about the home directory, where
// that is not known.
func PersonFile() (string, error) {
	dir, err := os.UserConfigDir()
	return filepath.Join(dir, "treaty", "config.json"), err
}

// ParsePerson is the config that a text holds, of the file of that name. The error may be schema.Errors.
func ParsePerson(file string, text []byte) (*Person, error) {
	own := &Person{File: file}
	if err := schema.Validate(schema.Person, text); err != nil {
		return nil, err
	}
	return own, json.Unmarshal(text, own)
}

// PersonalKey is the key that is a person's, and no tree's.
const PersonalKey = "ssh"

// NotOfTrees says of PersonalKey that no tree's config has it, and where it belongs.
func NotOfTrees() string {
	says := fmt.Sprintf("unknown property %q; no tree's config says that, but your own", PersonalKey)
	if file, err := PersonFile(); err == nil {
		says += ", " + file
	}
	return says
}

// ofPerson is an error about a tree's config that says of a person's key where that belongs.
func ofPerson(err error) error {
	var faults schema.Errors
	if !errors.As(err, &faults) {
		return err
	}
	faults = slices.Clone(faults)
	for i := range faults {
		if faults[i].Pointer == "/"+PersonalKey {
			faults[i].Message = NotOfTrees()
		}
	}
	return faults
}

// Connecting is the command that connects to a machine, and speaks with the agent there: no shell here reads it, and
// there is nothing in it that one there would read otherwise than it stands.
func (p *Person) Connecting(machine address.Address) []string {
	words := p.SSH.Command
	if len(words) == 0 {
		words = []string{"ssh"}
	}
	return append(append([]string{}, words...), machine.Reached(p.agent(machine), "agent")...)
}

// agent is the treaty on a machine.
func (p *Person) agent(machine address.Address) string {
	switch own := p.SSH.Hosts[machine.Host].Agent; {
	case own != "":
		return own
	case p.SSH.Agent != "":
		return p.SSH.Agent
	}
	return "treaty"
}
