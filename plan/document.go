package plan

import (
	"time"

	"treaty/plan/internal/textdiff"
	"treaty/plan/tree"
)

// Format is what every plan carries, and FormatVersion what one carries that uses nothing newer; SchemaFile is the name
// under which plans expect their schema beside them.
const (
	Format        = "treaty.plan"
	FormatVersion = "1.0"
	SchemaFile    = "plan-v1.schema.json"
)

// Plan is the reviewed document: what apply executes is what a person reads here. The order of the
// fields, here and below, is that of the JSON.
type Plan struct {
	Schema        string    `json:"$schema,omitempty"`
	Format        string    `json:"format"`
	FormatVersion string    `json:"format_version"`
	ID            string    `json:"id"` // a version 7 UUID: sorts by time
	CreatedAt     time.Time `json:"created_at"`
	CreatedBy     Author    `json:"created_by"`
	Local         Snapshot  `json:"local"`
	Remote        Snapshot  `json:"remote"`
	// Baseline is nil where the two trees were never synced, or nobody remembers.
	Baseline   *BaselineRef `json:"baseline"`
	Options    Options      `json:"options"`
	Summary    Summary      `json:"summary"` // for people; decides nothing
	Operations []Operation  `json:"operations"`
	Conflicts  []Conflict   `json:"conflicts"`
	Problems   []Problem    `json:"problems"`
	// News tells whoever made the plan that applying it would record something that the baseline does
	// not know, even if there is nothing to do. It is not written, and false in plans that were read.
	News bool `json:"-"`
	// Nothing tells whoever made the plan of a part that neither tree has anything of it, nor the baseline. It is not
	// written.
	Nothing bool `json:"-"`
}

// Snapshot is the snapshot of the given side.
func (p *Plan) Snapshot(side Side) *Snapshot {
	if side == Local {
		return &p.Local
	}
	return &p.Remote
}

// Empty tells whether the plan has nothing to do and nothing to ask. Problems don't count.
func (p *Plan) Empty() bool { return len(p.Operations) == 0 && len(p.Conflicts) == 0 }

// Unresolved counts the conflicts that no person has settled.
func (p *Plan) Unresolved() int {
	n := 0
	for i := range p.Conflicts {
		if p.Conflicts[i].Resolution == Unresolved {
			n++
		}
	}
	return n
}

// Author is who made a document, where, and with which treaty.
type Author struct {
	User    string `json:"user"`
	Host    string `json:"host"`
	Version string `json:"version"`
}

// BaselineRef names the plan whose apply both sides last agreed on.
type BaselineRef struct {
	PlanID   string    `json:"plan_id"`
	SyncedAt time.Time `json:"synced_at"`
}

// Options are all that shaped a plan besides the trees.
type Options struct {
	Ignore []string `json:"ignore"`
	// Only are patterns of the part that the plan is limited to; empty where it is of the whole trees.
	Only           []string      `json:"only,omitempty"`
	DefaultIgnores bool          `json:"default_ignores"`
	Hash           HashWhat      `json:"hash"`
	Bidirectional  Bidirectional `json:"bidirectional"`
	AlignTimes     bool          `json:"align_times"`
	FixModes       bool          `json:"fix_modes"`
	Executable     Executable    `json:"executable"`
	Diffs          DiffWhat      `json:"diffs"`
	Sensitive      []string      `json:"sensitive"`
	MaxDeletes     int           `json:"max_deletes"`
	// Merge is nil where merges are as by default, and the plan has none.
	Merge            *MergeOptions `json:"merge,omitempty"`
	LocalFS          *tree.Profile `json:"local_fs"`
	RemoteFS         *tree.Profile `json:"remote_fs"`
	AllowManyDeletes bool          `json:"allow_many_deletes"`
	AllowManyUpdates bool          `json:"allow_many_updates,omitempty"`
	// Atomic are patterns of directories that are taken whole; nil where nobody said of any.
	Atomic []string  `json:"atomic,omitzero"`
	Umask  tree.Mode `json:"umask"`
}

