// Package reach knows how what a root names is reached from this process. Here alone a root becomes a volume: a
// directory of this machine (Open), or, by its address, a tree of another one (Network), and whoever plans, applies or
// settles is given a volume either way. It also serves trees of this machine to others (Serving), and finds those
// around a directory.
package reach
