// Package jsontext writes and reads JSON in the forms that treaty's files have, one value after another and without
// looking at Go types while it does: what a plan has a million of is neither reflected upon nor indented afterwards.
//
// What a [Writer] appends is byte for byte what encoding/json makes of the same values, without its escapes for HTML
// and with those of package visible. A [Reader] is for texts that were found valid before.
package jsontext
