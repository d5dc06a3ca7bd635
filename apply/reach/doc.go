// Package reach knows how what a root names is reached from this process. Here alone a root becomes a volume (Open),
// and each is a directory of this machine; an end of another kind, whose roots look otherwise, is told apart here, and
// whoever plans, applies or settles is given a volume either way. It also finds the trees around a directory.
package reach
