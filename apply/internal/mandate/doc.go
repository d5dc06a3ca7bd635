// Package mandate has what is to be applied: a plan and its approval, read once, each with its exact text, wherever
// that is kept meanwhile: in memory, in the file that it came from, or beside the journal.
package mandate
