// Package wire has the messages by which treaty speaks to its agent beside a tree on another machine, and their bounds:
// nothing that an end sends is believed to be of a size, in an order or of a kind that was not looked at here. It is
// pure, and knows nothing of what carries the messages.
//
// Each end first says who it is, in one line (Hello). Then one end asks and the other answers, many calls at a time,
// each over two streams of frames (Writer, Reader): a question is a message, and what it uploads as data, up to an end
// or an abort; an answer is data and an end. Each call (Call) has a question and an answer of its own, in which there
// is nothing that it has no place for: of two versions the lower is spoken. Listings and the hashes of files have an
// encoding of their own within data, since there are a million of them. What goes wrong is told as facts (Fault),
// which the other end tests for as if it had happened there.
package wire
