package store

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"

	"treaty/apply/paper"
	"treaty/apply/refusal"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/schema"
)

// history tells what was applied, with the tree as LOCAL.
type history struct{ *journals }

// head is the last entry of the chain of receipts, the zero value where there is none.
func (s *history) head() (Head, error) {
	last, err := s.headAt(headName)
	if err != nil || last.Number == 0 {
		if next, err := s.headAt(replacement(headName)); err == nil && next.Number > 0 {
			return next, nil
		}
	}
	return last, err
}

const headName = historyFolder + "/head.json"

func (s *history) headAt(name string) (Head, error) {
	data, err := s.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return Head{}, nil
	}
	if err != nil {
		return Head{}, s.unfit(name, err)
	}
	if err := schema.Validate(schema.Head, data); err != nil {
		return Head{}, refusal.Because(refusal.CauseHistory, "%s is not what treaty wrote: %v",
			s.Path(name), err).At(s.Root())
	}
	var h headFile
	return h.Head, json.Unmarshal(schema.InDigits(data), &h)
}

// End is the last entry of the chain by head.json. One that is not what treaty wrote counts as none: the apply goes on,
// and what the trees remember tells of the damage.
func (s *history) End() (Head, error) {
	last, err := s.head()
	if notOurs(err) {
		return Head{}, nil
	}
	return last, err
}

// Content writes what a file is to hold.
type Content func(to io.Writer) error

// Exactly is the content that has just these bytes.
func Exactly(text []byte) Content {
	return func(to io.Writer) error {
		_, err := to.Write(text)
		return err
	}
}

// Same is the content that what open opens has, if it has that hash.
func Same(open func() (io.ReadCloser, error), sum tree.Hash) Content {
	return func(to io.Writer) error {
		f, err := open()
		if err != nil {
			return err
		}
		defer f.Close()
		if is, err := copyHashed(to, f); err != nil {
			return err
		} else if is != sum {
			return refusal.Because(refusal.CauseUnapproved, "the plan was edited after it was read to be applied")
		}
		return nil
	}
}

// copyHashed copies a file, and returns the hash of what it had: while one piece is hashed, the next is copied.
func copyHashed(to io.Writer, from io.Reader) (sum tree.Hash, err error) {
	h := sha256.New()
	full, free := make(chan []byte, pieces), make(chan []byte, pieces)
	for range pieces {
		free <- make([]byte, putAtOnce)
	}
	hashed := make(chan struct{})
	go func() {
		defer close(hashed)
		for piece := range full {
			h.Write(piece)
			free <- piece[:cap(piece)]
		}
	}()
	for ended := false; err == nil && !ended; {
		piece := <-free
		n, failed := from.Read(piece)
		_, err = to.Write(piece[:n])
		if ended = failed == io.EOF; !ended {
			err = cmp.Or(err, failed)
		}
		full <- piece[:n]
	}
	close(full)
	<-hashed
	h.Sum(sum[:0])
	return sum, err
}

// pieces is how many pieces of a file are in hand while it is copied.
const pieces = 3

// Archive keeps files, exact copies of plan and approval among them, with the receipt, as the link of the chain after
// last. The receipt, which is proven valid while the files are written, comes last, so that a folder without one was
// not finished; nothing else is pending when it gets its name, nor is it when the chain goes on to it.
func (s *Store) Archive(planID string, r *paper.Receipt, files map[string]Content, last Head) (Head, error) {
	number, err := s.number(planID, last)
	if err != nil {
		return Head{}, err
	}
	if last.SHA256.Known() {
		r.Previous = &last.SHA256
	}
	folder := fmt.Sprintf("%s/%d-%s", historyFolder, number, planID)
	proven := make(chan error, 1)
	go func() { proven <- r.Validate() }()
	err = s.putEach(folder, files)
	if err = cmp.Or(<-proven, err); err != nil {
		return Head{}, err
	}
	if err := s.Durable(); err != nil {
		return Head{}, err
	}
	sum := sha256.New()
	err = s.put(folder+"/receipt.json", func(to io.Writer) error { return r.Write(io.MultiWriter(to, sum)) })
	if err != nil {
		return Head{}, err
	}
	if err := s.Durable(); err != nil {
		return Head{}, err
	}
	next := Head{Number: number, SHA256: tree.Hash(sum.Sum(nil))}
	return next, s.writeHead(next)
}

