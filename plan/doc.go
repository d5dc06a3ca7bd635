// Package plan decides what would bring two trees together, and states it as a document: the plan. It reads
// and writes no disk; whoever calls hands it the listings and the content of both trees, and the memory of what
// they last agreed on. What it decides depends on nothing else, and swapped sides give the mirror image.
//
// # From two trees to a plan
//
// [Compare] goes these steps:
//
//  1. Both trees and the baseline are walked in step, directory by directory in the one order of [tree.Order]
//     (lockstep). A directory's three listings stand in memory, never a tree's. What either side's rules ignore is
//     out of scope on both (scope, rules), and what is left is grouped by name (pair): a trio is one name with
//     what each side and the baseline have under it. Directory digests come out of the same walk.
//  2. Each trio is decided by itself, by a pure function (decide, since): nothing to do, changes of either side, a
//     conflict, or unsure until its content is read. What is not simply the same goes into the draft as a
//     difference (planner); all that follows works on these alone, so memory grows with what differs and not with
//     the trees. What a change's side cannot hold is blocked here, by its traits (capacity).
//
// When all has been walked, the draft is gone through as a whole, pass by pass (passes, in compare.go, which says
// what each needs of those before it):
//
//  3. decideShift: are all times of a volume off by the same amount? Then all that was judged by time is decided
//     again (shift).
//  4. limit: of a plan of a part, all else goes (only).
//  5. readAll: contents are read, of both sides at once, until nothing is unsure (reading).
//  6. refuseXSyms: files that are links in disguise are blocked (head).
//  7. decideExchanges: a directory that stands against a file or a link comes or goes, as all in it may or may not
//     (exchange); one that stays in conflict is whole, or is left alone (contested).
//  8. decideBothWays: updates in both directions become conflicts, where nobody remembers enough or a person wants
//     it so.
//  9. keepOldNames: what seems deleted may go on under a name that this side cannot hold; then its delete is taken
//     back (barred).
//  10. findRenames: a delete and a create of the same content become a move, two creates under two names a conflict
//     about the name (rename).
//  11. grantWishes: what a person wishes besides, aligned times and modes by the rules (wishes).
//  12. keepParents: a directory in which something stays is not deleted.
//
// Then differences become operations and conflicts (operation, conflict), sorted and numbered, get their diffs, and
// the plan says what both sides cannot carry.
//
// The other four entry points are made of the same parts. [Survey] goes through the trees as step 1 does, with a
// visitor that decides nothing (survey). [Agree] is such a visitor too: it records, name by name, what both sides hold
// alike now, as the next baseline, and asks the function of step 2 whether they do. [Reverse] holds an earlier apply's
// reversal against what such a visitor finds, and [Restore] what was displaced.
//
// # From a plan to what is carried out
//
// [Read] takes a plan file as untrusted: strict JSON, the schema, then the rules that only treaty knows
// ([Plan.Check]). A reviewer's edits are [Plan.Resolve], [Plan.Decide] and [Plan.Note]. [Plan.Steps] turns decisions
// and resolutions into the steps that apply carries out, and leaves out what depends on a step that is left out;
// [Plan.Skips] tells a reviewer the same beforehand.
//
// # The document and its making
//
// What a plan is, how it is written, read, held to its rules and edited, and what in it depends on what (document,
// encode, decode, check, offers, skips and more) knows nothing of how a plan comes about, nor of the steps that are
// made of it: these files, which a test lists, can be read without the others.
//
// # Verbs
//
// Each means one thing here, in names and in comments:
//
//	decide    say of a name, or of what the whole draft shows, what is to be done: changes, a conflict, or nothing.
//	          What comes out is a verdict; nothing else is called so.
//	resolve   choose of a conflict's choices, as a person does
//	settle    turn a resolution into what is carried out
//	take      make the other side equal to one, as some resolutions do; of a file of rules, have the other side's
//	follow    of a spelling: have the other side's, where only that changed its case
//	block     leave a path alone because it must be; bar: because the other side cannot hold its name
//	keep      leave in a draft, or in its place, what would otherwise go; drop is the opposite
//	remember  have in the baseline; agree: hold alike on both sides, so that it can be remembered; forget: have it
//	          there no more
//	survey    go through trees in step and decide nothing
//	Known     of a hash or a mode: it is not the zero value
package plan
