//go:build unix

package main

import "testing"

func TestStatusOnTheScreen(t *testing.T) {
	atBothWidths(t, func(t *testing.T, width int, dir string) {
		treaty(t, dir, "plan", "mac", "stick")
		s := onScreen(t, width, dir, "eager", "status", "mac", "stick")
		s.exits(0)
		s.progressed("reading the trees: ")
		s.endsWith(`
        never synced with each other, so nothing is deleted

on remote: create 2 files, 1 directory (1.0 MiB), update 1 file (14 B)
entries: 1 agreed
waiting: the plan of …

Next: treaty show -C mac
      treaty approve -C mac`)
	})
}
