// Command treaty keeps two directory trees in step, in both directions, by plan and apply. A command is a struct
// in a file of its own, with its flags as fields and a Run method; what it decides or changes is done by the
// packages plan and apply. Only main exits.
package main

import (
	"os"
	"runtime/debug"
)

// garbage is how much the heap may grow before it is collected, in percent of what lives. What lives is a plan, mostly,
// which may be large, and little comes and goes beside it: so memory is worth more than the rare collection.
const garbage = 40

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
