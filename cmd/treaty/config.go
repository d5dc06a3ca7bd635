package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"treaty/apply"
	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/address"
	"treaty/plan/scan"
	"treaty/plan/tree"
	"treaty/schema"
)

// config is LOCAL/.treaty/config.json: defaults for flags. What it does not say is nil.
type config struct {
	Remote         *string             `json:"remote"`
	Remotes        map[string]string   `json:"remotes"`
	Name           string              `json:"name"`
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
	Atomic         []string            `json:"atomic"`
	Merge          struct {
		Keep *string `json:"keep"`
	} `json:"merge"`
	LocalFS   *tree.Profile `json:"local_fs"`
	RemoteFS  *tree.Profile `json:"remote_fs"`
	Approvals *struct {
		Required       int    `json:"required"`
		AllowedSigners string `json:"allowed_signers"`
	} `json:"approvals"`

	// absent: there is no such file; text is what it holds.
	absent bool
	text   []byte
}

// readConfig reads a tree's config; one that says nothing where there is none.
func readConfig(folder *store.Store) (*config, error) {
	c := &config{}
	text, err := folder.Config()
	if errors.Is(err, apply.ErrInvalid) {
		return nil, usage(then("move "+argument(folder.Path("config.json"))+
			" away, and write a new one if you need one", again),
			"the config cannot be read: %v", err)
	}
	if err != nil || text == nil {
		c.absent = true
		return c, err
	}
	if err := schema.Validate(schema.Config, text); err != nil {
		return nil, invalid(folder.Path("config.json"), "config", ofPerson(err))
	}
	if err := json.Unmarshal(schema.InDigits(text), c); err != nil {
		return nil, invalid(folder.Path("config.json"), "config", err)
	}
	c.text = text
	return c, nil
}

// personalKey is the key that is a person's, and no tree's.
const personalKey = "ssh"

// notOfTrees says where that key belongs.
func notOfTrees() string {
	says := fmt.Sprintf("unknown property %q; no tree's config says that, but your own", personalKey)
	if file, err := personalFile(); err == nil {
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
		if faults[i].Pointer == "/"+personalKey {
			faults[i].Message = notOfTrees()
		}
	}
	return faults
}

// misfit is the first pattern of the config that has no place there, with its position; nil where all have one.
func (c *config) misfit(file string) error {
	at := map[string]string{}
	for i, pattern := range c.Ignore {
		at[fmt.Sprintf("/ignore/%d", i)] = pattern
	}
	for i, pattern := range c.Sensitive {
		at[fmt.Sprintf("/sensitive/%d", i)] = pattern
	}
	if c.Executable != nil {
		for i := range c.Executable.Overrides {
			at[fmt.Sprintf("/executable/overrides/%d/pattern", i)] = c.Executable.Overrides[i].Pattern
		}
	}
	for _, pointer := range slices.Sorted(maps.Keys(at)) {
		if err := (&plan.Options{Ignore: []string{at[pointer]}}).CheckPatterns(); err != nil {
			line, column := schema.Locate(c.text, pointer)
			wrong := schema.Error{Pointer: pointer, Line: line, Column: column, Message: err.Error()}
			return usage(then("mend it", again), "%s: %v", file, wrong)
		}
	}
	return nil
}

// nameAt is the name that the config of the tree at root gives it, "" where it gives none or cannot be read.
func nameAt(root string) string {
	folder, err := reach.Store(root)
	if err != nil {
		return ""
	}
	defer folder.Close()
	c, err := readConfig(folder)
	if err != nil {
		return ""
	}
	return c.Name
}

// configured is what the config of a tree demands of approvals, and the options that it gives.
func configured(folder *store.Store) (apply.Config, error) {
	c, err := readConfig(folder)
	if err != nil || c.absent {
		return apply.Config{}, err
	}
	policy, err := c.policy(folder)
	options := c.options(&planFlags{})
	return apply.Config{Policy: policy, Options: &options}, err
}

// maxSigners is how many bytes a file of allowed signers may have.
const maxSigners = 16 << 20

// policy is what the config demands of approvals. A file of allowed signers in the tree is read as that tree has
// it, by whatever name the tree goes meanwhile.
func (c *config) policy(folder *store.Store) (apply.Policy, error) {
	if c.Approvals == nil {
		return apply.Policy{}, nil
	}
	file := expandHome(c.Approvals.AllowedSigners)
	var signers []byte
	var err error
	if filepath.IsLocal(file) {
		signers, err = folder.Read(tree.Path(filepath.ToSlash(filepath.Clean(file))), maxSigners)
	} else {
		signers, err = scan.ReadFile(below(folder.Root(), file), maxSigners)
	}
	if err != nil {
		return apply.Policy{}, fmt.Errorf("the config's approvals.allowed_signers: %w", err)
	}
	return apply.Policy{Required: c.Approvals.Required, AllowedSigners: signers}, nil
}

// options are what a plan is shaped by: the defaults, over them the config, over that the flags.
func (c *config) options(f *planFlags) plan.Options {
	o := plan.DefaultOptions()
	o.AllowManyDeletes, o.AllowManyUpdates = f.AllowManyDeletes, f.AllowManyUpdates
	o.Umask, o.Only = tree.Perm(umask()), f.Only
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
	for _, keep := range []*string{c.Merge.Keep, f.MergeKeep} {
		if keep != nil {
			o.SetKeep(*keep)
		}
	}
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
	for _, list := range [][]string{c.Atomic, f.Atomic} {
		if list != nil {
			o.Atomic = list
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
	if address.Is(path) || filepath.IsAbs(path) || filepath.VolumeName(path) != "" ||
		path != "" && os.IsPathSeparator(path[0]) {
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
