package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"treaty/plan/address"
	"treaty/schema"
)

// personal is what holds for a person on this machine, whatever tree it is about. A tree must not say it: what a stick
// brings along runs nothing here.
type personal struct {
	SSH struct {
		Command []string `json:"command"`
		Agent   string   `json:"agent"`
		Hosts   map[string]struct {
			Agent string `json:"agent"`
		} `json:"hosts"`
	} `json:"ssh"`
	// file is where it stands, or would.
	file string
}

// personalFile is where a person's config lies.
func personalFile() (string, error) {
	dir, err := os.UserConfigDir()
	return filepath.Join(dir, "treaty", "config.json"), err
}

// readPersonal reads a person's config; one that says nothing where there is none.
func readPersonal() (*personal, error) {
	file, err := personalFile()
	if err != nil {
		return &personal{file: "treaty/config.json"}, nil // without a home nobody has one
	}
	own := &personal{file: file}
	text, err := readFile(file, schema.Person)
	if errors.Is(err, fs.ErrNotExist) {
		return own, nil
	}
	if err != nil {
		return nil, err
	}
	if err := schema.Validate(schema.Person, text); err != nil {
		return nil, invalid(file, "config", err)
	}
	return own, json.Unmarshal(text, own)
}

// connecting is the command that connects to a machine, and speaks with the agent there: no shell here reads it, and
// there is nothing in it that one there would read otherwise than it stands.
func (p *personal) connecting(machine address.Address) []string {
	words := p.SSH.Command
	if len(words) == 0 {
		words = []string{"ssh"}
	}
	return append(append([]string{}, words...), machine.Reached(p.agent(machine), "agent")...)
}

// agent is the treaty on a machine.
func (p *personal) agent(machine address.Address) string {
	switch own := p.SSH.Hosts[machine.Host].Agent; {
	case own != "":
		return own
	case p.SSH.Agent != "":
		return p.SSH.Agent
	}
	return "treaty"
}
