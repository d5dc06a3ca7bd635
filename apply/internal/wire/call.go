package wire

import (
	"path"
	"unicode/utf8"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// The calls, by what they do. Each is one method of a volume, or of what changes it, whole.
const (
	Open  = "open"
	Close = "close"
	// Together is several calls, each followed by what is uploaded for it, answered in their order.
	Together = "together"

	Walk     = "walk"
	List     = "list"
	Hash     = "hash"
	ReadText = "text"
	Traits_  = "traits"
	Rescued  = "rescued"
	Self     = "self"
	Gone     = "gone"
	Kin      = "kin"
	Present  = "present"

	EntryAt   = "entry"
	Content   = "content"
	Directory = "directory"
	Names     = "names"

	PrivateNames = "private-names"
	PrivateEntry = "private-entry"
	PrivateFile  = "private-file"
	PrivatePart  = "private-part"

	WritePrivate  = "write-private"
	ClaimPrivate  = "claim-private"
	RemovePrivate = "remove-private"
	DropPrivate   = "drop-private"
	RemoveEmpty   = "remove-empty"
	CreatePrivate = "create-private"
	OpenLog       = "open-log"
	AppendLog     = "append-log"
	CloseLog      = "close-log"
	SetAside      = "set-aside"
	Barrier       = "barrier"
	TrashRuns     = "trash-runs"
	Trashed       = "trashed"
	ClearTrash    = "clear-trash"

	Probe  = "probe"
	Change = "change"

	Shifted    = "shifted"
	Durability = "durability"
	SpaceLeft  = "space"
	MayChange  = "may-change"
	At         = "at"
	Holds      = "holds"
	Spelled    = "spelled"
	Waiting    = "waiting"
	ReadBack   = "read-back"
	Changed    = "changed"

	Stage      = "stage"
	StageLink  = "stage-link"
	StageCopy  = "stage-copy"
	Discard    = "discard"
	ClearStage = "clear-stage"

	Place     = "place"
	Create    = "create"
	Replace   = "replace"
	ReplaceAs = "replace-as"
	Move      = "move"
	Park      = "park"
	Trash     = "trash"
	Mkdir     = "mkdir"
	Rmdir     = "rmdir"
	Chmod     = "chmod"
	Touch     = "touch"
	Surface   = "surface"
	Single    = "single"

	Planned     = "planned"
	Preserve    = "preserve"
	ClearCopies = "clear-copies"
	Restore     = "restore"
	Quarantine  = "quarantine"

	Owe      = "owe"
	Decided  = "decided"
	GiveBack = "give-back"
)

// Ask is a call with what it is given, each where the method has such a parameter.
type Ask struct {
	Call string `json:"call"`
	// Tree is the number of the open tree, and Run that of what changes it, 0 where the tree itself is asked.
	Tree int `json:"tree,omitempty"`
	Run  int `json:"run,omitempty"`
	// Log is the number of the open log.
	Log int `json:"log,omitempty"`

	// Root is that of a tree to be opened, as an address has it.
	Root string `json:"root,omitempty"`
	// Name is of a file or a folder of treaty's own, of what lies at a place, or of a run.
	Name Text `json:"name,omitempty"`
	Path Text `json:"path,omitempty"`
	// To is another path, or another spelling.
	To     Text    `json:"to,omitempty"`
	Place  Text    `json:"place,omitempty"`
	Before *State  `json:"before,omitempty"`
	After  *State  `json:"after,omitempty"`
	Staged *Staged `json:"staged,omitempty"`
	Found  *Entry  `json:"found,omitempty"`

	Mode  tree.Mode `json:"mode,omitempty"`
	Mtime tree.Time `json:"mtime,omitzero"`
	Size  int64     `json:"size,omitempty"`
	Hash  tree.Hash `json:"hash,omitzero"`
	// Most is how many bytes are wanted at most, and From the first of them.
	Most int64 `json:"most,omitempty"`
	From int64 `json:"from,omitempty"`
	// Granularity is what times are cut to, in nanoseconds, and Shift by how much they are off.
	Granularity int64 `json:"granularity,omitempty"`
	Shift       int64 `json:"shift,omitempty"`
	// Existing is fine, or Sync is asked for.
	Existing bool `json:"existing,omitempty"`
	Sync     bool `json:"sync,omitempty"`

	Declared tree.Profile   `json:"declared,omitempty"`
	Recorded *Traits        `json:"recorded,omitempty"`
	Walking  *Walking       `json:"walking,omitempty"`
	Options  *Options       `json:"options,omitempty"`
	Holder   *volume.Holder `json:"holder,omitempty"`
	Stageds  []*Staged      `json:"stageds,omitempty"`
	// Loans are owed, and Granted those that were written down.
	Loans   []Loan `json:"loans,omitempty"`
	Granted []Loan `json:"granted,omitempty"`
	// Looks are looked at when a tree is opened.
	Looks []Look `json:"looks,omitempty"`
}

// Opened is what is told of a tree when it is opened.
type Opened struct {
	Tree int `json:"tree"`
	// Root is its path there, as an address has it.
	Root string `json:"root"`
	Host string `json:"host"`
	// LosesRenames is that of the tree.
	LosesRenames bool `json:"loses_renames,omitempty"`
	// Now is what the clock there says.
	Now tree.Time `json:"now"`
}

// Begun is what is told of what changes a tree.
type Begun struct {
	Run          int   `json:"run"`
	Granularity  int64 `json:"granularity"`
	Exchanges    bool  `json:"exchanges,omitempty"`
	LosesRenames bool  `json:"loses_renames,omitempty"`
}

// Answer is what a call came to, each where the method returns such.
type Answer struct {
	// Fault is the error, nil for none.
	Fault *Fault `json:"fault,omitempty"`
	// Stopped is why what changes the tree takes no further change, nil as long as it does.
	Stopped *Fault `json:"stopped,omitempty"`

	Opened *Opened        `json:"opened,omitempty"`
	Begun  *Begun         `json:"begun,omitempty"`
	Entry  *Entry         `json:"entry,omitempty"`
	Staged *Staged        `json:"staged,omitempty"`
	Result *Result        `json:"result,omitempty"`
	Traits *Traits        `json:"traits,omitempty"`
	Probed *Able          `json:"probed,omitempty"`
	Space  *Space         `json:"space,omitempty"`
	Kin    *scan.Kin      `json:"kin,omitempty"`
	Hash   tree.Hash      `json:"hash,omitzero"`
	Holder *volume.Holder `json:"holder,omitempty"`

	Name  Text      `json:"name,omitempty"`
	Yes   bool      `json:"yes,omitempty"`
	Log   int       `json:"log,omitempty"`
	Size  int64     `json:"size,omitempty"`
	Mtime tree.Time `json:"mtime,omitzero"`
	Loans []Loan    `json:"loans,omitempty"`
	Idle  []Idle    `json:"idle,omitempty"`
	// Looked is what was seen at each of the Looks, nil where that takes a call of its own.
	Looked []*Looked `json:"looked,omitempty"`
}

// Space is a volume.Space.
type Space struct {
	Free  int64 `json:"free"`
	Total int64 `json:"total"`
	Block int64 `json:"block"`

	Inodes     int64 `json:"inodes,omitempty"`
	FreeInodes int64 `json:"free_inodes,omitempty"`
}

// Checked is what was put on its way. Errors wrap ErrBroken where no volume has so much.
func (s *Space) Checked() (volume.Space, error) {
	if s.Free < 0 || s.Total < 0 || s.Block < 0 || s.Inodes < 0 || s.FreeInodes < 0 {
		return volume.Space{}, broken("less than no space")
	}
	return volume.Space(*s), nil
}

// Idle is a scan.IdlePattern.
type Idle struct {
	File Text   `json:"file"`
	Line int    `json:"line"`
	Why  string `json:"why"`
}

// IdleOf puts patterns on their way.
func IdleOf(patterns []scan.IdlePattern) (list []Idle) {
	for _, p := range patterns {
		list = append(list, Idle{Text(p.File), p.Line, p.Why})
	}
	return list
}

// IdlePatterns are what was put on its way, at most as many as a walk has. What is none is left out: it is for the eyes
// of people alone.
func IdlePatterns(list []Idle) (patterns []scan.IdlePattern) {
	const most = 64
	for _, i := range list[:min(len(list), most)] {
		if path.IsAbs(string(i.File)) || !utf8.ValidString(string(i.File)) {
			continue
		}
		patterns = append(patterns, scan.IdlePattern{File: tree.Path(i.File), Line: i.Line, Why: i.Why})
	}
	return patterns
}

// CheckedPath is a path that the other end has chosen. Errors wrap ErrBroken where it is none in a tree.
func CheckedPath(p Text) (tree.Path, error) {
	parsed, err := tree.ParsePath(string(p))
	if err != nil {
		return "", broken("%v", err)
	}
	return parsed, nil
}

// CheckedPlace is a place in treaty's own folder that the other end has chosen, "" for none. Errors wrap ErrBroken
// where it is elsewhere.
func CheckedPlace(name Text) (string, error) {
	if name == "" {
		return "", nil
	}
	return string(name), privatePlace(string(name))
}

// CheckedHolder is who holds a lock, as the other end says. Errors wrap ErrBroken where nobody is called so.
func CheckedHolder(h *volume.Holder) (volume.Holder, error) {
	if h == nil || h.PID <= 0 || len(h.Host)+len(h.Boot)+len(h.Started) > 3*maxName || h.At.IsZero() {
		return volume.Holder{}, broken("a holder of a lock that nobody is")
	}
	return *h, nil
}

// Broken is an error of an answer that has not what it has to have.
func Broken(what string) error { return broken("an answer without %s", what) }

// LoansOf puts loans on their way.
func LoansOf(loans []volume.Loan) (list []Loan) {
	for _, l := range loans {
		list = append(list, Loan{Text(l.Path), l.Mode})
	}
	return list
}

// Loans are what was put on its way.
func Loans(list []Loan) (loans []volume.Loan) {
	for _, l := range list {
		loans = append(loans, volume.Loan{Path: tree.Path(l.Path), Mode: l.Mode})
	}
	return loans
}
