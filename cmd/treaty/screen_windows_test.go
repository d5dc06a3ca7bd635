package main

import "testing"

// What is seen on a screen is tested where there are pseudo-terminals.
func TestScreens(t *testing.T) {
	t.Skip("Windows has no pseudo-terminals that a test could read the screen of")
}
