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
package scan
