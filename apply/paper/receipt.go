package paper

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"time"

	"treaty/plan"
	"treaty/plan/jsontext"
	"treaty/plan/tree"
	"treaty/schema"
)

// Receipt records what an apply did.
type Receipt struct {
	Format        string  `json:"format"`
	FormatVersion string  `json:"format_version"`
	Plan          PlanRef `json:"plan"`
	// ApprovalSHA256 is nil where a plan with nothing to do went without an approval.
	ApprovalSHA256 *tree.Hash `json:"approval_sha256"`
	// Previous is the hash of the previous receipt file, nil for the first.
	Previous         *tree.Hash         `json:"previous"`
	StartedAt        time.Time          `json:"started_at"`
	FinishedAt       time.Time          `json:"finished_at"`
	By               plan.Author        `json:"by"`
	Outcome          Outcome            `json:"outcome"`
	Results          []Result           `json:"results"`
	Totals           Totals             `json:"totals"`
	TimeShiftSeconds plan.Sides[int64]  `json:"time_shift_seconds"`
	Durability       plan.Sides[string] `json:"durability"`

	// made makes the results, nil where Results has them.
	made iter.Seq[Result]
}

// NewReceipt is a receipt of nothing yet.
func NewReceipt(of PlanRef, by plan.Author, startedAt time.Time, shift plan.Sides[int64]) *Receipt {
	return &Receipt{Format: "treaty.receipt", FormatVersion: plan.FormatVersion, Plan: of, By: by, StartedAt: startedAt,
		TimeShiftSeconds: shift}
}

// Outcome is what became of a plan, or of one of its operations.
type Outcome string

const (
	// Of a plan: nothing of it drifted or failed, or something did.
	Complete Outcome = "complete"
	Partial  Outcome = "partial"

	// Of an operation: it was done; left out, as the plan says or for what it depends on; not done, since the tree was
	// not as planned; or not done for another reason. All but the first have an Error.
	Done    Outcome = "done"
	Skipped Outcome = "skipped"
	Drifted Outcome = "drifted"
	Failed  Outcome = "failed"
)

// NotReached is the error of a result that an interrupt came before.
const NotReached = "not reached before the interrupt"

// Result is what became of one operation, or of one step that settled a conflict.
type Result struct {
	// Operation or Conflict is its id in the plan, 0 for the other one.
	Operation int `json:"operation,omitempty"`
	Conflict  int `json:"conflict,omitempty"`
	// Side and Action are nil for a conflict of which nothing came.
	Side    *plan.Side   `json:"side"`
	Action  *plan.Action `json:"action"`
	Path    tree.Path    `json:"path"`
	Outcome Outcome      `json:"outcome"`
	// SHA256 is of the content written, or moved aside.
	SHA256 tree.Hash `json:"sha256,omitzero"`
	// Trash is where what was at the path is now, relative to the side's root.
	Trash string `json:"trash,omitempty"`
	// Error says in words why it was not done, "" where it was.
	Error string `json:"error,omitempty"`
}

// Totals counts results, and the bytes written.
type Totals struct {
	Done    int   `json:"done"`
	Skipped int   `json:"skipped"`
	Drifted int   `json:"drifted"`
	Failed  int   `json:"failed"`
	Bytes   int64 `json:"bytes"`
}

// MadeOf lets the results be made one by one, each time they are asked for, instead of being held: there may be a
// million.
func (r *Receipt) MadeOf(results iter.Seq[Result]) { r.Results, r.made = nil, results }

// Hold makes Results of what was made one by one so far, if anything was.
func (r *Receipt) Hold() {
	if r.made == nil {
		return
	}
	totals := r.Totals
	r.Results = make([]Result, 0, totals.Done+totals.Skipped+totals.Drifted+totals.Failed)
	for result := range r.made {
		r.Results = append(r.Results, result)
	}
	r.made = nil
}

// All are the results, held or made. None is to be written to, or kept.
func (r *Receipt) All() iter.Seq[*Result] {
	return func(yield func(*Result) bool) {
		for i := range r.Results {
			if !yield(&r.Results[i]) {
				return
			}
		}
		if r.made == nil {
			return
		}
		var at Result
		for at = range r.made {
			if !yield(&at) {
				return
			}
		}
	}
}

// Unreached is how many of the results that failed an interrupt came before.
func (r *Receipt) Unreached() (n int) {
	if r.Totals.Failed == 0 {
		return 0
	}
	for result := range r.All() {
		if result.Error == NotReached {
			n++
		}
	}
	return n
}

