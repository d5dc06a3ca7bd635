package ignore

import "errors"

var (
	errEmptySet  = errors.New(`a "[…]" that no byte is in`)
	errNoSegment = errors.New(`no path has "//", "." or ".." in it`)
)

// barren is why the text of a parsed pattern can match nothing, nil where it can match something.
func barren(text string) error {
	all, err := tokens(text)
	if err != nil {
		return err
	}
	name, plain := "", true // the last element so far, and whether it is nothing but literal bytes
	for _, t := range append(all, token{op: opLit, lit: '/'}) {
		switch {
		case t.op == opSet && *t.set == set{}:
			return errEmptySet
		case t.op == opDirs:
			name, plain = "", true
		case t.op != opLit:
			plain = false
		case t.lit != '/':
			name += string(t.lit)
		case plain && (name == "" || name == "." || name == ".."):
			return errNoSegment
		default:
			name, plain = "", true
		}
	}
	return nil
}
