//go:build unix

package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestArgumentIsOneWordToAShell: whatever a name is made of, a shell that it is pasted into reads it back.
func TestArgumentIsOneWordToAShell(t *testing.T) {
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	for _, word := range []string{"", "plain", "a b", "it's", `"`, "$HOME", "`id`", `back\slash`, "~",
		"~/x", "*", "a;b", "x=1",
		"new\nline", "esc\x1b[31m", "both'\x1b\\", "naïve", "!!", "-dash", "tab\there", "#x", "{a,b}"} {
		quoted := argument(word)
		if strings.ContainsAny(quoted, "\n\x1b\t") {
			t.Errorf("%q: a terminal would act on %q", word, quoted)
		}
		out, err := exec.Command(shell, "-c", "printf %s "+quoted).Output()
		if word == "-dash" {
			out, err = exec.Command(shell, "-c", "printf -- %s "+quoted).Output()
		}
		if err != nil || string(out) != word {
			t.Errorf("%q: the shell reads %s as %q: %v", word, quoted, out, err)
		}
	}
}
