// Package snapshot keeps a tree in a file: its names, sizes, times and hashes, and no contents. Take reads a tree into
// one and changes nothing; Open reads a file and holds it to its rules as a whole before anything is made of it; an
// opened File is the half of a volume that is read, so that a plan can be made with it and none can be applied to it;
// Verify tells how a tree differs from one.
//
// A file is lines of JSON, each an object: a head, each directory in scope with its entries, and an end with the sum of
// all before. Directories come in the order in which trees are walked: a directory before those in it, siblings in
// tree.Order. Reading takes memory for where each directory begins, and for the directories on the way to one, not for
// all entries.
package snapshot
