package plan_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"treaty/plan"
	"treaty/plan/tree"
)

// The language of testdata/reconcile:
//
//	case: what is true
//	shift: remote 3600              all times of remote are later by that many seconds than written below
//	options: hash=all bidirectional=conflict local-fs=fat ignore=*.tmp only=d/ atomic=.git executable=bin/*:yes ignores-times=remote
//	base:    a=1 d/ l->a            without this line nothing was ever synced
//	local:   a=2@20!755 d/b=3
//	remote:  a=1 s|fifo d/|unreadable
//	want:    update remote a changed-on-local @20 !755
//	want(conflict,hash=all): …      the same, where these options say otherwise
//	agreed: 1
//
// An entry is name=content@second!mode#size, name/!mode or name->target; names and contents may be
// quoted as in Go. Content that is a number n was written at second 10n, other content at ten times its
// first byte, and nothing else tells the time. Modes are 644 and 755 unless given. After bars follow
// troubles (unreadable, partial, changing, fifo, mount-point), extras, links and inode:NUMBER, and in a base
// what is on record: racy, racy-local, nohash, local@second!mode, local-inode:NUMBER, remote-name:NAME,
// quoted or not.
//
// Wants are "ACTION SIDE PATH [from PATH] REASON", "conflict PATH KIND [remote-path PATH]", "blocked SIDE
// PATH CODE", "warning SIDE PATH CODE" (with - for none), or "nothing". What a want says besides, @ and !
// of what will be, [choices: local remote newer both skip] and [as NAME], must hold too.

// epoch is second 0 of the tables.
var epoch = tree.TimeOf(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))

// item is an entry as a table has it.
type item struct {
	path  tree.Path
	node  node
	marks []string
}

// tableCase is one case of a table.
type tableCase struct {
	file            string
	line            int
	name            string
	options         []string
	base            []item
	known           bool
	side            plan.Sides[[]item]
	wants           []want
	agreed, ignored int // -1 where not said
	shift           plan.Sides[time.Duration]
}

// want is what a plan must be where the options named by when hold.
type want struct {
	when  []string
	lines []string
}

// readTables reads all cases of testdata/reconcile.
func readTables(t *testing.T) []*tableCase {
	t.Helper()
	files, err := filepath.Glob("../testdata/reconcile/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tables: %v", err)
	}
	var cases []*tableCase
	names := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c *tableCase
		for i, line := range strings.Split(string(text), "\n") {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			key, rest, found := strings.Cut(line, ":")
			rest = strings.TrimSpace(rest)
			if key == "case" && found {
				if names[rest] {
					t.Fatalf("%s:%d: a second case %q", file, i+1, rest)
				}
				names[rest] = true
				c = &tableCase{file: filepath.Base(file), line: i + 1, name: rest, agreed: -1, ignored: -1}
				cases = append(cases, c)
				continue
			}
			if err := c.add(key, rest); err != nil || !found {
				t.Fatalf("%s:%d: %v", file, i+1, err)
			}
		}
	}
	return cases
}

// add takes one line of a case.
func (c *tableCase) add(key, rest string) (err error) {
	key, when, _ := strings.Cut(strings.TrimSuffix(key, ")"), "(")
	switch key {
	case "options":
		c.options = append(c.options, words(rest)...)
	case "base":
		c.known = true
		c.base, err = items(rest)
	case "local":
		c.side[plan.Local], err = items(rest)
	case "remote":
		c.side[plan.Remote], err = items(rest)
	case "agreed":
		c.agreed, err = strconv.Atoi(rest)
	case "ignored":
		c.ignored, err = strconv.Atoi(rest)
	case "shift":
		for _, part := range strings.Split(rest, ",") {
			var side plan.Side
			name, by, _ := strings.Cut(strings.TrimSpace(part), " ")
			if err := side.UnmarshalText([]byte(name)); err != nil {
				return err
			}
			var seconds int64
			seconds, err = strconv.ParseInt(by, 10, 64)
			c.shift[side] = time.Duration(seconds * 1e9)
		}
	case "want":
		var options []string
		if when != "" {
			options = strings.Split(when, ",")
		}
		i := slices.IndexFunc(c.wants, func(w want) bool { return slices.Equal(w.when, options) })
		if i < 0 {
			c.wants = append(c.wants, want{when: options})
			i = len(c.wants) - 1
		}
		if rest != "nothing" {
			c.wants[i].lines = append(c.wants[i].lines, rest)
		}
	default:
		err = fmt.Errorf("no line %q", key)
	}
	return err
}

