// Package programs tells which files are programs, where a filesystem keeps no modes: by a person's overrides, by the
// extensions of names, and by first bytes. It is pure.
package programs

import (
	"iter"
	"maps"
	"path"
	"slices"
	"strings"

	"treaty/plan/internal/ignore"
	"treaty/plan/tree"
)

// Rules say which files are executable, by their path, their first bytes and what they were before.
type Rules struct {
	// patterns are the overrides, and executable is what each says.
	patterns   []string
	executable []bool
	// overrides are the patterns, compiled when first asked.
	overrides *ignore.List
	// given are extensions as a person wrote them, and extensions are these without their dots and in lower case, made
	// when first asked.
	given, extensions map[string]bool
	umask             tree.Mode
}

// New are the rules with some of a person's. Overrides are patterns as in .gitignore, of which the last match wins;
// extensions, with or without their dot, add to the built-in table. The umask is the planner's.
func New(overrides iter.Seq2[string, bool], extensions map[string]bool, umask tree.Mode) Rules {
	r := Rules{given: extensions, umask: umask}
	for pattern, executable := range overrides {
		r.patterns, r.executable = append(r.patterns, pattern), append(r.executable, executable)
	}
	return r
}

// Infer says which mode a file gets on a side that has modes, from one that has none. The first that speaks wins:
// overrides, the former mode, which is not known where there is none, the table of extensions, the first bytes.
func (r *Rules) Infer(path tree.Path, former tree.Mode, head []byte) tree.Mode {
	if executable, speaks := r.overridden(path); speaks {
		return r.Created(executable)
	}
	if former.Known() {
		return former
	}
	if executable, speaks := r.byExtension(path); speaks {
		return r.Created(executable)
	}
	return r.Created(ByContent(path.Base(), head))
}

// NeedsHead tells whether only the first bytes say which mode Infer gives.
func (r *Rules) NeedsHead(path tree.Path, former tree.Mode) bool {
	_, speaks := r.ByName(path)
	return !speaks && !former.Known()
}

// Created is the mode of something new, less the planner's umask.
func (r *Rules) Created(executable bool) tree.Mode {
	bits := uint32(0o644)
	if executable {
		bits = 0o755
	}
	return tree.Perm(bits &^ r.umask.Bits())
}

// leastProgram is the size of the shortest file that any system runs: "#!/x".
const leastProgram = 4

// Ruled asks the overrides, the table and the first bytes, whatever mode there was; it does not speak where only a
// head that was not read would tell.
func (r *Rules) Ruled(path tree.Path, size int64, head []byte) (executable, speaks bool) {
	if executable, speaks = r.ByName(path); speaks {
		return executable, true
	}
	if head == nil && size >= leastProgram {
		return false, false
	}
	return ByContent(path.Base(), head), true
}

// As is a mode of which the owner's executable bit is what the rules say: as it is, or else that of a new file.
func (r *Rules) As(mode tree.Mode, executable bool) tree.Mode {
	const others = 0o011
	if bits := mode.Bits(); executable == (bits&0o100 != 0) && (executable || bits&others == 0) {
		return mode
	}
	return r.Created(executable)
}

// ByName asks the overrides and the table.
func (r *Rules) ByName(path tree.Path) (executable, speaks bool) {
	if executable, speaks = r.overridden(path); !speaks {
		executable, speaks = r.byExtension(path)
	}
	return executable, speaks
}

// overridden asks the overrides, of which the last match wins.
func (r *Rules) overridden(path tree.Path) (executable, speaks bool) {
	if len(r.patterns) == 0 {
		return false, false
	}
	if r.overrides == nil {
		list := ignore.Patterns(r.patterns)
		r.overrides = &list
	}
	if i := r.overrides.Last(string(path), false); i >= 0 {
		return r.executable[i], true
	}
	return false, false
}

// byExtension asks the configured table, then the built-in one. A leading dot starts no extension.
func (r *Rules) byExtension(name tree.Path) (executable, speaks bool) {
	extension := strings.ToLower(path.Ext(strings.TrimLeft(name.Base(), ".")))
	if extension == "" {
		return false, false
	}
	extension = extension[1:]
	if r.extensions == nil {
		// A person may write "pl", ".pl" or ".PL".
		r.extensions = map[string]bool{}
		for _, key := range slices.Sorted(maps.Keys(r.given)) {
			r.extensions[strings.ToLower(strings.TrimPrefix(key, "."))] = r.given[key]
		}
	}
	if executable, speaks = r.extensions[extension]; speaks {
		return executable, true
	}
	executable, speaks = builtinExtensions[extension]
	return executable, speaks
}

// builtinExtensions is the original script's table with its everyday kin.
var builtinExtensions = func() map[string]bool {
	table := map[string]bool{}
	for _, extension := range strings.Fields(`py sh rb cgi bash zsh fish pl command`) {
		table[extension] = true
	}
	for _, extension := range strings.Fields(`exe dll msi html htm css js mjs ts jsx tsx xml xsl json txt md
		rst csv tsv rtf output log ini cfg conf toml yaml yml tar gz tgz bz2 xz zst zip 7z rar dmg iso jar
		jpg jpeg png gif tif tiff bmp svg webp heic ico mp3 mp4 m4a m4v wav flac ogg avi mov mkv webm pdf ps
		eps epub doc docx odt xls xlsx ods ppt pptx odp key numbers pages c cc cpp cxx h hh hpp m mm go rs
		java swift kt scheme tex bib ttf otf woff woff2 db sqlite`) {
		table[extension] = false
	}
	return table
}()
