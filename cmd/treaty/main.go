// Command treaty keeps two directory trees in step, in both directions, by plan and apply.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
