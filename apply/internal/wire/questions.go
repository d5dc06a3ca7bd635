package wire

import (
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// The questions, each with what its calls are given.
type (
	// Plain is given nothing.
	Plain struct{ Head }

	OpenAsk struct {
		Head
		// Root is that of the tree, as an address has it.
		Root string `json:"root,omitempty"`
		// Looks are looked at when it is opened.
		Looks []Look `json:"looks,omitempty"`
	}

	TogetherAsk struct {
		Head
		// First is how many of the calls come first: where one of these comes to an error, none behind it is tried.
		First int `json:"first,omitempty"`
	}

	WalkAsk struct {
		Head
		// Hash is of a listing that is known, zero for none.
		Hash    tree.Hash `json:"hash,omitzero"`
		Walking *Walking  `json:"walking,omitempty"`
	}
	ListAsk struct {
		Head
		Path    Inner    `json:"path,omitempty"`
		Walking *Walking `json:"walking,omitempty"`
	}
	HashAsk struct {
		Head
		Granularity int64 `json:"granularity,omitempty"`
	}
	TextAsk struct {
		Head
		Path  Inner     `json:"path,omitempty"`
		Mtime tree.Time `json:"mtime,omitzero"`
		Size  int64     `json:"size,omitempty"`
		// Most is how many bytes are wanted at most.
		Most        int64 `json:"most,omitempty"`
		Granularity int64 `json:"granularity,omitempty"`
	}
	TraitsAsk struct {
		Head
		Declared tree.Profile `json:"declared,omitempty"`
		Recorded *Traits      `json:"recorded,omitempty"`
	}
	GoneAsk struct {
		Head
		Holder *volume.Holder `json:"holder,omitempty"`
	}

	// PathAsk is about what has a path in the tree, and NameAsk about what has a name: one in treaty's own folder, or of
	// what lies at a place.
	PathAsk struct {
		Head
		Path Inner `json:"path,omitempty"`
	}
	NameAsk struct {
		Head
		Name Inner `json:"name,omitempty"`
	}
	FileAsk struct {
		Head
		Name Inner `json:"name,omitempty"`
		// Most is how many bytes are wanted at most.
		Most int64 `json:"most,omitempty"`
	}
	PartAsk struct {
		Head
		Name Inner `json:"name,omitempty"`
		// From is the first byte that is wanted.
		From int64 `json:"from,omitempty"`
	}
	LogAsk struct {
		Head
		// Log is the number of the open log.
		Log int `json:"log,omitempty"`
	}
	AppendAsk struct {
		Head
		Log  int  `json:"log,omitempty"`
		Sync bool `json:"sync,omitempty"`
	}
	BarrierAsk struct {
		Head
		Stageds []*Staged `json:"stageds,omitempty"`
		Granted
	}

	ChangeAsk struct {
		Head
		// Name is that of the run.
		Name    Inner    `json:"name,omitempty"`
		Options *Options `json:"options,omitempty"`
	}
	ShiftedAsk struct {
		Head
		// Shift is by how much times are off, in nanoseconds.
		Shift int64 `json:"shift,omitempty"`
	}
	HoldsAsk struct {
		Head
		Name   Inner  `json:"name,omitempty"`
		Before *State `json:"before,omitempty"`
	}
	ChangedAsk struct {
		Head
		Place  Inner  `json:"place,omitempty"`
		Before *State `json:"before,omitempty"`
	}
	PlannedAsk struct {
		Head
		Path   Inner  `json:"path,omitempty"`
		Before *State `json:"before,omitempty"`
	}
	OweAsk struct {
		Head
		Loans []Loan `json:"loans,omitempty"`
	}
	DecidedAsk struct {
		Head
		Path Inner     `json:"path,omitempty"`
		Mode tree.Mode `json:"mode,omitempty"`
	}
)

// The questions of changes.
type (
	// AllAsk is about all that there is of it, and RunAsk about all of a run.
	AllAsk struct {
		Head
		Granted
	}
	RunAsk struct {
		Head
		Name Inner `json:"name,omitempty"`
		Granted
	}

	StageAsk struct {
		Head
		Mode  tree.Mode `json:"mode,omitempty"`
		Mtime tree.Time `json:"mtime,omitzero"`
		Size  int64     `json:"size,omitempty"`
		Hash  tree.Hash `json:"hash,omitzero"`
		Granted
	}
	LinkAsk struct {
		Head
		// Target is where the link leads, which may be anywhere.
		Target Text `json:"name,omitempty"`
		Granted
	}
	CopyAsk struct {
		Head
		Path   Inner  `json:"path,omitempty"`
		Before *State `json:"before,omitempty"`
		After  *State `json:"after,omitempty"`
		Granted
	}
	DiscardAsk struct {
		Head
		Staged *Staged `json:"staged,omitempty"`
		Granted
	}

	CreateAsk struct {
		Head
		Path   Inner   `json:"path,omitempty"`
		Staged *Staged `json:"staged,omitempty"`
		Granted
	}
	ReplaceAsk struct {
		Head
		Path   Inner   `json:"path,omitempty"`
		Place  Inner   `json:"place,omitempty"`
		Before *State  `json:"before,omitempty"`
		Staged *Staged `json:"staged,omitempty"`
		Granted
	}
	ReplaceAsAsk struct {
		Head
		Path Inner `json:"path,omitempty"`
		// To is the other spelling.
		To     Inner   `json:"to,omitempty"`
		Place  Inner   `json:"place,omitempty"`
		Before *State  `json:"before,omitempty"`
		Staged *Staged `json:"staged,omitempty"`
		Granted
	}
	MoveAsk struct {
		Head
		Path   Inner  `json:"path,omitempty"`
		To     Inner  `json:"to,omitempty"`
		Place  Inner  `json:"place,omitempty"`
		Before *State `json:"before,omitempty"`
		Granted
	}
	TrashAsk struct {
		Head
		Path   Inner  `json:"path,omitempty"`
		Place  Inner  `json:"place,omitempty"`
		Before *State `json:"before,omitempty"`
		Granted
	}
	MkdirAsk struct {
		Head
		Path Inner     `json:"path,omitempty"`
		Mode tree.Mode `json:"mode,omitempty"`
		// Existing tells that one that is there is fine.
		Existing bool `json:"existing,omitempty"`
		Granted
	}
	RmdirAsk struct {
		Head
		Path Inner `json:"path,omitempty"`
		Granted
	}
	ChmodAsk struct {
		Head
		Path   Inner     `json:"path,omitempty"`
		Before *State    `json:"before,omitempty"`
		Mode   tree.Mode `json:"mode,omitempty"`
		Granted
	}
	TouchAsk struct {
		Head
		Path   Inner     `json:"path,omitempty"`
		Before *State    `json:"before,omitempty"`
		Mtime  tree.Time `json:"mtime,omitzero"`
		Granted
	}
	PlaceAsk struct {
		Head
		Path  Inner `json:"path,omitempty"`
		Place Inner `json:"place,omitempty"`
		Granted
	}

	ContentAsk struct {
		Head
		Path   Inner  `json:"path,omitempty"`
		Before *State `json:"before,omitempty"`
		Granted
	}
	RestoreAsk struct {
		Head
		Place  Inner   `json:"place,omitempty"`
		Staged *Staged `json:"staged,omitempty"`
		Granted
	}
	QuarantineAsk struct {
		Head
		Name  Inner  `json:"name,omitempty"`
		Path  Inner  `json:"path,omitempty"`
		Found *Entry `json:"found,omitempty"`
		Granted
	}
)
