// Package render shows plans and receipts to people, as text for terminals and as one HTML page. It
// is pure: what it is given it writes to an io.Writer, and the same plan gives the same bytes. Whether
// there is a terminal, how wide it is and whether it has colours is for the caller to find out.
//
// Every surface is drawn from the same sections and rows (sections.go), so text and page cannot
// disagree on what a plan does:
//
//  1. effect.go: what becomes of each operation, decisions around it considered;
//  2. fold.go: a directory that appears, goes or moves as a whole becomes one line;
//  3. sections.go, row.go: the rest into the sections of `show`, a row an operation;
//  4. show.go and markdown.go write those rows, page.go and what is named after it draw them as folders that fold.
//
// # What is trusted
//
// Nothing. Plans are edited by hand and names are chosen by whoever wrote to the stick, so all text
// that comes from a plan goes through Escape or Name, and counts are taken from the operations, not
// from the plan's summary, which decides nothing and could be stale.
//
// # How things are written
//
// Times are UTC, as RFC 3339 to the second: the reader may sit in another time zone than either tree,
// and a plan's JSON has them so. Only where two times differ by less than a second do they get their
// fraction. Sizes below 1 KiB are exact; above, they have one decimal in units of 1024, unless two
// different sizes would look alike: then both are exact.
package render
