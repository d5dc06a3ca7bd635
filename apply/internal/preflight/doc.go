// Package preflight looks ahead: step 4 of an apply. It refuses, before the first write, what is bound to fail
// half-way: too little space, directories that take no change, and those of FAT that are full.
package preflight
