// Package jsonsplit finds where the parts of a long JSON text end, without reading them: the elements of an object's
// arrays, so that some can be read at a time, the object that a text begins with, and white space. It is pure, holds no
// more of a text than a piece and the envelope, and leaves it to whoever reads the parts to find out whether they are
// JSON.
package jsonsplit
