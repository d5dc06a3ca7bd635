package wire

import (
	"path"
	"strings"
	"unicode/utf8"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// State is a *tree.State.
type State struct {
	Type   tree.Type `json:"t"`
	Size   int64     `json:"s,omitempty"`
	Mtime  tree.Time `json:"m"`
	Mode   tree.Mode `json:"p,omitempty"`
	SHA256 tree.Hash `json:"h,omitzero"`
	Target Text      `json:"l,omitempty"`
}

// StateOf puts a state on its way; nil for nil.
func StateOf(s *tree.State) *State {
	if s == nil {
		return nil
	}
	return &State{s.Type, s.Size, s.Mtime, s.Mode, s.SHA256, Text(s.Target())}
}

// State is what was put on its way; nil for nil.
func (s *State) State() *tree.State {
	if s == nil {
		return nil
	}
	return &tree.State{Type: s.Type, Size: s.Size, Mtime: s.Mtime, Mode: s.Mode, SHA256: s.SHA256,
		Rare: tree.LinkTo(string(s.Target))}
}

// Entry is a tree.Entry.
type Entry struct {
	Name     Text      `json:"n,omitempty"`
	Type     uint8     `json:"t"`
	Mode     tree.Mode `json:"p,omitempty"`
	Size     int64     `json:"s,omitempty"`
	Mtime    tree.Time `json:"m"`
	Target   Text      `json:"l,omitempty"`
	Links    uint32    `json:"k,omitempty"`
	Inode    uint64    `json:"i,omitempty"`
	Obstacle string    `json:"o,omitempty"`
	Why      string    `json:"w,omitempty"`
}

// EntryOf puts an entry on its way, without its ruling.
func EntryOf(e *tree.Entry) Entry {
	return Entry{Text(e.Name), uint8(e.Type), e.Mode, e.Size, e.Mtime, Text(e.Target), e.Links, e.Inode,
		string(e.Obstacle), e.Why}
}

// Checked is what was put on its way. Errors wrap ErrBroken where no tree has such an entry.
func (e *Entry) Checked() (tree.Entry, error) {
	out := tree.Entry{Name: string(e.Name), Key: tree.CollisionKey(string(e.Name)), Type: tree.Type(e.Type), Mode: e.Mode,
		Size: e.Size, Mtime: e.Mtime, Target: string(e.Target), Links: e.Links, Inode: e.Inode,
		Obstacle: tree.Obstacle(e.Obstacle), Why: e.Why}
	if e.Name != "" && !component(string(e.Name)) {
		return tree.Entry{}, broken("%q is no name in a directory", string(e.Name))
	}
	return out, possible(&out)
}

// The bounds of what an entry has, in bytes.
const (
	maxName   = 1 << 10
	maxTarget = 64 << 10
	maxWhy    = 1 << 10
)

// possible refuses what no entry of a tree can be.
func possible(e *tree.Entry) error {
	switch {
	case e.Type > tree.Special:
		return broken("%q is of no known type", e.Name)
	case e.Size < 0, e.Type != tree.File && e.Size != 0:
		return broken("%q has a size of %d", e.Name, e.Size)
	case len(e.Target) > maxTarget, e.Type != tree.Symlink && e.Target != "", strings.IndexByte(e.Target, 0) >= 0:
		return broken("%q has a target that no link has", e.Name)
	case len(e.Why) > maxWhy || !utf8.ValidString(e.Why):
		return broken("%q has words without end", e.Name)
	}
	switch e.Obstacle {
	case "", tree.Unreadable, tree.SpecialFile, tree.MountPoint:
	case tree.NameNotUTF8:
		return nil
	default:
		return broken("%q has an unknown obstacle", e.Name)
	}
	if !utf8.ValidString(e.Name) || !utf8.ValidString(e.Target) && e.Obstacle == "" {
		return broken("%q is not UTF-8", e.Name)
	}
	return nil
}

// component tells whether a name is one in a directory.
func component(name string) bool {
	return name != "" && name != "." && name != ".." && len(name) <= maxName && strings.IndexByte(name, '/') < 0 &&
		strings.IndexByte(name, 0) < 0
}

// Staged is a volume.Staged.
type Staged struct {
	Name   Inner     `json:"n"`
	Type   uint8     `json:"t"`
	Size   int64     `json:"s,omitempty"`
	Mtime  tree.Time `json:"m"`
	Hash   tree.Hash `json:"h,omitzero"`
	Mode   tree.Mode `json:"p,omitempty"`
	Target Text      `json:"l,omitempty"`
}

// StagedOf puts on its way what waits to be installed.
func StagedOf(s volume.Staged) *Staged {
	return &Staged{Inner(s.Name), uint8(s.Type), s.Size, s.Mtime, s.Hash, s.Mode, Text(s.Target)}
}

// StagedsOf puts on their way the first of what waits, as many as a message has room for, and returns the others.
func StagedsOf(staged []volume.Staged) (first []*Staged, others []volume.Staged) {
	room := MaxMessage - 1<<12 // the rest of the message
	for n := range staged {
		s := &staged[n]
		if room -= stagedRoom + textRoom(s.Name) + textRoom(s.Target); room < 0 && n > 0 {
			return first, staged[n:]
		}
		first = append(first, StagedOf(*s))
	}
	return first, nil
}

// stagedRoom is what something staged takes in a message beside its names, at most.
const stagedRoom = 200

// textRoom is what a text takes in a message, at most: what JSON cannot hold as it is takes six bytes for one.
func textRoom(s string) int {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || strings.IndexByte(`"\%<>&`, c) >= 0 {
			return 6 * len(s)
		}
	}
	return len(s)
}

