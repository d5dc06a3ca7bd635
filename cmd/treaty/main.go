// Command treaty keeps two directory trees in step, in both directions, by plan and apply. A command is a struct
// in a file that has its name, with its flags as fields and a Run method; what it decides or changes is done by the
// packages plan and apply. Only main exits.
//
// What a command has besides is in files that begin with its name (plan_, resolve_, restore_, log_, doctor_, config_,
// review_). What several share begins with what it is about: trees that are named (pair.go, tree_), hints of what
// to type (hint.go, hint_), the merging of a text (merge_), a plan as a page (page.go, page_), how far something
// is (progress.go), and the command line (run.go, parse_). Errors become exit codes in exit.go; trees of other machines
// are reached by network.go and ssh.go.
//
// What needs no command is a package below internal: who sits at the terminal (terminal), what is configured for a
// tree and for a person (config), what trees are called and where they are mounted (trees), paths from the home
// directory (home), the folder in which a merge is made (desk), a plan as text and as a page (render) and on the whole
// screen (review), what shells complete (complete), and the manual pages (manual).
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
