// Package volume is one end of a plan: what can be asked of it, what can be done to it, and the values in which both
// are said. Whatever can be an end has an implementation of its own elsewhere; whoever plans and applies knows this
// package alone.
package volume
