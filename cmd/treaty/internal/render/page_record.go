package render

import "time"

// Signoff is somebody's approval, and what is known of its signature.
type Signoff struct {
	By, Host, Note string
	At             time.Time
	// Signed tells that there is a signature. Signer is who made it, by the allowed signers; Wrong is why it does not
	// hold. Where both are "", nobody says whose signatures do.
	Signed        bool
	Signer, Wrong string
}

// approvals are what the page tells of them.
type approvals struct {
	Void bool
	// Broken is why there are none to be read, "" where they are.
	Broken string
	List   []signoffRow
}

// signoffRow is an approval in words, escaped.
type signoffRow struct {
	By, At, Note, State string
	Tone                tone
}

// signed is nil where nobody has approved.
func (page *Page) signed() *approvals {
	if len(page.Approvals) == 0 && page.NoApproval == "" {
		return nil
	}
	a := &approvals{Void: page.Void, Broken: Escape(page.NoApproval)}
	for i := range page.Approvals {
		s := &page.Approvals[i]
		row := signoffRow{By: Escape(s.By) + " on " + Escape(s.Host), At: page.Time(s.At), Note: Escape(s.Note)}
		row.State, row.Tone = s.state()
		a.List = append(a.List, row)
	}
	return a
}

// state says of the signature what is known.
func (s *Signoff) state() (string, tone) {
	switch {
	case !s.Signed:
		return "not signed", dim
	case s.Wrong != "":
		return "the signature does not hold: " + Escape(s.Wrong), removed
	case s.Signer != "":
		return "signed by " + Escape(s.Signer), added
	}
	return "signed, not checked: no config names allowed signers", warned
}

// receipt is what the page tells of an apply.
type receipt struct {
	Head   string
	Totals []span
	Rows   []resultRow
}

// resultRow is what became of an operation that is not simply done, in words, escaped.
type resultRow struct {
	ID                     int
	What, Name, State, Why string
	Tone                   tone
}

// receipt is nil as long as the plan was not applied.
func (page *Page) receipt() *receipt {
	a := page.Applied
	if a == nil {
		return nil
	}
	r := &receipt{Totals: a.totals()}
	r.Head = "number " + id(a.Number)[1:] + ", " + Escape(a.Outcome) + ", " + page.Time(a.At) + " by " + Escape(a.By)
	for i := range page.Results {
		result := &page.Results[i]
		if result.Outcome == "done" {
			continue
		}
		r.Rows = append(r.Rows, resultRow{result.ID, page.what(result), Name(result.Path), Escape(result.Outcome),
			Escape(result.Error), outcomeTone(result.Outcome)})
	}
	return r
}