// words splits a line at spaces outside of quotes and brackets.
func words(line string) []string {
	var list []string
	word, quoted, depth := "", false, 0
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quoted && c == '\\':
			word += line[i : i+2]
			i++
			continue
		case c == '"':
			quoted = !quoted
		case !quoted && c == '[':
			depth++
		case !quoted && c == ']':
			depth--
		case !quoted && depth == 0 && c == ' ':
			if word != "" {
				list = append(list, word)
			}
			word = ""
			continue
		}
		word += line[i : i+1]
	}
	if word != "" {
		list = append(list, word)
	}
	return list
}

func items(line string) ([]item, error) {
	var list []item
	for _, word := range words(line) {
		i, err := parseItem(word)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", word, err)
		}
		list = append(list, i)
	}
	return list, nil
}

// piece takes a quoted text, or what comes before any of stops, off the front of word.
func piece(word string, stops ...string) (text, rest string, err error) {
	if strings.HasPrefix(word, `"`) {
		quoted, err := strconv.QuotedPrefix(word)
		if err != nil {
			return "", "", err
		}
		text, err = strconv.Unquote(quoted)
		return text, word[len(quoted):], err
	}
	end := len(word)
	for _, stop := range stops {
		if i := strings.Index(word[:end], stop); i >= 0 {
			end = i
		}
	}
	return word[:end], word[end:], nil
}

func parseItem(word string) (item, error) {
	i := item{node: node{mode: tree.Perm(0o644)}}
	name, rest, err := piece(word, "=", "->", "|", "/!")
	if err != nil {
		return i, err
	}
	if strings.HasPrefix(rest, "/!") {
		name, rest = name+"/", rest[1:]
	}
	n := &i.node
	given := false
	switch {
	case strings.HasSuffix(name, "/"):
		name = strings.TrimSuffix(name, "/")
		n.kind, n.mode = tree.Directory, tree.Perm(0o755)
	case strings.HasPrefix(rest, "="):
		n.kind = tree.File
		n.content, rest, err = piece(rest[1:], "@", "!", "#", "|")
		n.size = int64(len(n.content))
	case strings.HasPrefix(rest, "->"):
		n.kind, n.mode = tree.Symlink, 0
		n.target, rest, err = piece(rest[2:], "|")
	case strings.HasPrefix(rest, "|fifo"):
		n.kind, n.mode, rest = tree.Special, 0, strings.TrimPrefix(rest, "|fifo")
	default:
		err = fmt.Errorf("neither file, directory nor link")
	}
	if err != nil {
		return i, err
	}
	i.path = tree.Path(name)
	for rest != "" && rest[0] != '|' && err == nil {
		var text string
		mark := rest[0]
		text, rest, err = piece(rest[1:], "@", "!", "#", "|")
		if err != nil {
			break
		}
		switch mark {
		case '@':
			given = true
			n.mtime, err = second(text)
		case '!':
			n.mode, err = mode(text)
		case '#':
			n.size, err = strconv.ParseInt(text, 10, 64)
		}
	}
	if rest != "" {
		i.marks = strings.Split(rest[1:], "|")
	}
	if n.kind == tree.File && !given {
		n.mtime = written(n.content)
	}
	return i, err
}

// written is when a content was written, unless a table says otherwise.
func written(content string) tree.Time {
	if number, err := strconv.Atoi(content); err == nil {
		return epoch.Add(time.Duration(number) * 10e9)
	}
	if content == "" {
		return epoch
	}
	return epoch.Add(time.Duration(content[0]) * 10e9)
}

func second(text string) (tree.Time, error) {
	d, err := time.ParseDuration(text + "s")
	return epoch.Add(time.Duration(d)), err
}

func mode(text string) (tree.Mode, error) {
	bits, err := strconv.ParseUint(text, 8, 9)
	return tree.Perm(uint32(bits)), err
}

