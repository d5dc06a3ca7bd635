// Command treaty keeps two directory trees in step, in both directions, by plan and apply. A command is a struct
// in a file that has its name, with its flags as fields and a Run method; what it decides or changes is done by the
// packages plan and apply. Only main exits.
//
// What a command has besides is in files that begin with its name (plan_, resolve_, restore_, log_, doctor_, config_,
// review_). What several share begins with what it is about: trees and where they are (pair.go, tree_), hints of what
// to type (hint.go, hint_), the merging of a text (merge_), a plan as a page (page.go, page_), the command line
// (run.go, parse_), and what a person sees and types (terminal.go, console.go, ask.go, pager.go, progress.go,
// terminal_). Errors become exit codes in exit.go; trees of other machines are reached by network.go and ssh.go.
package main

import (
	"io"
	"log"
	"os"
)

func main() {
	log.SetOutput(io.Discard) // of what an end breaks the rules of HTTP/2 by, the error tells
	if os.Getenv("GOGC") == "" {
		spareMemory()
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
