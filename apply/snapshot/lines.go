package snapshot

import (
	"bytes"
	"encoding/json"
	"time"

	"treaty/plan"
	"treaty/plan/jsontext"
	"treaty/plan/tree"
	"treaty/plan/visible"
)

// Head is the first line of a snapshot. The order of the fields, here and below, is that of the JSON.
type Head struct {
	Format        string      `json:"format"`
	FormatVersion string      `json:"format_version"`
	TakenAt       time.Time   `json:"taken_at"`
	CreatedBy     plan.Author `json:"created_by"`
	// Root is what the tree is called where it was taken.
	Root string `json:"root"`
	// Host is what the machine calls itself that the tree lies on, "" where it has no name.
	Host string `json:"host,omitempty"`
	// ID is the tree's own, nil before its first apply.
	ID *string `json:"id"`
	// Synced tells, by the id of another tree, which plan the two were last synced with.
	Synced         map[string]string `json:"synced"`
	Filesystem     tree.Traits       `json:"filesystem"`
	DefaultIgnores bool              `json:"default_ignores"`
}

// Totals are what a tree amounts to, and the last line of its snapshot.
type Totals struct {
	End         bool      `json:"end"`
	Files       int       `json:"files"`
	Directories int       `json:"directories"`
	Bytes       int64     `json:"bytes"`
	Digest      tree.Hash `json:"digest"`
	// SHA256 is of all bytes before the line.
	SHA256 tree.Hash `json:"sha256"`
}

const (
	format        = "treaty.snapshot"
	formatVersion = "1.0"
)

// count adds an entry in scope.
func (t *Totals) count(e *tree.Entry) {
	switch e.Type {
	case tree.File:
		t.Files++
		t.Bytes += e.Size
	case tree.Directory:
		t.Directories++
	}
}

// directory is the line that a directory begins with.
type directory struct {
	path tree.Path
	// rules are the lines of its .treatyignore, nil where there is none.
	rules    []string
	obstacle tree.Obstacle
	why      string
}

// record is the line of an entry: the entry, and what reading it told.
type record struct {
	tree.Entry
	sha256     tree.Hash
	executable bool
	extras     bool
	// unread is why the content of a file that was listed is not known, or not what it seems: ErrChanged's code, that of
	// what cannot be read, or that of a link in disguise. unreadWhy says it in words.
	unread    tree.Obstacle
	unreadWhy string
}

// The codes of what is said of contents.
const (
	changedWhileReading = tree.Obstacle(plan.ChangedWhileReading)
	linkInDisguise      = tree.Obstacle(plan.SymlinkNotSupported)
)

// about is what a line says of why something is not known.
func (r *record) about() (tree.Obstacle, string) {
	if r.Obstacle != "" {
		return r.Obstacle, r.Why
	}
	return r.unread, r.unreadWhy
}

// compact is a value's JSON on one line, without escapes for HTML and with those for what a reader would not see.
func compact(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return visible.JSON(bytes.TrimSuffix(out.Bytes(), []byte("\n"))), nil
}

func (d *directory) write(w *jsontext.Writer) {
	w.Open('{')
	w.Member("listing", string(d.path))
	if d.rules != nil {
		w.Name("rules")
		w.Open('[')
		for _, line := range d.rules {
			w.String(line)
		}
		w.Close(']')
	}
	writeObstacle(w, d.obstacle, d.why)
	w.Close('}')
}

// write writes the line of an entry in a directory.
func (r *record) write(w *jsontext.Writer, dir tree.Path) {
	w.Open('{')
	w.Member("path", string(dir.Join(r.spelled(r.Name))))
	r.writeState(w)
	for _, flag := range []struct {
		name string
		set  bool
	}{{"ignored", r.Ruling == tree.Ignored}, {"litter", r.Ruling == tree.Litter}} {
		if flag.set {
			w.Name(flag.name)
			w.Bool(true)
		}
	}
	obstacle, why := r.about()
	writeObstacle(w, obstacle, why)
	w.Close('}')
}

// writeState writes what a plan's state would have, and what else there is to a file.
func (r *record) writeState(w *jsontext.Writer) {
	if r.Type == tree.Special {
		return
	}
	w.Member("type", r.Type.String())
	if r.stated() {
		w.Name("size")
		w.Int(r.Size)
		w.Name("mtime")
		w.Time(r.Mtime.Time())
	}
	if r.Mode.Known() && r.Type != tree.Symlink {
		w.Member("mode", r.Mode.String())
	}
	if r.sha256.Known() {
		w.Name("sha256")
		w.Hex(r.sha256[:])
	}
	if r.Type == tree.Symlink && r.Target != "" {
		w.Member("target", r.spelled(r.Target))
	}
	if r.executable {
		w.Name("executable")
		w.Bool(true)
	}
	if r.Type == tree.File && r.Links > 1 {
		w.Name("links")
		w.Int(int64(r.Links))
	}
	if r.extras {
		w.Name("extras")
		w.Bool(true)
	}
}

// stated tells whether it is a file that could be looked at.
func (r *record) stated() bool { return r.Type == tree.File && r.Obstacle != tree.Unreadable }

func writeObstacle(w *jsontext.Writer, obstacle tree.Obstacle, why string) {
	if obstacle == "" {
		return
	}
	w.Member("obstacle", string(obstacle))
	if why != "" {
		w.Member("why", why)
	}
}