// putEach puts files into a folder, in the order of their names.
func (s *Store) putEach(folder string, files map[string]Content) error {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := s.put(folder+"/"+name, files[name]); err != nil {
			return err
		}
	}
	return nil
}

// number is what a plan is in the history after last.
func (s *history) number(planID string, last Head) (int, error) {
	list, err := s.History()
	if err != nil || len(list) == 0 {
		return last.Number + 1, err
	}
	newest := list[len(list)-1]
	if newest.PlanID == planID {
		return newest.Number, nil // begun, and not finished
	}
	// A folder that was not finished, or one beyond a head that was set back, is never written over.
	return max(last.Number, newest.Number) + 1, nil
}

// Concluded is the entry of the chain for a plan whose receipt is archived already, which then is read into
// r; nil where it is not, or was not for good before a power cut. The chain's end, which comes after the
// receipt, is written again.
func (s *Store) Concluded(planID string, r *paper.Receipt) (*Head, error) {
	a, err := s.Applied(planID)
	if err != nil || a == nil {
		return nil, err
	}
	archived, text, err := s.Receipt(*a)
	var invalid schema.Errors
	if errors.Is(err, fs.ErrNotExist) || Foreign(err) || errors.As(err, &invalid) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	*r = *archived
	head := &Head{Number: a.Number, SHA256: sha256.Sum256(text)}
	return head, s.writeHead(*head)
}

func (s *Store) writeHead(head Head) error {
	text, err := paper.Document(schema.Head,
		headFile{Format: "treaty.head", FormatVersion: plan.FormatVersion, Head: head})
	if err != nil {
		return err
	}
	return s.replace(headName, text)
}

// Durable makes durable all that was renamed so far, where a rename alone is not.
func (s *writer) Durable() error {
	if !s.files.LosesRenames() {
		return nil
	}
	return s.files.Barrier()
}

// Receipt is the receipt of an archived plan, with its exact text.
func (s *history) Receipt(a Archived) (*paper.Receipt, []byte, error) {
	text, err := s.File(a, "receipt.json")
	if err != nil {
		return nil, nil, err
	}
	r, err := paper.ReadReceipt(text)
	return r, text, err
}

// UndoneBy is the applied plan that undid another one whole, and is not undone itself; nil where there is none.
func (s *history) UndoneBy(undone Archived) (*Archived, error) {
	list, err := s.History()
	if err != nil {
		return nil, err
	}
	for i := range list {
		by := &list[i]
		if by.Number <= undone.Number {
			continue
		}
		p, err := s.Plan(*by)
		if err != nil {
			continue // log --verify tells of it; what it undid is not known any more
		}
		of, err := s.Undoes(p)
		if err != nil {
			return nil, err
		}
		if of != undone.PlanID {
			continue
		}
		if whole, err := s.whole(*by); err != nil {
			return nil, err
		} else if !whole {
			continue
		}
		if again, err := s.UndoneBy(*by); err != nil || again == nil {
			return by, err
		}
	}
	return nil, nil
}

// whole tells whether an applied plan was carried out with nothing left out of it, and nothing blocked.
func (s *history) whole(a Archived) (bool, error) {
	r, _, err := s.Receipt(a)
	if err != nil {
		return false, err
	}
	p, err := s.Plan(a)
	if err != nil {
		return false, err
	}
	return r.Outcome == paper.Complete && r.Totals.Skipped == 0 && !p.Blocked(), nil
}

