package plan_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"treaty/plan"
	"treaty/plan/internal/textdiff"
	"treaty/plan/tree"
)

// Every case of the tables holds as it stands, with the sides swapped, under both policies for updates
// that go both ways, and however much is hashed.
func TestTables(t *testing.T) {
	for _, c := range readTables(t) {
		t.Run(c.file+"/"+c.name, func(t *testing.T) {
			for _, bidirectional := range []plan.Bidirectional{plan.BidirectionalAuto, plan.BidirectionalConflict} {
				for _, hash := range []plan.HashWhat{plan.HashOperations, plan.HashConflicts, plan.HashAll} {
					if c.pins("bidirectional", string(bidirectional)) || c.pins("hash", string(hash)) {
						continue
					}
					if c.run(t, string(bidirectional), string(hash)); testing.Short() {
						return
					}
				}
			}
		})
	}
}

// pins tells whether the case says another value for an option.
func (c *tableCase) pins(key, value string) bool {
	for _, option := range c.options {
		if said, ok := strings.CutPrefix(option, key+"="); ok {
			return said != value
		}
	}
	return false
}

// wanted are the wants that say most about these options.
func (c *tableCase) wanted(bidirectional, hash string) []statement {
	best, most := []string(nil), -1
	for _, w := range c.wants {
		holds := func(when string) bool {
			return when == bidirectional || when == "hash="+hash
		}
		if len(w.when) > most && !slices.ContainsFunc(w.when, func(when string) bool { return !holds(when) }) {
			best, most = w.lines, len(w.when)
		}
	}
	var list []statement
	for _, line := range best {
		list = append(list, parseWant(line))
	}
	return list
}

func (c *tableCase) run(t *testing.T, bidirectional, hash string) {
	t.Helper()
	at := fmt.Sprintf("%s:%d (%s, hash=%s)", c.file, c.line, bidirectional, hash)
	if len(c.wants) == 0 {
		t.Fatalf("%s: no wants", at)
	}
	w, err := c.world("bidirectional="+bidirectional, "hash="+hash)
	if err != nil {
		t.Fatalf("%s: %v", at, err)
	}
	p, err := w.compare()
	if err != nil {
		t.Fatalf("%s: %v", at, err)
	}
	if diff := differ(c.wanted(bidirectional, hash), statements(p)); diff != "" {
		t.Errorf("%s:\n%s", at, diff)
	}
	if c.agreed >= 0 && p.Summary.Agreed != c.agreed {
		t.Errorf("%s: agreed on %d, want %d", at, p.Summary.Agreed, c.agreed)
	}
	if c.ignored >= 0 && p.Summary.Ignored != c.ignored {
		t.Errorf("%s: %d ignored, want %d", at, p.Summary.Ignored, c.ignored)
	}
	checkDocument(t, at, p)
	if w.options.FixModes {
		return // it is for the local side alone
	}
	swapped, err := w.mirrored().compare()
	if err != nil {
		t.Fatalf("%s, sides swapped: %v", at, err)
	}
	if got, want := canonical(t, mirror(swapped)), canonical(t, p); got != want {
		t.Errorf("%s: the sides swapped do not give the mirror image:\n%s", at,
			strings.Join(textdiff.Unified("want", "got", []byte(want), []byte(got)).Lines, "\n"))
	}
}

// differ tells what is missing and what is too much, in any order.
func differ(want, got []statement) string {
	var out []string
	left := slices.Clone(got)
	for _, w := range want {
		i := slices.IndexFunc(left, func(s statement) bool {
			return s.text == w.text && !slices.ContainsFunc(w.besides, func(b string) bool {
				return !slices.Contains(s.besides, b)
			})
		})
		if i < 0 {
			out = append(out, "- "+w.String())
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, s := range left {
		out = append(out, "+ "+s.String())
	}
	return strings.Join(out, "\n")
}

// checkDocument holds a plan to its schema and its rules, and its bytes to reading and writing.
func checkDocument(t fataler, at string, p *plan.Plan) {
	t.Helper()
	if wrong := p.Check(); len(wrong) > 0 {
		t.Fatalf("%s: the plan breaks its own rules: %v", at, wrong)
	}
	for i := range p.Conflicts {
		for _, side := range plan.BothSides {
			if s := p.Conflicts[i].State(side); s.Of() == tree.File && !s.SHA256.Known() {
				t.Fatalf("%s: the conflict at %s does not say what %s holds", at, p.Conflicts[i].Path, side)
			}
		}
	}
	var first, second bytes.Buffer
	if err := p.Write(&first); err != nil {
		t.Fatalf("%s: %v", at, err)
	}
	read, err := plan.Read(first.Bytes())
	if err != nil {
		t.Fatalf("%s: what was written is no plan: %v\n%s", at, err, first.Bytes())
	}
	if streamedAlike(t, first.Bytes(), read) == nil {
		t.Fatalf("%s: what was written must be read as a whole:\n%s", at, first.Bytes())
	}
	if err := read.Write(&second); err != nil {
		t.Fatalf("%s: %v", at, err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Fatalf("%s: a plan that was read is written differently:\n%s\nwas\n%s", at, second.Bytes(), first.Bytes())
	}
}

// fataler is a testing.T or a rapid.T.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}
