// Package settle settles what an interrupted apply left, by the journals alone: it needs neither the plan nor, but for
// what only that has, the other tree.
//
//  1. Mend what a power cut did to volumes that may lose what was renamed (Mend).
//  2. Examine how far each open intent got (Examine); on a tree that is only looked at, Sight.
//  3. Roll back what did not come to its end (RollBack); who takes the apply up only does so with what it cannot
//     take for done.
//  4. In the end, when all is durable, release the copies of what is intact on its own volume (Release).
//
// Each step leaves what the same step finds again: an interruption in the midst of it is settled like any other.
package settle
