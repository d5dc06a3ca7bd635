package store

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Newest is the path of the plan that was made last. Errors wrap ErrNoPlan where there is none.
func (s *Reader) Newest() (string, error) {
	names, err := s.names(PlansFolder)
	if err != nil {
		return "", err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !strings.HasSuffix(name, planSuffix) })
	if len(names) == 0 {
		return "", fmt.Errorf("%w in %s", ErrNoPlan, s.Path(PlansFolder))
	}
	files := make([]planFile, len(names))
	for i, name := range names {
		files[i] = planFileOf(s, name)
	}
	return s.Path(PlansFolder + "/" + slices.MaxFunc(files, planFile.compare).name), nil
}

// planFile is a file of a plan, by its name.
type planFile struct {
	name string
	// at is when the plan was made, unknown of one that does not say so: nothing tells that it is not the newest.
	at      time.Time
	unknown bool
	// own tells that the name is the one that PlanName gives.
	own bool
}

// compare is how files are ordered by when their plans were made. Of copies of one plan the one with its own name is
// the last.
func (f planFile) compare(other planFile) int {
	last := func(is, its bool) int {
		switch {
		case is == its:
			return 0
		case is:
			return 1
		}
		return -1
	}
	return cmp.Or(last(f.unknown, other.unknown), f.at.Compare(other.at), last(f.own, other.own),
		cmp.Compare(f.name, other.name))
}

// planFileOf reads no file whose name tells when its plan was made.
func planFileOf(s *Reader, name string) planFile {
	if at, known := planTime(name); known {
		return planFile{name: name, at: at, own: true}
	}
	file, _, err := s.source.OpenPrivate(PlansFolder + "/" + name)
	if err != nil {
		return planFile{name: name, unknown: true}
	}
	defer file.Close()
	at, found := createdAt(file)
	return planFile{name: name, at: at.Truncate(time.Millisecond), unknown: !found}
}

// createdAt is when a plan says that it was made. No more of its text is read than that takes.
func createdAt(text io.Reader) (at time.Time, found bool) {
	in := json.NewDecoder(text)
	if token, err := in.Token(); err != nil || token != json.Delim('{') {
		return at, false
	}
	for in.More() {
		key, err := in.Token()
		if err != nil {
			return at, false
		}
		if key == "created_at" {
			return at, in.Decode(&at) == nil
		}
		if err := in.Decode(new(json.RawMessage)); err != nil {
			return at, false
		}
	}
	return at, false
}
