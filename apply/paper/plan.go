package paper

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"

	"treaty/plan"
	"treaty/plan/tree"
	"treaty/schema"
)

// PlanFile is a plan as it was read, and the hash of the exact bytes that it was read from. These are not held: a plan
// may have a million operations.
type PlanFile struct {
	plan *plan.Plan
	sum  tree.Hash
	open func() (io.ReadCloser, error)
}

// ReadPlan reads a plan's file, which open opens, each time from its beginning. Errors are those of open or of reading,
// or are of type schema.Errors where the file is no valid plan.
func ReadPlan(open func() (io.ReadCloser, error)) (*PlanFile, error) {
	f := &PlanFile{open: open}
	if err := f.stream(); err != nil || f.plan != nil {
		return f, err
	}
	return f, f.whole()
}

// LookAt is ReadPlan for who only looks at the plan, whatever bytes it was read from: these are not hashed.
func LookAt(open func() (io.ReadCloser, error)) (*plan.Plan, error) {
	file, err := open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if p := plan.ReadFrom(file); p != nil {
		return p, nil
	}
	f := &PlanFile{open: open}
	err = f.whole()
	return f.plan, err
}

// whole reads a plan that cannot be read piece by piece.
func (f *PlanFile) whole() error {
	if err := plan.Explain(f.open); err != nil {
		return err
	}
	text, err := f.all()
	if err != nil {
		return err
	}
	f.sum = sha256.Sum256(text)
	f.plan, err = plan.Read(text)
	return err
}

// stream reads the plan while its bytes are hashed, if that can be done.
func (f *PlanFile) stream() error {
	file, err := f.open()
	if err != nil {
		return err
	}
	defer file.Close()
	hash := sha256.New()
	if f.plan = plan.ReadFrom(io.TeeReader(file, hash)); f.plan != nil {
		hash.Sum(f.sum[:0])
	}
	return nil
}

// all are the bytes of the file as they are now, one more than a plan may have at most.
func (f *PlanFile) all() ([]byte, error) {
	file, err := f.open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var text bytes.Buffer
	if of, known := file.(interface{ Stat() (fs.FileInfo, error) }); known {
		info, err := of.Stat()
		if err != nil {
			return nil, err
		}
		// A file that nobody writes to meanwhile is held once, whatever its size.
		text.Grow(int(min(info.Size(), schema.Plan.MaxSize())) + bytes.MinRead)
	}
	_, err = text.ReadFrom(io.LimitReader(file, schema.Plan.MaxSize()+1))
	return text.Bytes(), err
}

// Plan is what was read. Whoever changes it has no plan of that file any more.
func (f *PlanFile) Plan() *plan.Plan { return f.plan }

// Ref is the reference to the file.
func (f *PlanFile) Ref() PlanRef { return PlanRef{ID: f.plan.ID, SHA256: f.sum} }

// Open opens the file once more.
func (f *PlanFile) Open() (io.ReadCloser, error) { return f.open() }

// Text are the bytes that the plan was read from. It is an error if the file has others by now.
func (f *PlanFile) Text() ([]byte, error) {
	text, err := f.all()
	if err != nil {
		return nil, err
	}
	if sha256.Sum256(text) != f.sum {
		return nil, fmt.Errorf("the plan's file was changed meanwhile")
	}
	return text, nil
}
