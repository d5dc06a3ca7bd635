// Command treaty keeps two directory trees in step, in both directions, by plan and apply. A command is a struct
// in a file of its own, with its flags as fields and a Run method; what it decides or changes is done by the
// packages plan and apply. Only main exits.
package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

func main() {
	if os.Getenv("GOGC") == "" {
		spareMemory()
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// garbage is how much the heap may grow before it is collected, in percent of what lives, once it is no small one any
// more. What lives is a plan then, mostly, and little comes and goes beside it: memory is worth more than the rare
// collection.
const garbage = 40

// spareMemory sets that at the first collection. Most runs come to none: they are over before.
func spareMemory() {
	first := &struct{ of *byte }{}
	runtime.SetFinalizer(first, func(any) { debug.SetGCPercent(garbage) })
}
