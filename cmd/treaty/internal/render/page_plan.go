package render

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"path"
	"strings"

	"treaty/plan"
	"treaty/plan/tree"
)

// mostText is how many bytes a plan's text has, at most, that a page carries.
const mostText = 32 << 20

// pagePlan is what the page's script needs so that a person can decide there.
type pagePlan struct {
	// Why is why it cannot, "" where it can.
	Why string `json:"-"`
	// File is what the plan's file is called.
	File string `json:"file"`
	// Plan is the text that treaty writes of the plan, and Known what depends on what, as JSON; both packed.
	Plan  string `json:"plan"`
	Known string `json:"known"`
}

// planOf is nothing where there is nothing to decide.
func (page *Page) planOf(p *plan.Plan) (pagePlan, error) {
	switch {
	case p.Empty():
		return pagePlan{}, nil
	case page.Applied != nil:
		return pagePlan{Why: "This plan was applied: there is nothing left to settle."}, nil
	case !p.Known():
		return pagePlan{Why: "This page cannot settle the plan, which is of a newer version than it knows."}, nil
	}
	counted := *p
	counted.Summarize()
	var text bytes.Buffer
	if err := counted.Write(&text); err != nil {
		return pagePlan{}, err
	}
	if text.Len() > mostText {
		return pagePlan{Why: "This page cannot settle the plan, which has " + Bytes(int64(text.Len())) +
			", where a page carries " +
			Bytes(mostText) + ": treaty review can."}, nil
	}
	known, err := json.Marshal(knownOf(&counted, page.There))
	if err != nil {
		return pagePlan{}, err
	}
	s := pagePlan{File: path.Base(strings.ReplaceAll(page.File, `\`, "/"))}
	if page.File == "" {
		s.File = p.ID + ".plan.json"
	}
	if s.Plan, err = packed(text.Bytes()); err == nil {
		s.Known, err = packed(known)
	}
	return s, err
}

// packed is a text compressed, in letters.
func packed(text []byte) (string, error) {
	var out strings.Builder
	letters := base64.NewEncoder(base64.StdEncoding, &out)
	squeezed := gzip.NewWriter(letters)
	for _, step := range []func() error{
		func() error { _, err := squeezed.Write(text); return err }, squeezed.Close, letters.Close,
	} {
		if err := step(); err != nil {
			return "", err
		}
	}
	return out.String(), nil
}

// known is a plan.Dependence as the script reads it, with the words for each reason, in the order of its own names.
type known struct {
	Whys       []plan.Why      `json:"whys"`
	Operations []knownDeed     `json:"operations"`
	Orphans    []int           `json:"orphans"`
	Conflicts  []knownConflict `json:"conflicts"`
	Blocked    []tree.Path     `json:"blocked"`
	Units      [][]int         `json:"units"`
}

type knownConflict struct {
	At       [2]tree.Path                     `json:"at"`
	Outcomes map[plan.Resolution]knownOutcome `json:"outcomes"`
}

type knownOutcome struct {
	Deeds []knownDeed     `json:"deeds"`
	Stays [2]plan.Spelled `json:"stays"`
}

// knownDeed is side, before, after, whether it moves, and the paths from and to; then both as they are paired.
type knownDeed [8]any

func knownOf(p *plan.Plan, there func(plan.Side, tree.Path) bool) known {
	d := plan.DependenceOf(p, there)
	k := known{Whys: []plan.Why{plan.SaysSo, plan.NotCreated, plan.NotThere, plan.NotEmpty, plan.NotVacated, plan.GivenUp,
		plan.NotWhole},
		Operations: knownDeeds(d.Operations), Orphans: d.Orphans, Units: d.Units}
	for i := range d.Conflicts {
		c := &d.Conflicts[i]
		out := knownConflict{At: [2]tree.Path{c.At[plan.Local].Pair, c.At[plan.Remote].Pair},
			Outcomes: map[plan.Resolution]knownOutcome{}}
		for r, o := range c.Outcomes {
			out.Outcomes[r] = knownOutcome{knownDeeds(o.Deeds), o.Stays}
		}
		k.Conflicts = append(k.Conflicts, out)
	}
	for _, s := range d.Blocked {
		k.Blocked = append(k.Blocked, s.Pair)
	}
	return k
}

func knownDeeds(deeds []plan.Deed) []knownDeed {
	out := make([]knownDeed, len(deeds))
	for i := range deeds {
		d := &deeds[i]
		moves := 0
		if d.Moves {
			moves = 1
		}
		out[i] = knownDeed{int(d.Side), kindOf(d.Before), kindOf(d.After), moves,
			d.From.Key, d.To.Key, d.From.Pair, d.To.Pair}
	}
	return out
}

// kindOf is 0 for nothing, 1 for a directory and 2 for all else.
func kindOf(t tree.Type) int {
	switch t {
	case tree.Absent:
		return 0
	case tree.Directory:
		return 1
	}
	return 2
}
