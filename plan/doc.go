// Package plan decides what would bring two trees together, and states it as a document: the plan. It reads
// and writes no disk; whoever calls hands it the listings and the content of both trees, and the memory of what
// they last agreed on. What it decides depends on nothing else, and swapped sides give the mirror image.
//
// # From two trees to a plan
//
// [Compare] goes these steps:
//
//  1. Both trees and the baseline are walked in step, directory by directory in the one order of
//     [tree.Order] (walk). A directory's three listings stand in memory, never a tree's. What either side's
//     rules ignore is out of scope on both (rules), and what is left is grouped by name (pair): a trio is one name
//     with what each side and the baseline have under it.
//  2. Each trio is decided by itself, by a pure function (decide, since): nothing to do, changes of either side, a
//     conflict, or unsure until its content is read. What is not simply the same is kept as a difference; all
//     that follows works on these alone, so memory grows with what differs and not with the trees. What a
//     change's side cannot hold is blocked here, by its traits (block).
//  3. Directory digests come out of the same walk, and with them the digest of each tree.
//
// When all has been walked, the differences are gone through as a whole. Each pass relies on those before it:
//
//  4. Are all times of a volume off by the same amount? Then everything that was judged by time is judged again
//     (shift). First, since all else rests on these verdicts.
//  5. Contents are read, of both sides at once, until nothing is unsure (read). Only now is known what is a
//     difference at all.
//  6. Files that are links in disguise are blocked (head). Their first bytes tell, which step 5 has read.
//  7. A directory that stands against a file or a link comes or goes, as all in it may or may not. That takes the
//     verdicts and blocks of all that lies below, as they are after step 6.
//  8. Updates in both directions become conflicts, where nobody remembers enough or a person wants it so. A
//     conflict states both contents, so some are read now.
//  9. What seems deleted may go on under a name that this side cannot hold; then the delete is taken back
//     (barred). Before moves are made of deletes, since these then are none.
//  10. A delete and a create of the same content become a move, two creates under two names a conflict about the name
//     (rename). By content, so after all reading that decides; over all differences, so that matches are unique.
//  11. What a person asked for besides, aligned times and modes by the rules, is added last (asked): it must hold
//     of what is there once all else is done.
//  12. Differences become operations and conflicts, sorted and numbered, then get their diffs. What both sides
//     cannot carry is warned of.
//
// [Survey] goes through the trees as step 1 does and decides nothing; [Agree] records, name by name, what both
// sides hold alike now, as the next baseline; [Reverse] holds an earlier apply's reversal against the trees.
//
// # From a plan to what is carried out
//
// [Read] takes a plan file as untrusted: strict JSON, the schema, then the rules that only treaty knows
// ([Plan.Check]). A reviewer's edits are [Plan.Resolve], [Plan.Decide] and [Plan.Note]. [Plan.Steps] turns decisions and
// resolutions into the steps that apply carries out, and leaves out what depends on a step that is left out;
// [Plan.Skips] tells a reviewer the same beforehand.
package plan
