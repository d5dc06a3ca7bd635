package plan

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"treaty/plan/internal/ignore"
	"treaty/plan/internal/textdiff"
	"treaty/plan/tree"
)

// mostMerged is how many bytes the lines of all merges of a plan may have.
const mostMerged = 64 << 20

// mergeable tells whether there may be a merge of a conflict: of texts that changed on both sides, whose last common
// version is known by its content.
func (c *Conflict) mergeable() bool {
	return c.Kind == BothChanged && c.Base.Of() == tree.File && c.Base.SHA256.Known() &&
		c.Local.Of() == tree.File && c.Local.SHA256.Known() && c.Remote.Of() == tree.File && c.Remote.SHA256.Known()
}

// keepMerges leaves out the merges for which a plan has no room, in the order of paths, and offers those that are.
func keepMerges(p *Plan) {
	var bytes int64
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		switch {
		case c.Merge == nil:
			continue
		case bytes+c.Merge.size() > mostMerged:
			c.Merge = nil
			continue
		}
		bytes += c.Merge.size()
		c.offerMerge()
	}
	if usesMerges(p) && p.Options.Merge == nil {
		p.Options.Merge = &MergeOptions{Keep: DefaultKeep}
	}
}

// offerMerge makes the merge a choice, if nothing is open in it.
func (c *Conflict) offerMerge() {
	if lacksMerge(c) == "" {
		c.Choices[TakeMerged] = ""
		c.reword()
	}
}

// Unmerged says why conflicts of one plan have no merge. What is asked of the plan as a whole is asked once: its merges
// may not change meanwhile.
type Unmerged struct {
	plan      *Plan
	sensitive ignore.List
	// full tells that there is no room for another merge of any size.
	full func() bool
}

// UnmergedIn is of a plan.
func UnmergedIn(p *Plan) *Unmerged {
	full := func() bool { return mergedBytes(p)+textdiff.MaxBytes > mostMerged }
	return &Unmerged{p, ignore.Sensitive(p.Options.Sensitive), sync.OnceValue(full)}
}

// Why says in words why there is no merge of a conflict that might have one, as far as the plan tells; "" where there
// is one, and of conflicts of other kinds than two changed files.
func (u *Unmerged) Why(c *Conflict) string {
	p := u.plan
	switch {
	case c.Merge != nil || c.Kind != BothChanged || c.Local.Of() != tree.File || c.Remote.Of() != tree.File:
		return ""
	case p.Options.Diffs == DiffNone:
		return "the plan has no diffs"
	case isSensitive(u.sensitive, c):
		return "sensitive"
	case c.Diff != nil && c.Diff.Omitted == textdiff.OmittedNotHere:
		return "a text is not here"
	case c.Diff != nil && c.Diff.Omitted != "":
		return string(c.Diff.Omitted)
	case p.Options.Keep() == 0:
		return "no base, since none are kept"
	case c.Base.Of() != tree.File || !c.Base.SHA256.Known():
		return "no base, since nobody knows what both last agreed on"
	case u.full():
		return "too large, beside the other merges of the plan"
	}
	return "no base, since the text that both last agreed on is not kept"
}

func isSensitive(patterns ignore.List, c *Conflict) bool {
	return patterns.Match(string(c.Path), false) || patterns.Match(string(c.PathOn(Remote)), false)
}

// mergedBytes are those of the lines of all merges.
func mergedBytes(p *Plan) (bytes int64) {
	for i := range p.Conflicts {
		if m := p.Conflicts[i].Merge; m != nil {
			bytes += m.size()
		}
	}
	return bytes
}

// MergedText is the text of the merge of the conflict with an id, nil where there is none.
func MergedText(p *Plan, conflict int) []byte {
	for i := range p.Conflicts {
		if c := &p.Conflicts[i]; c.ID == conflict && c.Merge != nil {
			return c.Merge.Text()
		}
	}
	return nil
}

// Keeping is which texts are kept, so that what both sides change can be merged: those of which a diff would be shown.
type Keeping struct {
	sensitive ignore.List
	patterns  []string
}

// Keeping is which texts are kept, nil where none are.
func (o *Options) Keeping() *Keeping {
	if o.Keep() == 0 {
		return nil
	}
	return &Keeping{ignore.Sensitive(o.Sensitive), o.Sensitive}
}

// keepingRule counts the rules by which patterns say what is kept.
const keepingRule = 2

// Sum tells it from any that keeps others.
func (k *Keeping) Sum() tree.Hash {
	all := []byte{keepingRule}
	for _, pattern := range k.patterns {
		all = append(append(all, pattern...), 0)
	}
	return sha256.Sum256(all)
}

