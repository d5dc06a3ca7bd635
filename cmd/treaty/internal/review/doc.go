// Package review is the full screen on which a plan is read and settled. It is pure: a Model is a value, a key makes
// another one of it (Press), and a screen is a text that is made from it alone (Screen). What touches a file or a
// terminal, the caller does, when the model Wants it.
//
//  1. outline.go makes the folded tree of a plan: sections as in `show`, conflicts first, directories, elements;
//  2. place.go says what of it is seen and where the cursor is, without going through what is not seen;
//  3. press.go and prompts.go say what a key does; edit.go settles, by the functions of package plan, and undoes;
//  4. screen.go lays out the list (row.go) and what there is to say of the element in focus (detail.go, diff.go).
//
// A key that only moves costs what it shows, however large the plan is. One that decides something costs a pass over
// the plan, since a decision can hold up anything else.
package review