// world builds what the case describes, with more options on top.
func (c *tableCase) world(more ...string) (*world, error) {
	w := &world{options: defaults()}
	for _, side := range plan.BothSides {
		w.trees[side] = newTree(tree.POSIX)
	}
	for _, option := range slices.Concat(c.options, more) {
		if err := w.set(option); err != nil {
			return nil, err
		}
	}
	for _, side := range plan.BothSides {
		for _, i := range c.side[side] {
			n := i.node
			for _, mark := range i.marks {
				if number, found := strings.CutPrefix(mark, "inode:"); found {
					inode, err := strconv.ParseUint(number, 10, 64)
					if err != nil {
						return nil, err
					}
					n.inode = inode
					continue
				}
				switch mark {
				case "unshifted":
				case "extras":
					n.extras = true
				case "links":
					n.links = 2
				case "unreadable", "partial", "changing", "mount-point":
					n.trouble = mark
				default:
					return nil, fmt.Errorf("no mark %q", mark)
				}
			}
			if n.kind == tree.File && !slices.Contains(i.marks, "unshifted") {
				n.mtime = n.mtime.Add(c.shift[side])
			}
			w.trees[side].put(i.path, &n)
		}
	}
	if c.known {
		w.base = memoryBaseline{}
		for _, i := range c.base {
			if err := w.remember(i); err != nil {
				return nil, err
			}
		}
	}
	return w, nil
}

func (w *world) set(option string) error {
	key, value, _ := strings.Cut(option, "=")
	switch key {
	case "hash":
		w.options.Hash = plan.HashWhat(value)
	case "bidirectional":
		w.options.Bidirectional = plan.Bidirectional(value)
	case "local-fs":
		w.trees[plan.Local].traits = tree.Profile(value).Traits()
	case "remote-fs":
		w.trees[plan.Remote].traits = tree.Profile(value).Traits()
	case "ignores-times":
		w.trees[plan.Local].traits.IgnoresTimes = value == "local"
		w.trees[plan.Remote].traits.IgnoresTimes = value == "remote"
	case "ignore":
		w.options.Ignore = append(w.options.Ignore, value)
	case "atomic":
		w.options.Atomic = append([]string{}, w.options.Atomic...)
		if value != "" {
			w.options.Atomic = append(w.options.Atomic, value)
		}
	case "only":
		w.options.Only = append(w.options.Only, value)
	case "default-ignores":
		w.options.DefaultIgnores = value == "on"
	case "align-times":
		w.options.AlignTimes = true
	case "fix-modes":
		w.options.FixModes = true
	case "diffs":
		w.options.Diffs = plan.DiffWhat(value)
	case "umask":
		m, err := mode(value)
		w.options.Umask = m
		return err
	case "executable":
		pattern, yes, _ := strings.Cut(value, ":")
		w.options.Executable.Overrides = append(w.options.Executable.Overrides,
			plan.ExecutableOverride{Pattern: pattern, Executable: yes == "yes"})
	case "extension":
		extension, yes, _ := strings.Cut(value, ":")
		w.options.Executable.Extensions[extension] = yes == "yes"
	default:
		return fmt.Errorf("no option %q", key)
	}
	return nil
}

// remember takes an entry of a case's base into the baseline, as each side's filesystem keeps it.
func (w *world) remember(i item) error {
	n, name := i.node, i.path.Base()
	a := tree.Agreed{Name: [2]string{name, name}, Type: n.kind, Target: n.target}
	if n.kind == tree.File {
		a.Size, a.SHA256, a.Mtime = n.size, sha256.Sum256([]byte(n.content)), n.mtime
	}
	for _, side := range plan.BothSides {
		traits := w.trees[side].traits
		if n.kind == tree.File {
			a.On[side].Mtime = traits.Keep(n.mtime)
		}
		if traits.Modes && n.kind != tree.Symlink {
			a.On[side].Mode = n.mode
		}
	}
	for _, mark := range i.marks {
		side := plan.Local
		rest, of := strings.CutPrefix(mark, "local")
		if !of {
			if rest, of = strings.CutPrefix(mark, "remote"); of {
				side = plan.Remote
			}
		}
		switch {
		case mark == "racy":
			a.On[plan.Local].Racy, a.On[plan.Remote].Racy = true, true
		case mark == "racy-local":
			a.On[plan.Local].Racy = true
		case mark == "racy-remote":
			a.On[plan.Remote].Racy = true
		case mark == "nohash":
			a.SHA256 = tree.Hash{}
		case of && strings.HasPrefix(rest, "-inode:"):
			inode, err := strconv.ParseUint(strings.TrimPrefix(rest, "-inode:"), 10, 64)
			if err != nil {
				return err
			}
			a.On[side].Inode = inode
		case of && strings.HasPrefix(rest, "-name:"):
			a.Name[side] = strings.TrimPrefix(rest, "-name:")
			if unquoted, err := strconv.Unquote(a.Name[side]); err == nil {
				a.Name[side] = unquoted
			}
		case of:
			at, permissions, both := strings.Cut(rest, "!")
			if at != "" {
				kept, err := second(strings.TrimPrefix(at, "@"))
				if err != nil {
					return err
				}
				a.On[side].Mtime = kept
			}
			if both {
				kept, err := mode(permissions)
				if err != nil {
					return err
				}
				a.On[side].Mode = kept
			}
		default:
			return fmt.Errorf("no mark %q in a base", mark)
		}
	}
	w.base.add(i.path.Parent(), a)
	return nil
}

