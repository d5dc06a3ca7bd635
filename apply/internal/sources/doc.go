// Package sources reads both trees at once: that neither is in the other, and their listings, of which it is known at
// the end whether they can be relied on. What a plan is made from, drift is found by, and the baseline is written from
// all come from here.
package sources
