// Package journal is the write-ahead record of an apply: what is about to be done to a path, written
// before it is done, and what became of it.
//
// A journal is text, a record a line: the CRC-32C of the JSON that follows in eight hex digits, a space,
// and the JSON. A line that is torn, or that a power cut left as zeros, was never relied upon, because
// nothing is done before the line that announces it is durable; so it is left out, and is no error.
package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"slices"
	"time"

	"treaty/plan"
	"treaty/plan/tree"
)

// Header is the first record. It is written before anything is done.
type Header struct {
	Plan   string    `json:"plan"`
	SHA256 tree.Hash `json:"sha256"`
	// Trees are the ids of both trees; a first apply gives them out, and they must outlive a crash.
	Trees plan.Sides[string] `json:"trees"`
	Side  plan.Side          `json:"side"` // whose journal this is
	// Traits are what both volumes were planned with: by these states are compared.
	Traits    plan.Sides[tree.Traits] `json:"traits"`
	StartedAt time.Time               `json:"started_at"`
	By        plan.Author             `json:"by"`
}

// Steps is what resolutions came to, and what is not carried out because of something else: neither is
// ever derived again. The plan's own operations come first, in its order.
type Steps struct {
	Resolving []Resolving    `json:"settling"`
	Skipped   map[int]string `json:"skipped"` // by the index of the step
	// Sources are the times of files that steps copy, as their own volume told them, where the plan has neither
	// these nor a hash; by the index of the step.
	Sources map[int]tree.Time `json:"sources,omitempty"`
	// Spelled are the present paths of files that steps update under another spelling; by the index of the step.
	Spelled map[int]tree.Path `json:"spelled,omitempty"`
}

// Resolving is a step that a resolved conflict comes to.
type Resolving struct {
	Conflict  int             `json:"conflict"`
	Operation *plan.Operation `json:"operation"`
}

// Kind is what one change does.
type Kind string

const (
	Create  Kind = "create"  // Staged gets Path
	Replace Kind = "replace" // Staged gets Path, and what was there, or at From, goes to Place
	Trash   Kind = "trash"   // Path goes to Place
	Move    Kind = "move"    // From gets Path; it may wait in Place
	Mkdir   Kind = "mkdir"
	Revive  Kind = "revive" // Mkdir of a directory that no step names
	Rmdir   Kind = "rmdir"
	Chmod   Kind = "chmod"
	Touch   Kind = "touch"
)

// Intent is one change that is about to be made. Names in the stage and the trash are relative to the
// root of the side.
type Intent struct {
	Step   int         `json:"step"` // its index
	Kind   Kind        `json:"kind"`
	Side   plan.Side   `json:"side"`
	Path   tree.Path   `json:"path"`
	From   tree.Path   `json:"from,omitempty"`
	Staged string      `json:"staged,omitempty"`
	Place  string      `json:"place,omitempty"`
	Before *tree.State `json:"before,omitempty"`
	After  *tree.State `json:"after,omitempty"`
}

// Copy tells where, out of reach of a volume that may lose what is renamed, the content is that a step
// displaces there. It is durable before anything on that volume is renamed.
type Copy struct {
	Step  int         `json:"step"`
	Side  plan.Side   `json:"side"` // whose content it is
	Path  tree.Path   `json:"path"` // where it was there
	State *tree.State `json:"state"`
	// Name is where the copy is, relative to the root of the other side: in the trash, or a file of the
	// user's that holds the same.
	Name string `json:"name"`
}

// Loan tells that a directory is made workable for the while, and which mode it is owed; or, returned, that
// it has that, or that nothing is owed any more.
type Loan struct {
	Side     plan.Side `json:"side"`
	Path     tree.Path `json:"path"`
	Mode     tree.Mode `json:"mode"`
	Returned bool      `json:"returned,omitempty"`
}

// Undone is the outcome of a step whose intents were rolled back to what was there before.
const Undone = "undone"

// Done is what became of a step; its intents before this record are closed.
type Done struct {
	Step    int         `json:"step"`
	Side    plan.Side   `json:"side"`
	Outcome string      `json:"outcome"`
	SHA256  tree.Hash   `json:"sha256,omitzero"`
	Trash   string      `json:"trash,omitempty"`
	Error   string      `json:"error,omitempty"`
	After   *tree.State `json:"after,omitempty"` // as read back from the disk
}

