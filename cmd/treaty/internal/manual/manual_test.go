package manual

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
)

type grammar struct {
	Dir string `short:"C" name:"directory" placeholder:"DIR" help:"Where it is."`

	Copy struct {
		Take   string   `required:"" placeholder:"WHAT" help:"Which of 'em."`
		Mode   string   `enum:"fast,slow" default:"fast" help:"How."`
		Diffs  *bool    `negatable:"" help:"With C:\\x."`
		Secret bool     `hidden:""`
		From   string   `arg:"" name:"FROM" help:"From here."`
		To     []string `arg:"" optional:"" name:"TO" help:"To there."`
	} `cmd:"" help:"Copy a-b."`
	Unseen struct{} `cmd:"" hidden:""`
}

func TestPagesSayWhatTheGrammarTakes(t *testing.T) {
	k, err := kong.New(&grammar{}, kong.Name("tool"), kong.Description("Does things."))
	if err != nil {
		t.Fatal(err)
	}
	book := Book{Model: k.Model, Version: "tool v1", Day: time.Date(2026, 3, 4, 23, 0, 0, 0, time.UTC),
		Exits: []Exit{{0, "done"}, {3, "not done"}}, Examples: map[string][]Example{"copy": {{"tool copy x", ".so it goes"}}}}
	pages := book.Pages()
	if names := slices.Sorted(maps.Keys(pages)); !slices.Equal(names, []string{"tool-copy.1", "tool.1"}) {
		t.Errorf("the pages are %v", names)
	}
	for name, want := range map[string]string{
		"tool.1": `
.TH "TOOL" 1 "2026-03-04" "tool v1"
.SH NAME
tool \- does things
.SH SYNOPSIS
\fBtool\fR \fIcommand\fR [\fIflags\fR]
.SH COMMANDS
.TP
\fBtool\-copy\fR(1)
Copy a\-b.
.SH FLAGS OF EVERY COMMAND
.TP
\fB\-h\fR, \fB\-\-help\fR
Show context\-sensitive help.
.TP
\fB\-C\fR, \fB\-\-directory\fR=\fIDIR\fR
Where it is.
.SH EXIT STATUS
.TP
\fB0\fR
done
.TP
\fB3\fR
not done
`, "tool-copy.1": `
.TH "TOOL-COPY" 1 "2026-03-04" "tool v1"
.SH NAME
tool\-copy \- copy a\-b
.SH SYNOPSIS
\fBtool copy\fR \fB\-\-take\fR \fIWHAT\fR \fIFROM\fR [\fITO\fR…] [\fIflags\fR]
.SH ARGUMENTS
.TP
\fIFROM\fR
From here.
.TP
\fITO\fR
To there.
.SH FLAGS
.TP
\fB\-\-take\fR=\fIWHAT\fR
Which of \(aqem.
.TP
\fB\-\-mode\fR=\fIfast|slow\fR
How.
.TP
\fB\-\-[no\-]diffs\fR
With C:\ex.
.SH EXAMPLES
.TP
\fBtool copy x\fR
\&.so it goes
.SH SEE ALSO
\fBtool\fR(1), which lists the flags of every command and what exit codes mean
`} {
		if got := "\n" + string(pages[name]); got != want {
			t.Errorf("%s is\n%s\nnot\n%s", name, got, strings.TrimSpace(want))
		}
	}
}
