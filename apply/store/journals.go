package store

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"

	"treaty/apply/internal/journal"
	"treaty/apply/paper"
	"treaty/apply/refusal"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// journalFolder holds the journals of plans that are being carried out. A journal is open as long as its
// log is there: on LOCAL, with copies of the plan and its approval, it has everything; on the other side
// it has what is done there, so that a stick can be settled without the machine that it was last in.
const (
	journalFolder = "journal"
	logSuffix     = ".log"
	// approvalSuffix is also how approvals beside plans end.
	approvalSuffix = ".approval.json"
)

func journalName(id, suffix string) string { return journalFolder + "/" + id + suffix }

// journals tells what is open in a tree.
type journals struct{ *identity }

// OpenJournals are the ids of the plans whose journals are open, sorted.
func (s *journals) OpenJournals() ([]string, error) {
	names, err := s.names(journalFolder)
	var ids []string
	for _, name := range names {
		if id, found := strings.CutSuffix(name, logSuffix); found {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, err
}

// Settled refuses with ErrOpen where an apply was interrupted.
func (s *journals) Settled() error {
	ids, err := s.OpenJournals()
	if err != nil || len(ids) == 0 {
		return err
	}
	return s.Interrupted(ids[0])
}

// Interrupted refuses with ErrOpen, as long as the apply of the plan with this id is not settled here.
func (s *journals) Interrupted(id string) error {
	refusal := refusal.Because(refusal.CauseInterrupted, "%s: an apply of plan %s was interrupted here",
		s.Root(), id).At(s.Root())
	refusal.Plan = id
	return refusal
}

// Journal reads the journal of a plan, nil where there is none.
func (s *journals) Journal(id string) (*journal.Journal, error) {
	data, err := s.read(journalName(id, logSuffix))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, s.unfit(journalName(id, logSuffix), err)
	}
	return journal.Read(data), nil
}

// OpenLog opens the journal of a plan to be written on, and makes it if there is none.
func (s *writer) OpenLog(id string) (volume.Log, error) {
	return s.files.OpenLog(journalName(id, logSuffix))
}

// CloseJournal removes the journal of a plan, durably: it is closed.
func (s *writer) CloseJournal(id string) error {
	return s.files.RemovePrivate(journalName(id, logSuffix))
}

// Beside is what lies beside a journal: copies, so that it can be settled without what was applied.
type Beside string

const (
	// ItsPlan and ItsApproval are the exact files that are carried out.
	ItsPlan     Beside = planSuffix
	ItsApproval Beside = approvalSuffix
	// ItsReceipt is of what is done so far, for people.
	ItsReceipt Beside = ".receipt.json"
)

// Keep keeps an exact copy beside the journal of a plan.
func (s *writer) Keep(id string, what Beside, text Content) error {
	return s.put(journalName(id, string(what)), text)
}

// KeepReceipt keeps a receipt beside the journal of its plan.
func (s *writer) KeepReceipt(id string, r *paper.Receipt) error {
	if err := r.Validate(); err != nil {
		return err
	}
	return s.put(journalName(id, string(ItsReceipt)), r.Write)
}

// OpenKept opens what was kept beside the journal of a plan to be read.
func (s *writer) OpenKept(id string, what Beside) (io.ReadCloser, error) {
	f, _, err := s.files.OpenPrivate(journalName(id, string(what)))
	return f, err
}

// OtherRoot is where the other tree of an open plan is: as the copy of the plan beside the journal names it, or, in the
// tree that was REMOTE and has no copy, where the tree's own file says that the journal's other tree was on this
// machine. It is "" where nothing is open, or nobody knows.
func (s *journals) OtherRoot() string {
	ids, err := s.OpenJournals()
	if err != nil {
		return ""
	}
	for _, id := range ids {
		if text, err := s.Kept(id, ItsPlan); err == nil {
			if roots, err := peekRoots(text); err == nil {
				return roots[plan.Remote]
			}
		}
		if root := s.otherOf(id); root != "" {
			return root
		}
	}
	return ""
}

// otherOf is where the other tree of a journal was, on the host of this one, when the two were last synced, "" if
// never.
func (s *journals) otherOf(id string) string {
	log, err := s.Journal(id)
	if err != nil || log == nil || log.Header == nil {
		return ""
	}
	mine, err := s.Identity()
	if err != nil || mine == nil {
		return ""
	}
	other := mine.Partners[log.Header.Trees[log.Header.Side.Other()]]
	if other.Host != s.Host() {
		return ""
	}
	return other.Root
}

// Kept is what was kept beside the journal of a plan. Errors are fs.ErrNotExist where it was not.
func (s *journals) Kept(id string, what Beside) ([]byte, error) {
	return s.read(journalName(id, string(what)))
}

// RemoveKept removes what lies beside a journal that is closed.
func (s *writer) RemoveKept(id string) error {
	for _, what := range []Beside{ItsPlan, ItsApproval, ItsReceipt} {
		name := journalName(id, string(what))
		if kind, err := s.kind(name); err != nil || kind == tree.Absent {
			continue
		}
		if err := s.files.RemovePrivate(name); err != nil {
			return err
		}
	}
	return nil
}

// ignoreFile keeps treaty's folder out of the repository that a tree may be.
const ignoreFile = ".gitignore"

// Hide writes the ignore file where there is none.
func (s *writer) Hide() error {
	kind, err := s.kind(ignoreFile)
	if err != nil || kind != tree.Absent {
		return err
	}
	return s.files.WritePrivate(ignoreFile, []byte("*\n"))
}
