// Command treaty keeps two directory trees in step, in both directions, by plan and apply. A command is a struct
// in a file of its own, with its flags as fields and a Run method; what it decides or changes is done by the
// packages plan and apply. Only main exits.
package main

import "os"

func main() {
	if os.Getenv("GOGC") == "" {
		spareMemory()
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
