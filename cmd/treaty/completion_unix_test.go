//go:build unix

package main

import (
	"os/exec"
	"path/filepath"
	"testing"

	"treaty/testdata/effort"
)

// shells are those that can be tried here: how each is started without anybody's settings, and what it is told first.
// Then "argv" prints its arguments.
var shells = map[string]struct {
	words []string
	setup string
}{
	"bash": {[]string{"bash", "--norc", "--noprofile", "-i"},
		`PS1='> '; bind 'set bell-style none'; argv() { printf '[%s]' "$@"; echo .; }; source <(treaty completion bash)`},
	"zsh": {[]string{"zsh", "-f", "-i"},
		`PROMPT='> '; unsetopt prompt_sp beep auto_remove_slash; bindkey -e; argv() { printf '[%s]' "$@"; echo .; }; autoload -U compinit; compinit -D -u; source <(treaty completion zsh)`},
	"fish": {[]string{"fish", "--no-config", "-i"},
		`function fish_prompt; printf '> '; end; function argv; printf '[%s]' $argv; echo .; end; treaty completion fish | source`},
}

// completions are what is typed before a tab, and the words that the line has then.
var completions = []struct{ typed, words string }{
	{"treaty appr", "[treaty][approve]"},
	{"treaty -C mac resolve --take newe", "[treaty][-C][mac][resolve][--take][newer]"},
	{"treaty --color=alw", "[treaty][--color=always]"},
	{"treaty plan --default-ign", "[treaty][plan][--default-ignores]"},
	{"treaty plan sti", "[treaty][plan][stick/]"},
	{"treaty -C mac show lett", "[treaty][-C][mac][show][letters/]"},
	{`treaty -C mac skip letters/to\ K`, "[treaty][-C][mac][skip][letters/to Kim.txt]"},
	{`treaty -C mac skip "letters/to K`, "[treaty][-C][mac][skip][letters/to Kim.txt]"},
	{"treaty -C mac skip odd", "[treaty][-C][mac][skip][odd'$x: ü.txt]"},
}

func TestShellsCompleteWhatTheGrammarTakes(t *testing.T) {
	for name, shell := range shells {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && name != "bash" {
				t.Skip("under -short bash stands for all")
			}
			if _, err := exec.LookPath(name); err != nil {
				effort.Missing(t, "there is no %s", name)
			}
			dir := plant(t)
			write(t, filepath.Join(dir, "mac", "odd'$x: ü.txt"), "odd\n")
			treaty(t, dir, "plan", "mac", "stick")
			s := onScreen(t, wide, dir, shell.words...)
			s.types(shell.setup + "\r")
			s.types("argv ready\r")
			s.shows("[ready].")
			for _, c := range completions {
				s.types(c.typed + "\t\x01argv \r")
				s.shows(c.words + ".")
			}
		})
	}
}
