// Package gates holds a plan to all that can be told before its trees are read: step 1 of an apply. Gates decide, and
// change nothing; the first that a plan does not pass is the refusal.
package gates
