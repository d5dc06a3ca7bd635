package plan

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"treaty/plan/internal/textdiff"
	"treaty/plan/jsontext"
	"treaty/plan/tree"
)

// Merge is what becomes of a text that both sides changed, merged by the lines of the one that both last agreed on.
type Merge struct {
	BaseSHA256 tree.Hash `json:"base_sha256"`
	// Lines, joined with LF and, where FinalNewline says so, followed by a last one, are the text. In open regions they
	// have both versions and the base between markers.
	Lines        []string `json:"lines"`
	FinalNewline bool     `json:"final_newline"`
	// SHA256 is that of the text, zero as long as a region is open.
	SHA256 tree.Hash `json:"sha256"`
	// Regions are the places where a version differs from the base, and Open those of them that both sides changed in
	// different ways.
	Regions int `json:"regions"`
	Open    int `json:"open"`
}

// MergeOptions say how merges are made.
type MergeOptions struct {
	// Keep is how much room the texts may take that they are made by, such as "256MiB"; "0" keeps none.
	Keep string `json:"keep"`
}

// Text is the merged text.
func (m *Merge) Text() []byte { return textdiff.Joined(m.Lines, m.FinalNewline) }

// MergeOf is the merge of two versions of a base with this hash; nil where there is none, since a diff of one of these
// texts would be left out.
func MergeOf(base tree.Hash, texts [3][]byte) *Merge {
	made, why := textdiff.Merge3(texts[0], texts[1], texts[2])
	if why != "" {
		return nil
	}
	m := &Merge{BaseSHA256: base, Lines: made.Lines, FinalNewline: made.FinalNewline, Regions: made.Regions,
		Open: made.Open}
	if m.Lines == nil {
		m.Lines = []string{}
	}
	if m.Open == 0 {
		m.SHA256 = sha256.Sum256(m.Text())
	}
	return m
}

// size is how many bytes the lines have, each with its end.
func (m *Merge) size() (bytes int64) {
	for _, line := range m.Lines {
		bytes += int64(len(line)) + 1
	}
	return bytes
}

func (m *Merge) writeJSON(w *jsontext.Writer) {
	if m == nil {
		w.Null()
		return
	}
	w.Open('{')
	w.Member("base_sha256", m.BaseSHA256.String())
	w.Name("lines")
	w.Open('[')
	for _, line := range m.Lines {
		w.String(line)
	}
	w.Close(']')
	w.Name("final_newline")
	w.Bool(m.FinalNewline)
	w.Name("sha256")
	writeOptional(w, m.SHA256.String())
	w.Name("regions")
	w.Int(int64(m.Regions))
	w.Name("open")
	w.Int(int64(m.Open))
	w.Close('}')
}

// merge holds a conflict's merge to itself, and to the states.
func (c *checker) merge(k *Conflict, at element) {
	m := k.Merge
	if m == nil {
		return
	}
	for _, s := range []*tree.State{k.Local, k.Remote, k.Base} {
		if s.Of() != tree.File || !s.SHA256.Known() {
			c.fail(at.below("/merge"), "a merge is of three files with hashes: local, remote and base")
			return
		}
	}
	if m.BaseSHA256 != k.Base.SHA256 {
		c.fail(at.below("/merge/base_sha256"), "the base of the conflict has another hash")
	}
	c.mergedText(m, at)
	c.regions(k, at)
}

// regions holds the numbers of a merge's regions to the texts, as far as a plan tells of them: a base has a place to be
// changed in at each of its lines, and behind the last.
func (c *checker) regions(k *Conflict, at element) {
	switch m := k.Merge; {
	case int64(m.Regions) > k.Base.Size+1:
		c.fail(at.below("/merge/regions"), "a base of %d bytes has not so many places to be changed in", k.Base.Size)
	case m.Open > 0 && k.Resolution != TakeMerged && textdiff.MarkersIn(m.Lines, m.Open) == nil:
		c.fail(at.below("/merge/open"), "the lines have another number of open regions")
	}
}

// mergedText holds a merge's lines to its hash, and to what may be in a plan.
func (c *checker) mergedText(m *Merge, at element) {
	text := m.Text()
	switch why := textdiff.Omits(text); {
	case m.Open > m.Regions:
		c.fail(at.below("/merge/open"), "no more regions can be open than there are")
	case slices.ContainsFunc(m.Lines, func(line string) bool { return strings.Contains(line, "\n") }):
		c.fail(at.below("/merge/lines"), "a line has no line feed in it")
	case why != "":
		c.fail(at.below("/merge/lines"), "that is no text for a plan: %s", why)
	case m.Open > 0 && m.SHA256.Known():
		c.fail(at.below("/merge/sha256"), "as long as a region is open there is none")
	case m.Open == 0 && m.SHA256 != sha256.Sum256(text):
		c.fail(at.below("/merge/sha256"), "the lines have another hash")
	}
}

func lacksMerge(c *Conflict) string {
	switch m := c.Merge; {
	case m == nil:
		return "there is no merge of it"
	case m.Open > 0 && m.Regions == 1:
		return "the one changed region is open"
	case m.Open == 1:
		return fmt.Sprintf("1 of the %d changed regions is open", m.Regions)
	case m.Open > 0:
		return fmt.Sprintf("%d of the %d changed regions are open", m.Open, m.Regions)
	}
	return ""
}

func saysMerged(c *Conflict, in Words) string {
	if side, has := c.hasMerged(); has {
		return fmt.Sprintf("replace %s on %s by the merge, which %s has already; what is replaced goes to the trash there",
			describe(c.State(side.Other())), in.Names[side.Other()], in.Names[side])
	}
	return fmt.Sprintf("replace both by the merge of %d bytes, which has the changes of both; both versions go to the "+
		"trash, each on its side", len(c.Merge.Text()))
}

// hasMerged is the side whose version is the merged text already; false where none is.
func (c *Conflict) hasMerged() (Side, bool) {
	for _, side := range BothSides {
		if c.State(side).SHA256 == c.Merge.SHA256 {
			return side, true
		}
	}
	return 0, false
}

func doesMerged(c *Conflict) (deeds []deed, stays Sides[bool]) {
	if lacksMerge(c) != "" {
		return doesNothing(c)
	}
	has, any := c.hasMerged()
	for _, side := range BothSides {
		if any && side == has {
			stays[side] = true
			continue
		}
		deeds = append(deeds, deed{side: side, from: c.PathOn(side), to: c.PathOn(side), before: tree.File, after: tree.File})
	}
	return deeds, stays
}
