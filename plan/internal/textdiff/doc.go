// Package textdiff says how one text becomes another, as a unified diff that a
// person reads and that patch and git apply carry out byte for byte.
//
// It is pure: it reads no file, no clock and no environment. The same two texts
// give the same diff on every machine, and the swapped texts give its exact mirror.
//
// # From texts to edits
//
//  1. Texts over the limits, binary ones and ones that are not UTF-8 are omitted,
//     with the reason.
//  2. Each text is cut into lines, terminators included. Only LF ends a line: for
//     patch and git a lone CR, a form feed or U+2028 is a character like any other.
//     An unterminated last line thus differs from the same line with its LF.
//  3. The two texts are put in byte order, and the edits are turned round at the end
//     if that swapped them. Everything between may favour one of its two arguments
//     (ties are broken somewhere) and swapping the sides still mirrors the diff.
//  4. Lines that occur in one text only can match nothing. They are left out of the
//     search, as in GNU diff; the longest common subsequence is the same without them.
//     Two texts that share no line are done here, in linear time.
//  5. What remains is trimmed of its common head and tail and, up to exactLines lines,
//     handed to go-diff's Myers search, which finds a smallest script.
//  6. Anything larger is first cut at anchors: runs of 64 lines that occur exactly once
//     on either side, in the longest sequence of them that is in order on both. What is
//     still too large between two anchors is cut at runs of 16, of 4, at single lines,
//     and in the end into slices of equal number.
//  7. Insertions and deletions that could stand in several places are slid down to the
//     last of them, as git does, so that an added function is shown as a whole.
//
// So the cost is bounded by the lines, never by a timeout, under which the diff in a
// plan, and with it the plan's hash, would depend on how busy the machine was.
// Up to exactLines lines (less those of steps 4 and 5) a diff is minimal. Larger ones are
// as long as diff -u's, within a few lines, unless the texts have but two or three
// different lines.
//
// # Rejected
//
// go-diff's own timeout (see above), its PatchToText (not a unified diff: offsets count
// characters, and text is percent-encoded) and its DiffLinesToRunes (it interns lines,
// but step 4 needs the interned lines of both texts before the search, and one rune a
// line is quickly made). Leaving out step 6 and omitting large diffs instead: it would
// omit a diff because its texts are unlike each other, which nobody can tell from
// outside. Patience diff throughout: on short texts it is often larger than needed.
// Step 6 with single lines first: a blank line or brace that happens to occur once
// would pull long runs apart. Git's indent heuristic: taste, for a page of code.
package textdiff