// Staged is what was put on its way.
func (s *Staged) Staged() volume.Staged {
	return volume.Staged{Name: string(s.Name), Type: tree.Type(s.Type), Size: s.Size, Mtime: s.Mtime, Hash: s.Hash,
		Mode: s.Mode, Target: string(s.Target)}
}

// Checked is Staged. Errors wrap ErrBroken where nothing waits so.
func (s *Staged) Checked() (volume.Staged, error) {
	out := s.Staged()
	if s.Size < 0 || out.Type != tree.File && out.Type != tree.Symlink && out.Type != tree.Directory {
		return volume.Staged{}, broken("%q waits and is nothing that can be installed", out.Name)
	}
	return out, privatePlace(out.Name)
}

// privatePlace refuses what is no name within treaty's own folder, relative to the root.
func privatePlace(name string) error {
	if len(name) > 8*maxName || name != path.Clean(name) || !strings.HasPrefix(name, tree.PrivateFolder+"/") ||
		strings.IndexByte(name, 0) >= 0 || !utf8.ValidString(name) {
		return broken("%q is no place in treaty's own folder", name)
	}
	return nil
}

// Result is a volume.Result.
type Result struct {
	Entry Entry `json:"e"`
	Trash Text  `json:"t,omitempty"`
}

// ResultOf puts a result on its way.
func ResultOf(r volume.Result) *Result { return &Result{EntryOf(&r.Entry), Text(r.Trash)} }

// Checked is what was put on its way. Errors wrap ErrBroken where no change leaves such behind.
func (r *Result) Checked() (volume.Result, error) {
	entry, err := r.Entry.Checked()
	if err == nil && r.Trash != "" {
		err = privatePlace(string(r.Trash))
	}
	return volume.Result{Entry: entry, Trash: string(r.Trash)}, err
}

// Loan is a volume.Loan.
type Loan struct {
	Path Inner     `json:"path"`
	Mode tree.Mode `json:"mode"`
}

// Traits are tree.Traits, with what plans do not show. Those that were probed name no profile.
type Traits struct {
	Type             string  `json:"type,omitempty"`
	Profile          string  `json:"profile,omitempty"`
	Source           string  `json:"source,omitempty"`
	Volume           *string `json:"volume,omitempty"`
	MtimeGranularity int64   `json:"granularity"`
	Modes            bool    `json:"modes,omitempty"`
	Symlinks         bool    `json:"symlinks,omitempty"`
	CaseSensitive    bool    `json:"case_sensitive,omitempty"`
	Names            string  `json:"names,omitempty"`
	MaxFileSize      *int64  `json:"max_file_size,omitempty"`
	IgnoresTimes     bool    `json:"ignores_times,omitempty"`
}

