// Package scan reads trees and never writes: directories through handles, one component at a time
// and without following links; listings in the order in which two trees are walked in step; the
// content of files, proven not to have changed while it was read; and what a mount tells about its
// filesystem.
//
// A [Root] holds a tree open. [Root.Walk] hands out its listings as a [tree.Stream], [Root.Dir] a
// single directory, [Root.Hash] and [Hasher] the content of files, [Root.Traits] what the volume can
// represent.
//
// What cannot be read is never left out of a listing, since absence means deleted: it is there with
// an obstacle. When the tree as a whole goes away, every call says so with [ErrVanished].
//
// # Verbs
//
//	open     get a handle on a root, a directory or a file, links not followed; keep: have it at hand for the next who
//	         asks; forget: close it, since its name may stand for something else by now
//	walk     list directory by directory, ahead of who asks; list: read one directory, its entries included
//	stat     ask what has a name; check: ask whether the root is there and the same still
//	hash     read a file's content and prove that it did not change meanwhile
//	vanish   what a tree does as a whole; what goes of it is gone
package scan
