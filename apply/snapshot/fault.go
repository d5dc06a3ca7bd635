package snapshot

import (
	"errors"
	"fmt"

	"treaty/schema"
)

// Fault is what is wrong with a file that is to be a snapshot, and where.
type Fault struct {
	// Line counts from 1.
	Line int
	Why  string
}

func (f *Fault) Error() string { return fmt.Sprintf("line %d: %s", f.Line, f.Why) }

// faultOf is an error of holding a line to the schema, as one about the file.
func faultOf(line int, err error) error {
	var wrong schema.Errors
	if !errors.As(err, &wrong) {
		return &Fault{line, err.Error()}
	}
	first := wrong[0]
	where := ""
	if first.Pointer != "" {
		where = first.Pointer + ": "
	}
	return &Fault{line, fmt.Sprintf("column %d: %s%s", first.Column, where, first.Message)}
}