// TraitsOf puts traits on their way.
func TraitsOf(t tree.Traits) *Traits {
	return &Traits{t.Type, string(t.Profile), string(t.Source), t.Volume, t.MtimeGranularity, t.Modes, t.Symlinks,
		t.CaseSensitive, string(t.Names), t.MaxFileSize, t.IgnoresTimes}
}

// Given are what was put on its way by the end that asks, which is believed.
func (t *Traits) Given() tree.Traits {
	return tree.Traits{Type: t.Type, Profile: tree.Profile(t.Profile), Source: tree.Origin(t.Source), Volume: t.Volume,
		MtimeGranularity: t.MtimeGranularity, Modes: t.Modes, Symlinks: t.Symlinks, CaseSensitive: t.CaseSensitive,
		Names: tree.NameRules(t.Names), MaxFileSize: t.MaxFileSize, IgnoresTimes: t.IgnoresTimes}
}

// Checked are what was put on its way. Errors wrap ErrBroken where no filesystem has such.
func (t *Traits) Checked() (tree.Traits, error) {
	var profile tree.Profile
	switch err := profile.UnmarshalText([]byte(t.Profile)); {
	case err != nil, t.Given().Names != tree.PosixNames && t.Given().Names != tree.WindowsNames:
		return tree.Traits{}, broken("an unknown kind of filesystem")
	case t.MtimeGranularity < 1 || t.MtimeGranularity > 3600e9, t.MaxFileSize != nil && *t.MaxFileSize < 0:
		return tree.Traits{}, broken("traits that no filesystem has")
	case len(t.Type) > maxName, t.Volume != nil && len(*t.Volume) > maxName:
		return tree.Traits{}, broken("a filesystem with a name without end")
	}
	return t.Given(), nil
}

// Able is a volume.Probed.
type Able struct {
	Traits             Traits
	Can                volume.Capabilities
	FoldsNormalisation bool
	KeepsNormalisation bool
	LosesRenames       bool
}

// AbleOf puts on its way what a volume was seen to do.
func AbleOf(p volume.Probed) *Able {
	return &Able{*TraitsOf(p.Traits), p.Can, p.FoldsNormalisation, p.KeepsNormalisation, p.LosesRenames}
}

// Checked is what was put on its way. Of traits that were probed there is only what can be seen.
func (p *Able) Checked() (volume.Probed, error) {
	traits := p.Traits.Given()
	if traits.MtimeGranularity < 0 || traits.MtimeGranularity > 3600e9 {
		return volume.Probed{}, broken("times of %d ns", traits.MtimeGranularity)
	}
	return volume.Probed{Traits: traits, Can: p.Can, FoldsNormalisation: p.FoldsNormalisation,
		KeepsNormalisation: p.KeepsNormalisation, LosesRenames: p.LosesRenames}, nil
}

// Options are volume.Options, but for what lends.
type Options struct {
	Traits       Traits
	Can          volume.Capabilities
	LosesRenames bool
	RacySince    tree.Time
	// Lends tells that directories may be made workable, if that is asked for first.
	Lends bool
}

// OptionsOf puts options on their way.
func OptionsOf(o volume.Options) *Options {
	return &Options{*TraitsOf(o.Traits), o.Can, o.LosesRenames, o.RacySince, o.Lend != nil}
}

// Options are what was put on its way, with what is asked before a directory is made workable.
func (o *Options) Options(lend func(volume.Loan) error) volume.Options {
	out := volume.Options{Traits: o.Traits.Given(), Can: o.Can, LosesRenames: o.LosesRenames, RacySince: o.RacySince}
	if o.Lends {
		out.Lend = lend
	}
	return out
}

// Walking are scan.Options, but for what counts.
type Walking struct {
	Patterns       []string `json:"patterns,omitempty"`
	DefaultIgnores bool     `json:"default_ignores,omitempty"`
	Granularity    int64    `json:"granularity"`
	Modes          bool     `json:"modes,omitempty"`
}

// WalkingOf puts on its way how a tree is walked.
func WalkingOf(o scan.Options) *Walking {
	return &Walking{o.Patterns, o.DefaultIgnores, o.Granularity, o.Modes}
}

// Options are what was put on its way.
func (w *Walking) Options() scan.Options {
	return scan.Options{Patterns: w.Patterns, DefaultIgnores: w.DefaultIgnores, Granularity: w.Granularity, Modes: w.Modes}
}
