package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"treaty/apply/policy"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/home"
	"treaty/plan"
	"treaty/plan/address"
	"treaty/plan/scan"
	"treaty/plan/tree"
	"treaty/schema"
)

// Config is LOCAL/.treaty/config.json: defaults for flags. What it does not say is nil, or empty.
type Config struct {
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

	// Absent: there is no such file.
	Absent bool `json:"-"`
	// text is what it holds.
	text []byte
}

// Invalid is the error of a file that is no valid config.
type Invalid struct {
	File string
	// Err is what is wrong with it, which may be schema.Errors.
	Err error
}

func (i *Invalid) Error() string {
	return fmt.Sprintf("%s is not a valid config: %v", i.File, i.Err)
}

func (i *Invalid) Unwrap() error { return i.Err }

// Read reads a tree's config; one that says nothing where there is none. The error is an *Invalid where there is one
// that is not valid, and that of the store where its file cannot be read.
func Read(folder *store.Store) (*Config, error) {
	text, err := folder.Config()
	if err != nil || text == nil {
		return &Config{Absent: true}, err
	}
	c, err := parse(text)
	if err != nil {
		return nil, &Invalid{folder.Path("config.json"), err}
	}
	return c, nil
}

// parse is the config that a text holds. The error may be schema.Errors.
func parse(text []byte) (*Config, error) {
	if err := schema.Validate(schema.Config, text); err != nil {
		return nil, ofPerson(err)
	}
	c := &Config{text: text}
	if err := json.Unmarshal(schema.InDigits(text), c); err != nil {
		return nil, err
	}
	return c, nil
}

// Misfit is about the first pattern of the config that has no place there, with its position; nil where all have one.
func (c *Config) Misfit() *schema.Error {
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
			return &schema.Error{Pointer: pointer, Line: line, Column: column, Message: err.Error()}
		}
	}
	return nil
}

// maxSigners is how many bytes a file of allowed signers may have.
const maxSigners = 16 << 20

// Policy is what the config demands of approvals, nothing where it does not say. A file of allowed signers in the
// tree is read as that tree has it, by whatever name the tree goes meanwhile.
func (c *Config) Policy(folder *store.Store) (policy.Policy, error) {
	if c.Approvals == nil {
		return policy.Policy{}, nil
	}
	file := home.Expand(c.Approvals.AllowedSigners)
	var signers []byte
	var err error
	if filepath.IsLocal(file) {
		signers, err = folder.Read(tree.Path(filepath.ToSlash(filepath.Clean(file))), maxSigners)
	} else {
		signers, err = scan.ReadFile(Place(folder.Root(), file), maxSigners)
	}
	if err != nil {
		return policy.Policy{}, fmt.Errorf("the config's approvals.allowed_signers: %w", err)
	}
	return policy.Policy{Required: c.Approvals.Required, AllowedSigners: signers}, nil
}

// Shape sets the options of a plan to what the config says, as far as it says something; overrides of what is
// executable come after those that are there.
func (c *Config) Shape(o *plan.Options) {
	if c.Executable != nil {
		o.Executable.Overrides = append(o.Executable.Overrides, c.Executable.Overrides...)
		for extension, executable := range c.Executable.Extensions {
			o.Executable.Extensions[strings.ToLower(strings.TrimPrefix(extension, "."))] = executable
		}
	}
	choose(&o.DefaultIgnores, c.DefaultIgnores)
	choose(&o.Hash, c.Hash)
	choose(&o.Bidirectional, c.Bidirectional)
	choose(&o.AlignTimes, c.AlignTimes)
	choose(&o.FixModes, c.FixModes)
	choose(&o.Diffs, c.Diffs)
	choose(&o.MaxDeletes, c.MaxDeletes)
	if c.Merge.Keep != nil {
		o.SetKeep(*c.Merge.Keep)
	}
	chooseList(&o.Ignore, c.Ignore)
	chooseList(&o.Sensitive, c.Sensitive)
	chooseList(&o.Atomic, c.Atomic)
	if c.LocalFS != nil {
		o.LocalFS = c.LocalFS
	}
	if c.RemoteFS != nil {
		o.RemoteFS = c.RemoteFS
	}
}

// choose sets an option to what is given, if it is.
func choose[T any](option, given *T) {
	if given != nil {
		*option = *given
	}
}

// chooseList sets an option to the list that is given, if it is; an empty one is.
func chooseList(option *[]string, given []string) {
	if given != nil {
		*option = given
	}
}

// Place is where a path of the config leads to. It is relative to root unless it says where it begins: an address, or
// the home directory of whoever runs this ("~"). On Windows it may name the drive only ("E:x") or all but the drive
// ("\x"); it is then the system's to complete.
func Place(root, path string) string {
	path = home.Expand(path)
	if address.Is(path) || filepath.IsAbs(path) || filepath.VolumeName(path) != "" ||
		path != "" && os.IsPathSeparator(path[0]) {
		return path
	}
	return filepath.Join(root, path)
}
