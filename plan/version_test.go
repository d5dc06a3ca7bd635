package plan

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"treaty/plan/internal/textdiff"
	"treaty/plan/tree"
)

// ofTheFirstVersion is a plan of the first version with a conflict in it.
func ofTheFirstVersion() *Plan {
	p := clash("a\n", "b\n", "c\n")
	p.Conflicts[0].Merge, p.Options.Merge = nil, nil
	p.Conflicts[0].reword()
	nameVersion(p)
	return p
}

var elsewhere = map[string]func(p *Plan){
	"a host":     func(p *Plan) { p.Remote.Host = "nas" },
	"an address": func(p *Plan) { p.Remote.Root = "ssh://nas/srv/tree" },
	"a snapshot": func(p *Plan) {
		p.Local.Host = "nas"
		p.Local.From = &FileRef{TakenAt: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), SHA256: tree.Hash{1}}
	},
}

func TestAPlanOfTreesElsewhereIsOfTheVersionThatKnowsThem(t *testing.T) {
	warns := func(code Code) func(p *Plan) {
		return func(p *Plan) {
			p.Problems = append(p.Problems, Problem{Severity: Warning, Code: code, Message: "so it is"})
			p.Summarize()
		}
	}
	uses := map[string]func(p *Plan){
		"a network mount": warns(NetworkMount), "clocks that differ": warns(ClocksDiffer),
		"no text": func(p *Plan) { diff := textdiff.Omit(textdiff.OmittedNotHere); p.Conflicts[0].Diff = &diff },
	}
	for name, use := range elsewhere {
		uses[name] = use
	}
	for name, use := range uses {
		p := ofTheFirstVersion()
		if p.FormatVersion != "1.0" {
			t.Fatalf("without them it is of version %s", p.FormatVersion)
		}
		use(p)
		nameVersion(p)
		text, err := p.Text()
		if err != nil || p.FormatVersion != "1.1" {
			t.Errorf("%s: version %s, %v", name, p.FormatVersion, err)
			continue
		}
		read, err := Read(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if again, err := read.Text(); err != nil || !bytes.Equal(again, text) {
			t.Errorf("%s: %v: it is written otherwise", name, err)
		}
	}
}

func TestThePlansOfTheFirstVersionKnowNoTreesElsewhere(t *testing.T) {
	for name, use := range elsewhere {
		p := ofTheFirstVersion()
		use(p)
		if wrong := p.Check(); len(wrong) != 1 || !strings.Contains(wrong[0].Message, "version 1.1") {
			t.Errorf("%s: %v", name, wrong)
		}
	}
}

func TestHostAndSnapshotStandAfterTheRoot(t *testing.T) {
	p := ofTheFirstVersion()
	elsewhere["a snapshot"](p)
	nameVersion(p)
	text, err := p.Text()
	want := `"host": "nas",
    "snapshot": {
      "taken_at": "2026-01-02T03:04:05.000000006Z",
      "sha256": "01` + strings.Repeat("0", 62) + `"
    },
    "id": `
	if err != nil || !strings.Contains(string(text), want) {
		t.Errorf("%v: it says\n%s", err, text)
	}
}
