// Package ignore tells what is in scope: which entries of a tree treaty looks at, and which it
// leaves alone.
//
// The rules are those of gitignore, exactly: the tests hold them against git check-ignore. Rules
// come from three places. Where several speak of one entry, the first in this order wins, and
// within one place the last line that matches:
//
//  1. .treatyignore files, the deepest first;
//  2. the config's "ignore" list, based at the root of the tree;
//  3. the built-in list of what operating systems litter.
//
// So "!.DS_Store" in either of the first two brings the entry back into scope.
//
// # For callers
//
// Paths are relative to the root of the tree, separated by slashes, without a leading or a trailing
// one. A [Scope] judges one entry and trusts that the directories above it are in scope: nothing
// below an excluded directory can be re-included, and nothing there, not even a .treatyignore, may
// be read. A walker that prunes has this for free; whoever asks about a lone path must ask about
// each of its parents first. A symbolic link is never a directory, whatever it points to.
//
// Names are bytes, as on Linux, and so are patterns: "?" is one byte and thus no match for "é",
// bytes need not be UTF-8, and case counts. As git does, no normalisation is attempted: whoever
// wants NFC patterns to find NFD names passes the NFC form of the path.
//
// The directory .treaty is out of scope under every spelling that a volume takes for it. That is
// knowledge of volumes, so the scanner has it, not this package, and no pattern can change it.
//
// # Why not a library
//
// Of the maintained Go libraries that can be had, those for whole ignore files differ from git on
// ordinary patterns such as "[!a-z]*", and the ones for wildmatch alone allocate for each path and
// leave files, bases and precedence to the caller.
package ignore
