package tree

import "fmt"

// PathError is an error about an entry of a tree. Its text begins with the path.
type PathError struct {
	Path Path
	Err  error
}

// About is err as an error about path.
func About(path Path, err error) error { return &PathError{path, err} }

func (e *PathError) Error() string { return fmt.Sprintf("%q: %v", string(e.Path), e.Err) }

func (e *PathError) Unwrap() error { return e.Err }

// Without is the error without the path, if it is about that one; else all of it.
func (e *PathError) Without(path Path) string {
	if e.Path == path {
		return e.Err.Error()
	}
	return e.Error()
}

// Why is the text of err where path stands beside it already: it does not name that one again. Errors know how to
// by a method Without(Path) string.
func Why(err error, path Path) string {
	if about, ok := err.(interface{ Without(Path) string }); ok {
		return about.Without(path)
	}
	return err.Error()
}
