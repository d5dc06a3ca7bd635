package snapshot

import (
	"encoding/json"
	"fmt"
	"strings"

	"treaty/plan/jsontext"
	"treaty/plan/scan"
	"treaty/plan/tree"
	"treaty/schema"
)

// line is one line that was read: one of these, the others nil.
type line struct {
	head      *Head
	directory *directory
	record    *record
	end       *Totals
}

// decode reads a line, held to the schema; dir is the directory whose entries are read.
func (s *scanner) decode(text []byte, dir tree.Path) (line, error) {
	doc, err := schema.ParseLine(schema.Snapshot, text, s.newer)
	if err != nil {
		return line{}, faultOf(s.line-1, err)
	}
	text = schema.InDigits(text)
	switch {
	case doc.Member("format") != nil:
		head := &Head{}
		err = json.Unmarshal(text, head)
		return line{head: head}, s.unread(err)
	case doc.Member("listing") != nil:
		d, err := readDirectory(text)
		return line{directory: d}, s.unread(err)
	case doc.Member("path") != nil:
		r, err := readRecord(text, dir)
		return line{record: r}, s.unread(err)
	}
	end := &Totals{}
	err = json.Unmarshal(text, end)
	return line{end: end}, s.unread(err)
}

// unread is an error about the line that was returned last; nil for nil.
func (s *scanner) unread(err error) error {
	if err == nil {
		return nil
	}
	return s.wrong("%v", err)
}

// readDirectory reads the line that a directory's listing begins with.
func readDirectory(text []byte) (*directory, error) {
	d := &directory{}
	r := jsontext.NewReader(text)
	for r.Open('{'); r.More('}'); {
		switch string(r.Name()) {
		case "listing":
			d.path = tree.Path(r.String())
		case "rules":
			d.rules = []string{}
			for r.Open('['); r.More(']'); {
				d.rules = append(d.rules, r.String())
			}
		case "obstacle":
			d.obstacle = tree.Obstacle(r.String())
		case "why":
			d.why = r.String()
		default:
			r.Skip()
		}
	}
	return d, r.Err()
}

// members are the members of an entry's line, as they stand there.
type members struct {
	path, target, why string
	obstacle          tree.Obstacle
	sized, timed      bool
}

// readRecord reads the line of an entry of dir.
func readRecord(text []byte, dir tree.Path) (*record, error) {
	e, m := &record{Entry: tree.Entry{Type: tree.Special}}, members{}
	r := jsontext.NewReader(text)
	for r.Open('{'); r.More('}'); {
		m.read(&r, e)
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return e, m.complete(e, dir)
}

// read reads one member into e, or into m where that takes another one to be understood. What a newer minor version
// adds is passed over.
func (m *members) read(r *jsontext.Reader, e *record) {
	switch string(r.Name()) {
	case "path":
		m.path = r.String()
	case "type":
		r.Fail(e.Type.UnmarshalText(r.Text()))
	case "size":
		e.Size, m.sized = r.Int(), true
	case "mtime":
		r.Fail(e.Mtime.UnmarshalText(r.Text()))
		m.timed = true
	case "mode":
		r.Fail(e.Mode.UnmarshalText(r.Text()))
	case "sha256":
		r.Fail(e.sha256.UnmarshalText(r.Text()))
	case "target":
		m.target = r.String()
	case "executable":
		e.executable = r.Bool()
	case "links":
		e.Links = uint32(min(r.Int(), 1<<32-1))
	case "extras":
		e.extras = r.Bool()
	case "ignored":
		e.Ruling = max(e.Ruling, ruling(r.Bool(), tree.Ignored))
	case "litter":
		e.Ruling = max(e.Ruling, ruling(r.Bool(), tree.Litter))
	case "obstacle":
		m.obstacle = tree.Obstacle(r.String())
	case "why":
		m.why = r.String()
	default:
		r.Skip()
	}
}

func ruling(set bool, to tree.Ruling) tree.Ruling {
	if set {
		return to
	}
	return tree.InScope
}

// complete gives the entry its name, and says of what stands in its way whether it is the entry that is not known, or
// its content alone. It returns what is wrong with the members beside each other.
func (m *members) complete(e *record, dir tree.Path) error {
	stated := e.Type == tree.File && m.sized && m.timed
	switch m.obstacle {
	case tree.Unreadable, changedWhileReading, linkInDisguise:
		if stated {
			e.unread, e.unreadWhy = m.obstacle, m.why
			break
		}
		fallthrough
	default:
		e.Obstacle, e.Why = m.obstacle, m.why
	}
	if err := m.fits(e, stated); err != nil {
		return err
	}
	return m.name(e, dir)
}

// fits holds what a line says of an entry to its type.
func (m *members) fits(e *record, stated bool) error {
	file := e.Type == tree.File
	switch {
	case e.Type == tree.Special && e.Obstacle == "":
		return fmt.Errorf("%q has no type, and nothing says why", m.path)
	case file && !stated && e.Obstacle != tree.Unreadable:
		return fmt.Errorf("%q is a file without size and mtime", m.path)
	case !file && (m.sized || m.timed || e.sha256.Known() || e.executable || e.Links > 0 || e.extras):
		return fmt.Errorf("%q is no file, and has what only files have", m.path)
	case e.Type == tree.Symlink && m.target == "" && e.Obstacle == "":
		return fmt.Errorf("%q is a link without a target", m.path)
	case e.Type != tree.Symlink && m.target != "":
		return fmt.Errorf("%q is no link, and has a target", m.path)
	case e.Mode.Known() && e.Type != tree.File && e.Type != tree.Directory:
		return fmt.Errorf("%q has a mode, which its type has not", m.path)
	case file && stated && e.Obstacle == "" && e.unread == "" && e.Ruling == tree.InScope && !e.sha256.Known():
		return fmt.Errorf("%q is a file without its sha256, and nothing says why", m.path)
	}
	return nil
}

// name is the entry's name in dir, and its target.
func (m *members) name(e *record, dir tree.Path) error {
	base := tree.Path(m.path).Base()
	if dir.Join(base) != tree.Path(m.path) {
		return fmt.Errorf("%q does not lie right in %s", m.path, dir.Quoted())
	}
	e.Name, e.Target = base, m.target
	if e.Obstacle == tree.NameNotUTF8 {
		name, legible := unspelled(base)
		target, also := unspelled(m.target)
		if !legible || !also {
			return fmt.Errorf("%q is not escaped as what is not UTF-8 is", m.path)
		}
		e.Name, e.Target = name, target
	}
	e.Key = tree.CollisionKey(e.Name)
	if e.Name == "." || e.Name == ".." || e.Name == "" || strings.ContainsAny(e.Name, "/\x00") || tree.Reserved(e.Name) {
		return fmt.Errorf("%q is no name in a tree", m.path)
	}
	return nil
}

// text is what the lines of a file of rules are.
func (d *directory) text() []byte { return []byte(strings.Join(d.rules, "\n") + "\n") }

// ruleFile is the entry's being the file that rules stand in.
func (r *record) ruleFile() bool {
	return r.Name == scan.IgnoreFile && r.Type == tree.File && r.Obstacle == ""
}