// Sums are the totals in words, those of operations that were not done included where they are none: what was not
// reached counts apart.
func (r *Receipt) Sums() string {
	t, unreached := r.Totals, r.Unreached()
	words := fmt.Sprintf("%d done, %d skipped, %d drifted, %d failed", t.Done, t.Skipped, t.Drifted, t.Failed-unreached)
	if unreached > 0 {
		words += fmt.Sprintf(", %d not reached", unreached)
	}
	return words
}

// Count sums up the results; all but the bytes follow from them.
func (r *Receipt) Count() {
	bytes := r.Totals.Bytes
	r.Totals = Totals{Bytes: bytes}
	for result := range r.All() {
		switch result.Outcome {
		case Done:
			r.Totals.Done++
		case Skipped:
			r.Totals.Skipped++
		case Drifted:
			r.Totals.Drifted++
		case Failed:
			r.Totals.Failed++
		}
	}
	r.Outcome = Complete
	if r.Totals.Drifted+r.Totals.Failed > 0 {
		r.Outcome = Partial
	}
}

// Text is the receipt as its file holds it, valid by its schema.
func (r *Receipt) Text() ([]byte, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err := r.Write(&text)
	return text.Bytes(), err
}

// Write writes the receipt as its file holds it. Results go in pieces, so that of a large one the text is never held.
func (r *Receipt) Write(to io.Writer) error { return r.write(to, jsontext.Inside(1)) }

// write writes results by a writer inside of the receipt.
func (r *Receipt) write(to io.Writer, results *jsontext.Writer) error {
	envelope := *r
	envelope.Results = []Result{}
	text, err := plan.Indented(&envelope)
	if err != nil {
		return err
	}
	// A line of that form is no part of any string.
	before, after, _ := bytes.Cut(text, []byte(",\n  \"results\": []"))
	if _, err := to.Write(before); err != nil {
		return err
	}
	results.Name("results")
	results.Open('[')
	written := 0
	for result := range r.All() {
		result.writeJSON(results)
		if written++; written%pieceSize > 0 {
			continue
		}
		if _, err := to.Write(results.Bytes()); err != nil {
			return err
		}
		results.Reset()
	}
	results.Close(']')
	if _, err := to.Write(results.Bytes()); err != nil {
		return err
	}
	results.Reset()
	_, err = to.Write(after)
	return err
}

// pieceSize is of how many results the text is held at a time.
const pieceSize = 1 << 10

// Validate is nil for a receipt that is valid by its schema, which says nothing of two results at a time.
func (r *Receipt) Validate() error {
	var text bytes.Buffer
	writer := jsontext.Inside(1)
	prove := func(piece Receipt) error {
		text.Reset()
		if err := piece.write(&text, writer); err != nil {
			return err
		}
		_, err := valid(schema.Receipt, text.Bytes())
		return err
	}
	piece := *r
	piece.Results, piece.made = make([]Result, 0, min(len(r.Results), pieceSize)), nil
	for result := range r.All() {
		if piece.Results = append(piece.Results, *result); len(piece.Results) < pieceSize {
			continue
		}
		if err := prove(piece); err != nil {
			return err
		}
		piece.Results = piece.Results[:0]
	}
	return prove(piece)
}

func (r *Result) writeJSON(w *jsontext.Writer) {
	w.Open('{')
	if r.Operation != 0 {
		w.Name("operation")
		w.Int(int64(r.Operation))
	}
	if r.Conflict != 0 {
		w.Name("conflict")
		w.Int(int64(r.Conflict))
	}
	w.Name("side")
	if r.Side == nil {
		w.Null()
	} else {
		w.String(r.Side.String())
	}
	w.Name("action")
	if r.Action == nil {
		w.Null()
	} else {
		w.String(r.Action.String())
	}
	w.Member("path", string(r.Path))
	w.Member("outcome", string(r.Outcome))
	if r.SHA256.Known() {
		w.Name("sha256")
		w.Hex(r.SHA256[:])
	}
	if r.Trash != "" {
		w.Member("trash", r.Trash)
	}
	if r.Error != "" {
		w.Member("error", r.Error)
	}
	w.Close('}')
}

// ReadReceipt reads a receipt file. The error is of type schema.Errors where it is none.
func ReadReceipt(data []byte) (*Receipt, error) {
	if err := schema.Validate(schema.Receipt, data); err != nil {
		return nil, err
	}
	r := &Receipt{}
	if err := json.Unmarshal(schema.InDigits(data), r); err != nil {
		return nil, fmt.Errorf("receipt: %w", err)
	}
	return r, nil
}