// spelled is a path as the tables spell it.
func spelled(path tree.Path) string {
	if text := string(path); utf8.ValidString(text) && strconv.Quote(text) == `"`+text+`"` &&
		!strings.Contains(text, " ") {
		return text
	}
	return strconv.Quote(string(path))
}

// seconds is a time as the tables spell it.
func seconds(t tree.Time) string {
	return "@" + strings.TrimSuffix(strconv.FormatFloat(t.Sub(epoch).Seconds(), 'f', -1, 64), ".0")
}

// statement is an element of a plan in the language of the tables: what it is, and what a want may say
// besides.
type statement struct {
	text    string
	besides []string
}

func (s statement) String() string { return strings.Join(append([]string{s.text}, s.besides...), " ") }

// statements is a plan in the language of the tables.
func statements(p *plan.Plan) []statement {
	var list []statement
	for _, op := range p.Operations {
		s := statement{text: fmt.Sprintf("%s %s %s", op.Action, op.Side, spelled(op.Path))}
		if op.From() != "" {
			s.text += " from " + spelled(op.From())
		}
		s.text += " " + op.Reason.String()
		if op.After.Of() == tree.File {
			s.besides = append(s.besides, seconds(op.After.Mtime))
		}
		if op.After != nil && op.After.Mode.Known() {
			s.besides = append(s.besides, "!"+strings.TrimPrefix(op.After.Mode.String(), "0"))
		}
		list = append(list, s)
	}
	for _, c := range p.Conflicts {
		s := statement{text: fmt.Sprintf("conflict %s %s", spelled(c.Path), c.Kind)}
		if c.RemotePath != "" {
			s.text += " remote-path " + spelled(c.RemotePath)
		}
		choices := "[choices:"
		for _, r := range []plan.Resolution{plan.TakeLocal, plan.TakeRemote, plan.TakeNewer, plan.KeepBoth, plan.SkipPath} {
			if c.Choices.Allows(r) {
				choices += " " + strings.TrimPrefix(strings.TrimPrefix(string(r), "take-"), "keep-")
			}
		}
		s.besides = append(s.besides, choices+"]")
		if c.KeepBothAs != "" {
			s.besides = append(s.besides, "[as "+spelled(c.KeepBothAs)+"]")
		}
		list = append(list, s)
	}
	for _, problem := range p.Problems {
		side, path := "-", "-"
		if problem.Side != nil {
			side = problem.Side.String()
		}
		if problem.Path != nil {
			path = spelled(*problem.Path)
		}
		list = append(list, statement{text: fmt.Sprintf("%s %s %s %s", problem.Severity, side, path, problem.Code)})
	}
	return list
}

// parseWant splits a want into the statement and what it says besides.
func parseWant(line string) statement {
	var s statement
	var text []string
	for _, word := range words(line) {
		switch word[0] {
		case '@', '!', '[':
			s.besides = append(s.besides, word)
			continue
		case '"':
			if path, err := strconv.Unquote(word); err == nil {
				word = spelled(tree.Path(path))
			}
		}
		text = append(text, word)
	}
	s.text = strings.Join(text, " ")
	return s
}
