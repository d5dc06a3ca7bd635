// Package reach knows how what a root names is reached from this process. Here alone a root becomes a volume: today
// each is a directory of this machine.
package reach
