package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"treaty/apply"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/schema"
)

// config is LOCAL/.treaty/config.json: defaults for flags. What it does not say is nil.
type config struct {
	Remote         *string             `json:"remote"`
	Remotes        map[string]string   `json:"remotes"`
	Ignore         []string            `json:"ignore"`
	DefaultIgnores *bool               `json:"default_ignores"`
	Hash           *plan.HashWhat      `json:"hash"`
	Bidirectional  *plan.Bidirectional `json:"bidirectional"`
	AlignTimes     *bool               `json:"align_times"`
	FixModes       *bool               `json:"fix_modes"`
	Executable     *plan.Executable    `json:"executable"`
	Diffs          *plan.DiffWhat      `json:"diffs"`
	Sensitive      []string            `json:"sensitive"`
	MaxDeletes     *int                `json:"max_deletes"`
	LocalFS        *tree.Profile       `json:"local_fs"`
	RemoteFS       *tree.Profile       `json:"remote_fs"`
	Approvals      *struct {
		Required       int    `json:"required"`
		AllowedSigners string `json:"allowed_signers"`
	} `json:"approvals"`
}

// readConfig reads a tree's config; one that says nothing where there is none.
func readConfig(store *apply.Store) (*config, error) {
	c := &config{}
	text, err := store.Config()
	if err != nil || text == nil {
		return c, err
	}
	if err := schema.Validate(schema.Config, text); err != nil {
		return nil, invalid(store.Path("config.json"), "config", err)
	}
	if err := json.Unmarshal(text, c); err != nil {
		return nil, invalid(store.Path("config.json"), "config", err)
	}
	return c, nil
}

// policy is what the config demands of approvals.
func (c *config) policy(root string) (apply.Policy, error) {
	if c.Approvals == nil {
		return apply.Policy{}, nil
	}
	path := below(root, expandHome(c.Approvals.AllowedSigners))
	signers, err := os.ReadFile(path)
	if err != nil {
		return apply.Policy{}, usage(then("mend the config", again), "the config's approvals.allowed_signers cannot be read: %v", err)
	}
	return apply.Policy{Required: c.Approvals.Required, AllowedSigners: signers}, nil
}

// options are what a plan is shaped by: the defaults, over them the config, over that the flags.
func (c *config) options(f *planFlags) plan.Options {
	o := plan.Options{
		Ignore: []string{}, DefaultIgnores: true, Hash: plan.HashOperations, Bidirectional: plan.BidirectionalAuto,
		Executable: plan.Executable{Overrides: []plan.ExecutableOverride{}, Extensions: map[string]bool{}},
		Diffs:      plan.DiffConflicts, Sensitive: plan.DefaultSensitive(), MaxDeletes: plan.DefaultMaxDeletes,
		AllowManyDeletes: f.AllowManyDeletes, Umask: tree.Perm(umask()),
	}
	if c.Executable != nil {
		o.Executable.Overrides = append(o.Executable.Overrides, c.Executable.Overrides...)
		for extension, executable := range c.Executable.Extensions {
			o.Executable.Extensions[strings.ToLower(strings.TrimPrefix(extension, "."))] = executable
		}
	}
	for _, pattern := range f.Executable {
		o.Executable.Overrides = append(o.Executable.Overrides, plan.ExecutableOverride{Pattern: pattern, Executable: true})
	}
	for _, pattern := range f.NotExecutable {
		o.Executable.Overrides = append(o.Executable.Overrides, plan.ExecutableOverride{Pattern: pattern})
	}
	choose(&o.DefaultIgnores, c.DefaultIgnores, f.DefaultIgnores)
	choose(&o.Hash, c.Hash, f.Hash)
	choose(&o.Bidirectional, c.Bidirectional, f.Bidirectional)
	choose(&o.AlignTimes, c.AlignTimes, f.AlignTimes)
	choose(&o.FixModes, c.FixModes, f.FixModes)
	choose(&o.Diffs, c.Diffs, f.Diffs)
	choose(&o.MaxDeletes, c.MaxDeletes, f.MaxDeletes)
	for _, list := range [][]string{c.Ignore, f.Ignore} {
		if list != nil {
			o.Ignore = list
		}
	}
	for _, list := range [][]string{c.Sensitive, f.Sensitive} {
		if list != nil {
			o.Sensitive = list
		}
	}
	o.LocalFS, o.RemoteFS = c.LocalFS, c.RemoteFS
	if f.LocalFS != nil {
		o.LocalFS = f.LocalFS
	}
	if f.RemoteFS != nil {
		o.RemoteFS = f.RemoteFS
	}
	return o
}

// choose sets a default to the last that is given.
func choose[T any](value *T, given ...*T) {
	for _, g := range given {
		if g != nil {
			*value = *g
		}
	}
}

// below is a path of the config's, relative to root unless it says where it begins. On Windows it may name
// the drive only ("E:x") or all but the drive ("\x"); it is then the system's to complete.
func below(root, path string) string {
	if filepath.IsAbs(path) || filepath.VolumeName(path) != "" || path != "" && os.IsPathSeparator(path[0]) {
		return path
	}
	return filepath.Join(root, path)
}

// expandHome replaces a leading "~" by the home directory. Without one it stays, and is not found.
func expandHome(path string) string {
	if path != "~" && (len(path) < 2 || path[0] != '~' || !os.IsPathSeparator(path[1])) {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return filepath.Join(home, path[1:])
}
