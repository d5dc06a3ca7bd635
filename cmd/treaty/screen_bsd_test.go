//go:build unix && !linux

package main

import "os"

// echoes is not asked where the other end of a terminal does not tell.
func echoes(*os.File) bool { return false }