// Record is one line: exactly one of its members is set.
type Record struct {
	Header *Header `json:"header,omitempty"`
	Steps  *Steps  `json:"steps,omitempty"`
	Copy   *Copy   `json:"copy,omitempty"`
	Intent *Intent `json:"intent,omitempty"`
	Done   *Done   `json:"done,omitempty"`
	Loan   *Loan   `json:"loan,omitempty"`
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Journal is what was read of one.
type Journal struct {
	Header *Header // nil where the first line was never made durable: nothing was done then
	Steps  *Steps
	// Done is the last that was said of a step.
	Done map[int]*Done
	// Open are the intents of steps that nothing was said of since, in their order.
	Open []Intent
	// Closed are the intents of steps that were done, in their order.
	Closed []Intent
	// Copies are those of the content that steps displace.
	Copies map[int]Copy
	// Loans are those that were not returned, in the order in which they were made.
	Loans []Loan
	// Torn: the file ends in the middle of a line.
	Torn bool
}

// ClosedOf are the closed intents of some steps, in their order.
func (j *Journal) ClosedOf(steps map[int]bool) []Intent {
	return slices.DeleteFunc(slices.Clone(j.Closed), func(in Intent) bool { return !steps[in.Step] })
}

// Read reads a journal. Whatever it is given, it makes the best of it.
func Read(data []byte) *Journal {
	j := &Journal{Done: map[int]*Done{}, Copies: map[int]Copy{}, Torn: len(data) > 0 && data[len(data)-1] != '\n'}
	var intents []Intent
	var fate []string          // of each intent, "" as long as it is open
	pending := map[int][]int{} // the open intents of a step
	for line := range bytes.SplitSeq(data, []byte("\n")) {
		record, ok := decode(line)
		switch {
		case !ok:
		case record.Header != nil && j.Header == nil:
			j.Header = record.Header
		case record.Steps != nil && j.Steps == nil:
			j.Steps = record.Steps
		case record.Copy != nil:
			j.Copies[record.Copy.Step] = *record.Copy
		case record.Intent != nil:
			pending[record.Intent.Step] = append(pending[record.Intent.Step], len(intents))
			intents, fate = append(intents, *record.Intent), append(fate, "")
		case record.Loan != nil:
			j.lend(*record.Loan)
		case record.Done != nil:
			step := record.Done.Step
			j.Done[step] = record.Done
			for _, n := range pending[step] {
				fate[n] = record.Done.Outcome
			}
			delete(pending, step)
		}
	}
	for n := range intents {
		switch fate[n] {
		case "":
			j.Open = append(j.Open, intents[n])
		case Undone:
		default:
			j.Closed = append(j.Closed, intents[n])
		}
	}
	return j
}

func (j *Journal) lend(loan Loan) {
	same := func(other Loan) bool { return other.Side == loan.Side && other.Path == loan.Path }
	j.Loans = slices.DeleteFunc(j.Loans, same)
	if !loan.Returned {
		j.Loans = append(j.Loans, loan)
	}
}

func decode(line []byte) (Record, bool) {
	var sum uint32
	var record Record
	if len(line) < 10 || line[8] != ' ' {
		return record, false
	}
	text := line[9:]
	if _, err := fmt.Sscanf(string(line[:8]), "%08x", &sum); err != nil || fmt.Sprintf("%08x", sum) != string(line[:8]) ||
		sum != crc32.Checksum(text, castagnoli) {
		return record, false
	}
	if err := json.Unmarshal(text, &record); err != nil || !record.sound() {
		return record, false
	}
	return record, true
}

// sound tells whether a record says one thing, and names only what a step can name.
func (r *Record) sound() bool {
	said := 0
	for _, set := range []bool{r.Header != nil, r.Steps != nil, r.Copy != nil, r.Intent != nil,
		r.Done != nil, r.Loan != nil} {
		if set {
			said++
		}
	}
	switch {
	case said != 1:
		return false
	case r.Copy != nil:
		c := r.Copy
		return c.Step >= 0 && c.Path != tree.Root && c.State.Of() == tree.File && c.State.SHA256.Known() && c.Name != ""
	case r.Intent != nil:
		return r.Intent.sound()
	case r.Loan != nil:
		return r.Loan.Mode.Known()
	case r.Done != nil:
		return r.Done.Step >= 0 && r.Done.Outcome != ""
	case r.Steps != nil:
		for _, s := range r.Steps.Resolving {
			if s.Operation == nil {
				return false
			}
		}
	}
	return true
}

func (i *Intent) sound() bool {
	if i.Step < 0 || i.Path == tree.Root {
		return false
	}
	switch i.Kind {
	case Create:
		return i.After != nil && i.Staged != ""
	case Replace:
		return i.Before != nil && i.After != nil && i.Staged != "" && i.Place != ""
	case Trash:
		return i.Before != nil && i.Place != ""
	case Move:
		return i.Before != nil && i.From != "" && i.Place != ""
	case Mkdir, Revive:
		return i.After != nil
	case Rmdir:
		return i.Before != nil
	case Chmod, Touch:
		return i.Before != nil && i.After != nil
	}
	return false
}
