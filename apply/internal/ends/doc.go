// Package ends has the two ends of a plan while it is applied or settled: each a volume with what treaty keeps there,
// its own file, its lock, what changes it, and its journal being written. One that settles may have a single end.
//
// In the order of an apply: open the roots (Open), lock both (Lock), find out what the volumes can do and open them to
// be changed (Opening), write the journals (Journals), which also have what directories are owed for the while.
package ends
