// Command treaty keeps two directory trees in step, in both directions, by plan and apply. A command is a struct
// in a file of its own, with its flags as fields and a Run method; what it decides or changes is done by the
// packages plan and apply. Only main exits.
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
