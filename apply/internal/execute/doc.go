// Package execute carries out the steps of a plan: those that are approved, that were found to be as planned, and that
// some earlier run has not done already. It knows two volumes and a place to write down what it is about to do; what
// lets a plan in, and what lasts of it afterwards, is for others.
//
//  1. Each step is a task: how far it is, and what became of it (New).
//  2. Where an earlier run was interrupted, tasks are brought to where that one was, and what was open is settled
//     (TakeUp); or they are only told what became of them, to be closed at that (Abandon).
//  3. Tasks are carried out, phase by phase over the whole plan, in groups that are announced in the journals, done,
//     made durable and written down (CarryOut). A task that meets drift is drifted, and one that fails fails what
//     depends on it.
//  4. What was written is read back where that is asked for (Verify).
//  5. What it came to is asked: Results, Reversal, Learned, Resolved, Copies.
//
// Before anything is carried out, it tells what it will come to: Pending, ToPreserve.
package execute
