package main

import (
	"go/token"
	"strings"
	"testing"
)

// All that is written goes through the terminal, or progress could stand in its way.
func TestOnlyMainKnowsTheStreams(t *testing.T) {
	for _, s := range sources(t) {
		if s.dir+"/"+s.name == "cmd/treaty/main.go" {
			continue
		}
		selectors(s, func(pkg, name string, where token.Position) {
			stream := pkg == "os" && (name == "Stdin" || name == "Stdout" || name == "Stderr")
			if stream || pkg == "fmt" && strings.HasPrefix(name, "Print") {
				t.Errorf("%v: %s.%s", where, pkg, name)
			}
		})
	}
}
