// Package remote is a tree on another machine as a volume: each method asks an agent there, as package wire has it, and
// holds the answer to what a volume can say. Nothing that comes is believed to be of a size, in an order or of a kind
// that was not looked at.
//
// A connection that is cut, or silent for too long, or whose other end breaks the rules, is lost for good: from then on
// every call fails with an error that wraps ErrLost and scan.ErrVanished, as of a stick that was pulled out, and what
// changes the tree has stopped.
package remote
