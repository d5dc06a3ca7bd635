// Package schema holds the JSON Schemas of the files that treaty reads and
// writes, and holds such files to them.
//
// A plan is edited by hand and carried out by a machine, so it is read with
// more care than encoding/json takes. [Parse] makes two passes:
//
//  1. A strict scan over the bytes, without building values: size, UTF-8
//     without a byte-order mark, syntax, no property twice in an object, no
//     lone surrogates, bounded depth, whole numbers that every reader of JSON
//     holds exactly. It notes where the elements of the long arrays lie.
//  2. The JSON Schema, first for the file with its long arrays emptied, then
//     for one element after another on all processors. An element is decoded,
//     checked and dropped, so that a plan of a million operations costs the
//     memory of its bytes and of a pair of offsets an operation.
//
// What is wrong comes back as [Errors]: JSON pointer, line, column, and what
// was expected. The same bytes give the same errors in the same order.
//
// A file of a newer minor version (1.2 for a reader of 1.1) may have
// members that this package does not know; they are ignored. Files of another
// major version are refused.
package schema