// Declared is what the filesystem of a side is declared to be, nil where nobody says.
func (o *Options) Declared(side Side) *tree.Profile {
	if side == Local {
		return o.LocalFS
	}
	return o.RemoteFS
}

// HashWhat is how much is read and hashed.
type HashWhat string

const (
	HashConflicts  HashWhat = "conflicts"
	HashOperations HashWhat = "operations"
	HashAll        HashWhat = "all"
)

// Bidirectional is whether updates of different files in both directions are fine.
type Bidirectional string

const (
	BidirectionalAuto     Bidirectional = "auto"
	BidirectionalConflict Bidirectional = "conflict"
)

// DiffWhat is where diffs are written.
type DiffWhat string

const (
	DiffNone      DiffWhat = "none"
	DiffConflicts DiffWhat = "conflicts"
	DiffUpdates   DiffWhat = "updates" // conflicts too
)

// Executable says which files are executable where only one side has modes.
type Executable struct {
	// Overrides are patterns as in .gitignore; the last match wins.
	Overrides []ExecutableOverride `json:"overrides"`
	// Extensions, with or without their dot, add to the built-in table.
	Extensions map[string]bool `json:"extensions"`
}

// ExecutableOverride is a pattern and what it says of the files it matches.
type ExecutableOverride struct {
	Pattern    string `json:"pattern"`
	Executable bool   `json:"executable"`
}

// Summary counts what a plan holds, for people.
type Summary struct {
	Local            Tally         `json:"local"`
	Remote           Tally         `json:"remote"`
	Conflicts        ConflictCount `json:"conflicts"`
	Problems         ProblemCount  `json:"problems"`
	Agreed           int           `json:"agreed"`
	Ignored          int           `json:"ignored"`
	TimeShiftSeconds Sides[int64]  `json:"time_shift_seconds"`
}

// Tally counts the operations that change one side.
type Tally struct {
	Create Count `json:"create"`
	Update Count `json:"update"`
	Delete Count `json:"delete"`
	Move   Count `json:"move"`
	Chmod  Count `json:"chmod"`
	Touch  Count `json:"touch"`
}

// Of is the count of the given action.
func (t *Tally) Of(action Action) *Count {
	switch action {
	case Create:
		return &t.Create
	case Update:
		return &t.Update
	case Delete:
		return &t.Delete
	case Move:
		return &t.Move
	case Chmod:
		return &t.Chmod
	}
	return &t.Touch
}

// Count is a number of operations, directories included, and the bytes of their files.
type Count struct {
	Count int   `json:"count"`
	Bytes int64 `json:"bytes"`
}

// ConflictCount counts conflicts.
type ConflictCount struct {
	Total      int `json:"total"`
	Unresolved int `json:"unresolved"`
}

// ProblemCount counts problems by severity.
type ProblemCount struct {
	Blocked int `json:"blocked"`
	Warning int `json:"warning"`
}

// Operation is one change to one side. There may be a million: the small fields lie together, and what few have lies
// apart.
type Operation struct {
	ID   int
	Side Side // the side that changes
	// copied tells that content comes from the other side's file of the same path. Rare has any other source.
	copied bool
	Action Action
	Reason Reason
	// Decision is a reviewer's to change.
	Decision Decision
	Path     tree.Path
	// Before and After may be one and the same of what changes neither time nor mode, so nobody writes to them.
	Before *tree.State // nil exactly for create
	After  *tree.State // nil exactly for delete
	// Rare is nil for most. Operations are copied, so nobody writes to it: see Amend.
	Rare *Rare
}

