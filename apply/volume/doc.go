// Package volume is one end of a plan: what can be asked of it, what can be done to it, and the values in which both
// are said. Whatever can be an end has an implementation of its own elsewhere; whoever plans and applies knows this
// package alone.
//
// The half that is read is a Source, which is all that planning takes; a Volume is one that can also be changed, by a
// Changer for each run. What holds of every implementation is written down as laws, in the tests of package apply.
package volume
