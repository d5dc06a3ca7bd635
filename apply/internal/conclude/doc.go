// Package conclude writes all that lasts of an apply that was carried out, or settled: step 7 of an apply. In order:
//
//  1. the new baseline, from both trees as they are now, or, where nothing was done to them, as they were found
//     (remember), with what the old one held of the paths that the plan changed (former) and, for a plan that undoes
//     another one, what that one had put in their place (restoration);
//  2. the receipt with its papers, which comes behind the last one that anybody remembers (last), into the history;
//  3. both trees' own files, which make the baseline count;
//  4. the copies go that nothing needs any more;
//  5. texts are dropped that no baseline names any more (bases), and the journals are closed.
//
// Where it is interrupted, it is gone through again, and comes to the same.
package conclude