// Conflict is a path where treaty must not choose.
type Conflict struct {
	ID   int       `json:"id"`
	Kind Kind      `json:"kind"`
	Path tree.Path `json:"path"`
	// RemotePath is the other name, of renamed-differently only.
	RemotePath tree.Path   `json:"remote_path,omitempty"`
	Local      *tree.State `json:"local"`
	Remote     *tree.State `json:"remote"`
	Base       *tree.State `json:"base"`
	// Diff is nil unless both states are files; from local to remote.
	Diff *Diff `json:"diff"`
	// Merge is nil where there is none.
	Merge      *Merge     `json:"merge,omitempty"`
	Choices    Choices    `json:"choices"`
	KeepBothAs tree.Path  `json:"keep_both_as,omitempty"`
	Resolution Resolution `json:"resolution"`
	Note       string     `json:"note"`
	// counted is what CountSteps counted, nil before.
	counted *Sides[losses]
}

// State is the state on the given side, nil for nothing there.
func (c *Conflict) State(side Side) *tree.State {
	if side == Local {
		return c.Local
	}
	return c.Remote
}

// PathOn is the conflict's path on the given side.
func (c *Conflict) PathOn(side Side) tree.Path {
	if side == Remote && c.RemotePath != "" {
		return c.RemotePath
	}
	return c.Path
}

// SpelledBy is the side in whose spelling PathOn gives the conflict's path on the given side: that side's own
// where the two names differ, else local's where something is there, and remote's where not.
func (c *Conflict) SpelledBy(side Side) Side {
	if c.RemotePath != "" {
		return side
	}
	if c.Local == nil {
		return Remote
	}
	return Local
}

// Kind is what makes a conflict one.
type Kind string

const (
	BidirectionalUpdate      Kind = "bidirectional-update"
	BothChanged              Kind = "both-changed"
	BothCreated              Kind = "both-created"
	ChangedAndDeleted        Kind = "changed-and-deleted"
	TypeMismatch             Kind = "type-mismatch"
	SameTimeDifferentSize    Kind = "same-time-different-size"
	SameStatDifferentContent Kind = "same-stat-different-content"
	RenamedDifferently       Kind = "renamed-differently"
)

// Problem is something a person should know of. A blocked path gets no operation.
type Problem struct {
	Severity Severity `json:"severity"`
	Code     Code     `json:"code"`
	// Side is nil where the problem is of both, or of neither.
	Side *Side `json:"side"`
	// Path is nil where the problem is the whole tree's, or cannot be written.
	Path    *tree.Path `json:"path"`
	Message string     `json:"message"`
}

// Severity tells blocked paths from warnings.
type Severity string

const (
	Blocked Severity = "blocked"
	Warning Severity = "warning"
)

// Code is a problem's name.
type Code string

const (
	NameNotAllowed      Code = "name-not-allowed"
	NameCollision       Code = "name-collision"
	NameNotUTF8         Code = "name-not-utf8"
	TooLarge            Code = "too-large"
	PathTooLong         Code = "path-too-long"
	Unreadable          Code = "unreadable"
	SymlinkNotSupported Code = "symlink-not-supported"
	SpecialFile         Code = "special-file"
	ChangedWhileReading Code = "changed-while-reading"
	MountPoint          Code = "mount-point"
	ChangedSince        Code = "changed-since"
	TrashMissing        Code = "trash-missing"
	TimeShift           Code = "time-shift"
	ModeLost            Code = "mode-lost"
	ModeDiffers         Code = "mode-differs"
	MetadataLost        Code = "metadata-lost"
	SymlinkEscapes      Code = "symlink-escapes"
	KeptNotEmpty        Code = "kept-not-empty"
	BaselineMismatch    Code = "baseline-mismatch"
	ManyDeletes         Code = "many-deletes"
	ManyUpdates         Code = "many-updates"
	RepositoryInTree    Code = "repository-in-tree"
	NetworkMount        Code = "network-mount"
	ClocksDiffer        Code = "clocks-differ"
)

// Unfit tells whether a problem of this code is that its side cannot have such an entry, wherever that comes from.
func (c Code) Unfit() bool {
	return c == NameNotAllowed || c == PathTooLong || c == TooLarge || c == SymlinkNotSupported
}

// Diff is a unified diff as an array of lines, so that it can be read in the JSON itself.
type Diff = textdiff.Diff
