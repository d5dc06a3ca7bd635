// Package blocklog is a disk for tests that remembers, in their order, every write and every flush that
// reached it: from that, all states can be had in which a power cut would have left it. It is a file served
// through FUSE, for a loop device to lie on. Only tests import it. It needs Linux, /dev/fuse and the right
// to mount.
package blocklog
