package wire

import (
	"path"
	"unicode/utf8"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// The answers, each with what its calls come to.
type (
	// Done is that of calls that are answered by an error alone, and by data.
	Done struct{ Outcome }

	OpenAnswer struct {
		Outcome
		Opened *Opened `json:"opened,omitempty"`
		// Looked is what was seen at each of the looks, nil where that takes a call of its own.
		Looked []*Looked `json:"looked,omitempty"`
	}
	ChangeAnswer struct {
		Outcome
		Begun *Begun `json:"begun,omitempty"`
	}
	WalkAnswer struct {
		Outcome
		// Yes tells that the listing is the one that is known.
		Yes   bool   `json:"yes,omitempty"`
		Idle  []Idle `json:"idle,omitempty"`
		Trees []Text `json:"trees,omitempty"`
	}
	EntryAnswer struct {
		Outcome
		Entry *Entry `json:"entry,omitempty"`
	}
	ReadAnswer struct {
		Outcome
		Entry *Entry    `json:"entry,omitempty"`
		Hash  tree.Hash `json:"hash,omitzero"`
	}
	StagedAnswer struct {
		Outcome
		Staged *Staged `json:"staged,omitempty"`
	}
	ResultAnswer struct {
		Outcome
		Result *Result `json:"result,omitempty"`
	}
	TraitsAnswer struct {
		Outcome
		Traits *Traits `json:"traits,omitempty"`
	}
	AbleAnswer struct {
		Outcome
		Probed *Able `json:"probed,omitempty"`
	}
	SpaceAnswer struct {
		Outcome
		Space *Space `json:"space,omitempty"`
	}
	KinAnswer struct {
		Outcome
		Kin *scan.Kin `json:"kin,omitempty"`
	}
	HolderAnswer struct {
		Outcome
		Holder *volume.Holder `json:"holder,omitempty"`
	}
	NameAnswer struct {
		Outcome
		Name Text `json:"name,omitempty"`
	}
	YesAnswer struct {
		Outcome
		Yes bool `json:"yes,omitempty"`
	}
	LogAnswer struct {
		Outcome
		Log int `json:"log,omitempty"`
	}
	// StampAnswer comes before the data of a file and after it.
	StampAnswer struct {
		Outcome
		Size  int64     `json:"size,omitempty"`
		Mtime tree.Time `json:"mtime,omitzero"`
	}
	LoansAnswer struct {
		Outcome
		Loans []Loan `json:"loans,omitempty"`
	}
)

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

// TreesOf puts directories that are trees of their own on their way.
func TreesOf(dirs []tree.Path) (list []Text) {
	for _, dir := range dirs {
		list = append(list, Text(dir))
	}
	return list
}

// Trees are what was put on its way, at most as many as a walk has. What is no path in a tree is left out: whoever asks
// for it finds no tree.
func Trees(list []Text) (dirs []tree.Path) {
	const most = 128
	for _, text := range list[:min(len(list), most)] {
		if dir, err := tree.ParsePath(string(text)); err == nil && dir != tree.Root {
			dirs = append(dirs, dir)
		}
	}
	return dirs
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

// LoanOf puts a loan on its way.
func LoanOf(l volume.Loan) Loan { return Loan{Inner(l.Path), l.Mode} }

// LoansOf puts loans on their way.
func LoansOf(loans []volume.Loan) (list []Loan) {
	for _, l := range loans {
		list = append(list, LoanOf(l))
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
