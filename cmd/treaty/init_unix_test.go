//go:build unix

package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestInitAsksItsThreeQuestions(t *testing.T) {
	dir := plant(t)
	s := onScreen(t, narrow, filepath.Join(dir, "mac"), "treaty", "init")
	s.asks("Where is the other tree (a folder, such as /media/stick, or ssh://host/path)?")
	s.types("../stcik\r")
	// Whoever types before the question is there again has the answer stand before it.
	s.shows("There is no folder ../stcik.\nWhere is the other tree (a folder, such as /media/stick, or ssh://host/path)?")
	s.types("../stick\r")
	s.asks("What is this tree to be called [mac]?")
	s.types("\r")
	s.asks("What is to be left out (patterns such as *.tmp build/, or nothing)?")
	s.types("*.bak, bulk\r")
	s.exits(0)
	s.endsWith("Next: treaty plan")
	text, err := os.ReadFile(filepath.Join(dir, "mac", ".treaty", "config.json"))
	want := "{\n  \"remote\": \"../stick\",\n  \"ignore\": [\n    \"*.bak\",\n    \"bulk\"\n  ]\n}\n"
	if err != nil || string(text) != want {
		t.Errorf("the config is %s, not %s: %v", text, want, err)
	}
}

func TestWhoLeavesTheQuestionsOfInitChangesNothing(t *testing.T) {
	for name, answer := range map[string]struct {
		keys string
		code int
	}{"Ctrl-C": {"\x03", exitInterrupted}, "Ctrl-D": {"\x04", exitFailed}} {
		t.Run(name, func(t *testing.T) {
			dir := plant(t)
			s := onScreen(t, narrow, filepath.Join(dir, "mac"), "treaty", "init", "../stick")
			s.asks("What is this tree to be called [mac]?")
			s.types(answer.keys)
			s.exits(answer.code)
			if _, err := os.Stat(filepath.Join(dir, "mac", ".treaty")); !os.IsNotExist(err) {
				t.Errorf("there is a .treaty: %v", err)
			}
		})
	}
}