// Verify hashes the whole history again and returns, in order, what does not hold. heads are the last
// receipts that the trees remember, by a name for each; nil ones are left out, and so are those of another
// tree's history.
func (s *history) Verify(heads map[string]*Head) ([]string, error) {
	var broken []string
	fail := func(format string, args ...any) { broken = append(broken, fmt.Sprintf(format, args...)) }
	list, err := s.History()
	if err != nil {
		return nil, err
	}
	var previous *tree.Hash
	sums := map[int]tree.Hash{}
	before := 0
	for _, a := range list {
		switch missing := a.Number - before - 1; {
		case missing == 1:
			fail("history: number %d is missing", before+1)
		case missing > 1:
			fail("history: numbers %d to %d are missing", before+1, a.Number-1)
		}
		chained := before > 0 && a.Number == before+1
		if before = a.Number; !chained {
			previous = nil
		}
		sum, ok := s.verifyOne(a, previous, chained, fail)
		if !ok {
			previous = nil
			continue
		}
		previous = &sum
		sums[a.Number] = sum
	}
	last, err := s.head()
	switch {
	case err != nil:
		fail("history/head.json: %v", err)
	case len(list) == 0 && last.Number > 0:
		fail("history: head.json names number %d, and nothing is there", last.Number)
	case len(list) > 0:
		if end := list[len(list)-1]; last.Number != end.Number || sums[end.Number] != last.SHA256 {
			fail("history/head.json: it names number %d with another receipt than number %d has", last.Number, end.Number)
		}
	}
	mine, err := s.Identity()
	if err != nil {
		fail("tree.json: %v", err)
	}
	for _, name := range slices.Sorted(maps.Keys(heads)) {
		if h := heads[name]; h != nil && mine != nil && h.History != "" && h.History != mine.ID {
			continue
		} else if h != nil && sums[h.Number] != h.SHA256 {
			fail("%s: it remembers receipt %d (%s), and the history has another one or none", name, h.Number, h.SHA256)
		}
	}
	return broken, nil
}

// verifyOne checks one archived plan and returns its receipt's hash.
func (s *history) verifyOne(a Archived, previous *tree.Hash, chained bool,
	fail func(string, ...any)) (tree.Hash, bool) {
	receipt, text, err := s.Receipt(a)
	if err != nil {
		fail("%s/receipt.json: %v", a.folder, withoutPath(err))
		return tree.Hash{}, false
	}
	sum := tree.Hash(sha256.Sum256(text))
	if receipt.Plan.ID != a.PlanID {
		fail("%s/receipt.json: it is of plan %s", a.folder, receipt.Plan.ID)
	}
	planText, err := s.File(a, "plan.json")
	if err != nil {
		fail("%s/plan.json: %v", a.folder, withoutPath(err))
	} else if sha256.Sum256(planText) != receipt.Plan.SHA256 {
		fail("%s/plan.json: its hash is not the one in the receipt", a.folder)
	}
	approval, err := s.File(a, "approval.json")
	switch {
	case receipt.ApprovalSHA256 == nil && errors.Is(err, fs.ErrNotExist):
	case receipt.ApprovalSHA256 == nil:
		fail("%s/approval.json: the receipt knows of no approval", a.folder)
	case err != nil:
		fail("%s/approval.json: %v", a.folder, withoutPath(err))
	case sha256.Sum256(approval) != *receipt.ApprovalSHA256:
		fail("%s/approval.json: its hash is not the one in the receipt", a.folder)
	}
	switch {
	case a.Number == 1 && receipt.Previous != nil:
		fail("%s/receipt.json: the first receipt names a previous one", a.folder)
	case chained && (receipt.Previous == nil || previous != nil && *receipt.Previous != *previous):
		fail("%s/receipt.json: the previous receipt it names is not the one before it", a.folder)
	}
	return sum, true
}

// withoutPath is an error about a file that is named beside it.
func withoutPath(err error) error {
	var about *tree.PathError
	if errors.As(err, &about) {
		return about.Err
	}
	return err
}

// Plan is an archived plan.
func (s *history) Plan(a Archived) (*plan.Plan, error) {
	text, err := s.File(a, "plan.json")
	if err != nil {
		return nil, err
	}
	return plan.Read(text)
}
