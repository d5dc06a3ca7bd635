//go:build unix

package main

import "os"

// colours: every terminal takes escape sequences.
func colours(*os.File) bool { return true }
