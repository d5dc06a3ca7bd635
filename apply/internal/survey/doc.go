// Package survey finds out whether trees are what a plan saw, and what is to be carried out on them: steps 2 and 3 of
// an apply. It reads, and changes nothing.
//
//  1. By how much are the times of the volumes off as a whole (Gauge): that is no drift.
//  2. What does the plan read or write, and must find as it says (expectations): under each side's own spelling
//     (spellings), also where a name is about to be respelled (respellings).
//  3. List both trees once and hold each name to that (comparison): what stays unmet is gone, directories that the
//     plan takes for granted have to be there (parents.go), and each directory has the digest that was planned.
//  4. Turn resolutions into operations (lookup, plan.Plan.Steps), or take the steps from an interrupted run's journal
//     (Recorded).
package survey
