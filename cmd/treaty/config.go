package main

import (
	"errors"
	"io/fs"

	"treaty/apply"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/config"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/schema"
)

// readConfig reads a tree's config; one that says nothing where there is none.
func readConfig(folder *store.Store) (*config.Config, error) {
	c, err := config.Read(folder)
	var wrong *config.Invalid
	switch {
	case errors.As(err, &wrong):
		return nil, invalid(wrong.File, "config", wrong.Err)
	case errors.Is(err, apply.ErrInvalid):
		return nil, usage(then("move "+argument(folder.Path("config.json"))+
			" away, and write a new one if you need one", again),
			"the config cannot be read: %v", err)
	}
	return c, err
}

// checkPatterns refuses a config of the tree that has a pattern which has no place there.
func checkPatterns(c *config.Config, folder *store.Store) error {
	if wrong := c.Misfit(); wrong != nil {
		return usage(then("mend it", again), "%s: %v", folder.Path("config.json"), wrong)
	}
	return nil
}

// configured is what the config of a tree demands of approvals, and the options that it gives.
func configured(folder *store.Store) (apply.Config, error) {
	c, err := readConfig(folder)
	if err != nil || c.Absent {
		return apply.Config{}, err
	}
	policy, err := c.Policy(folder)
	options := shaped(c, &planFlags{})
	return apply.Config{Policy: policy, Options: &options}, err
}

// shaped are the options that a plan is made with here: the defaults, over them the config, over that the flags.
func shaped(c *config.Config, f *planFlags) plan.Options {
	o := plan.DefaultOptions()
	c.Shape(&o)
	f.asConfig().Shape(&o)
	o.Umask, o.Only = tree.Perm(umask()), f.Only
	o.AllowManyDeletes, o.AllowManyUpdates = f.AllowManyDeletes, f.AllowManyUpdates
	return o
}

// readPersonal reads a person's config; one that says nothing where there is none.
func readPersonal() (*config.Person, error) {
	file, err := config.PersonFile()
	if err != nil {
		return &config.Person{File: "treaty/config.json"}, nil // without a home nobody has one
	}
	text, err := readFile(file, schema.Person)
	if errors.Is(err, fs.ErrNotExist) {
		return &config.Person{File: file}, nil
	}
	if err != nil {
		return nil, err
	}
	own, err := config.ParsePerson(file, text)
	if err != nil {
		return nil, invalid(file, "config", err)
	}
	return own, nil
}
