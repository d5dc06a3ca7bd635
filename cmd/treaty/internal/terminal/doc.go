// Package terminal is who sits at the terminal: what that person sees, is asked and types.
//
// A Screen owns standard output and standard error, so that progress, questions and what else is written never stand in
// each other's way. A Console is the person: it says, warns, asks, and shows how far something is, as flags and the
// environment want it; by it a long text goes through a pager, and a program that the person named has the terminal
// (Lend, RunProgram). What is said and asked comes from the commands.
//
// Where a stream is no terminal, all of it works as well: nothing is drawn, wrapped or coloured, and a question has the
// answer that is read.
package terminal
