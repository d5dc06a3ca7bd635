// Package agent serves trees of this machine to a treaty on another one, over two streams, as package wire has it. Each
// call is one method of a volume, or of what changes it, and is carried out here as a whole: no race crosses the wire.
//
// The agent never asks anything of the other end. When the streams end, it finishes the calls in hand, releases the
// locks that were taken through it, and returns; an apply that was under way has left its journal, as when a stick is
// pulled out.
package agent
