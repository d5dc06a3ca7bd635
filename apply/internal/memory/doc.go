// Package memory is a volume that lies in memory, for tests: it has ids of files that last, names of files by the
// dozen, modes, times of any granularity, and names that may fold case, and makes the whole checked changes of a
// volume.Changer, each under one mutex. So it shows that the interface is all that planning, applying and settling know
// of a tree, and lets them fail at each change in little time.
//
// Two implementations of a volume need not agree in how they get somewhere, only in what they leave: what that is, the
// laws in package apply hold both to.
//
// A change can be broken three ways (Call): it is not made, it is made half, or it is made and nobody hears of it. A
// power cut (CutPower) leaves what the last barrier made durable, and nothing else.
package memory