// Keeps tells whether the text at a path, of so many bytes, is kept.
func (k *Keeping) Keeps(path tree.Path, bytes int64) bool {
	return !textdiff.TooLarge(bytes) && !k.sensitive.Match(string(path), false)
}

// In is Keeps for what lies right in a directory, by its name.
func (k *Keeping) In(dir tree.Path) func(name string, bytes int64) bool {
	sensitive := k.sensitive.In(string(dir))
	return func(name string, bytes int64) bool { return !textdiff.TooLarge(bytes) && !sensitive.Match(name) }
}

// IsText tells whether a content is a text of which a diff is shown.
func (k *Keeping) IsText(content []byte) bool { return textdiff.Omits(content) == "" }

// NewestFirst orders kept texts by their times on record, and then by their hashes: where there is no room for all, the
// last go.
func NewestFirst(xTime tree.Time, x tree.Hash, yTime tree.Time, y tree.Hash) int {
	switch {
	case yTime.Before(xTime):
		return -1
	case xTime.Before(yTime):
		return 1
	}
	return bytes.Compare(x[:], y[:])
}

// MostText is how many bytes a text has at most that is kept.
const MostText = textdiff.MaxBytes

// MergedFrom is the diff from the version of a side, whose text is given, to the merge of a conflict that has one.
func (c *Conflict) MergedFrom(side Side, text []byte) *Diff {
	diff := textdiff.Unified(version{side, c.PathOn(side), nil}.name(), "merged/"+string(c.PathOn(side)), text,
		c.Merge.Text())
	return &diff
}

// MergeAs makes a text the merge of the conflict with an id that has one, with nothing open, and settles it so; what a
// copy of that conflict shares with it stays as it is. Where there is none it changes nothing and returns an error that
// wraps ErrNoSuch, for a text that no plan may have one that wraps ErrNoText, and where that is only for the merge's
// markers, ErrMarkerLeft too.
func MergeAs(p *Plan, conflict int, text []byte) error {
	at := slices.IndexFunc(p.Conflicts, func(c Conflict) bool { return c.ID == conflict && c.Merge != nil })
	if at < 0 {
		return fmt.Errorf("the merge of conflict %d: %w", conflict, ErrNoSuch)
	}
	c := &p.Conflicts[at]
	made := *c.Merge
	if err := made.take(text); err != nil {
		return err
	}
	if mergedBytes(p)-c.Merge.size()+made.size() > mostMerged {
		return fmt.Errorf("%w: the merges of the plan would be too large together", ErrNoText)
	}
	c.Merge, c.Resolution = &made, TakeMerged
	c.Choices = maps.Clone(c.Choices)
	c.Choices[TakeMerged] = ""
	c.reword()
	p.Summarize()
	return nil
}

// ErrNoText: what was to become a merge is no text that a plan may have.
var ErrNoText = errors.New("no text for a plan")

// ErrMarkerLeft is ErrNoText of a text in which a marker of the merge is left.
var ErrMarkerLeft = fmt.Errorf("%w", ErrNoText)

// take makes a text that of the merge, if it is one, and none of the merge's markers is left in it.
func (m *Merge) take(text []byte) error {
	if why := textdiff.Omits(text); why != "" {
		return fmt.Errorf("%w: it is %s", ErrNoText, noText[why])
	}
	lines, markers := strings.Split(string(text), "\n"), textdiff.MarkersIn(m.Lines, m.Open)
	for i, line := range lines {
		if slices.Contains(markers, strings.TrimSuffix(line, "\r")) {
			return fmt.Errorf("%w: the marker %s is left in line %d", ErrMarkerLeft, line, i+1)
		}
	}
	m.FinalNewline = len(lines) > 1 && lines[len(lines)-1] == ""
	if m.FinalNewline || len(text) == 0 {
		lines = lines[:len(lines)-1]
	}
	m.Lines, m.Open, m.SHA256 = lines, 0, sha256.Sum256(text)
	return nil
}

// noText is why a text cannot be in a plan, in words.
var noText = map[textdiff.Omitted]string{textdiff.OmittedBinary: "binary: there is a NUL in it",
	textdiff.OmittedNotUTF8: "not UTF-8", textdiff.OmittedTooLarge: "over 1 MiB or 10,000 lines"}

// MarkerLeft is the number of the first line of a merge with nothing open that looks as if an open region began there,
// of treaty's or of another program's, and ended further on: a person who edited the plan may not have seen it. It is 0
// where there is none.
func (m *Merge) MarkerLeft() int {
	if m.Open > 0 {
		return 0
	}
	return textdiff.MarkerLeft(m.Lines)
}
