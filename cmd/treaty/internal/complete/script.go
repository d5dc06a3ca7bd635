package complete

import (
	"embed"
	"strings"
)

//go:embed scripts
var scripts embed.FS

// Shells are those that there is a script for.
var Shells = []string{"bash", "zsh", "fish", "powershell"}

// Script is the text that a shell is to read, one of Shells.
func Script(shell string) ([]byte, error) { return scripts.ReadFile("scripts/treaty." + shell) }

// Answer is what a script reads: a line that says what else may stand there, then a line a candidate, with a tab before
// what it is for. A word that a line cannot hold, or a terminal should not be sent, is left out: it has to be typed as
// show prints it.
func Answer(list []Candidate, rest Rest) string {
	var out strings.Builder
	out.WriteString(string(rest) + "\n")
	for _, c := range list {
		if strings.ContainsFunc(c.Word, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			continue
		}
		out.WriteString(c.Word)
		if c.Help != "" {
			out.WriteString("\t" + c.Help)
		}
		out.WriteByte('\n')
	}
	return out.String()
}
