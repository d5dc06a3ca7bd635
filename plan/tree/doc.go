// Package tree has the words that everything else speaks in: paths, entries, states, directory
// listings and their digests, and the traits of filesystems. It is pure; nothing in it touches a
// disk.
package tree
