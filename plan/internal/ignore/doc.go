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
// Names are bytes, as on Linux, and so are patterns: "?" is one byte and thus no match for "é", and
// bytes need not be UTF-8. Both are taken in their NFC form: macOS lists the names of FAT volumes in
// NFD, whoever types a pattern does so in NFC, and git on a Mac (core.precomposeUnicode) finds it too.
//
// Case counts, on every volume. Git's core.ignoreCase follows the volume instead; but here one set of
// rules holds for two volumes, and what a file is called on a stick must not decide whether rules written
// on a Linux machine mean it. A name that a side's rules ignore is ignored on the other under every
// spelling that pairs with it, as plan has it.
//
// The directory .treaty is out of scope under every spelling that a volume takes for it. That is
// knowledge of volumes, so the scanner has it, not this package, and no pattern can change it.
//
// # Why not a library
//
// Held against git check-ignore on 150 random trees with three random patterns each, the libraries
// that could be had differed in many: go-git v5.19.3 in 17, git-lfs/wildmatch v2.0.1 in 31,
// monochromegane/go-gitignore in 30 and sabhiram/go-gitignore in 37; git-lfs's and monochromegane's
// also panic on some lines. git-pkgs/gitignore is a port of git's matcher, but no release of it
// could be had. The tests here would show whether it can replace this code.
package ignore
