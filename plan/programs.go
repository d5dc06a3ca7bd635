package plan

import (
	"maps"
	"path"
	"slices"
	"strings"

	"treaty/plan/internal/ignore"
	"treaty/plan/tree"
)

// programs says which files are executable, by their path, their first bytes and what they were before. It is asked
// where only one side has modes, and by whoever wants all modes by the rules.
type programs struct {
	rules Executable
	// umask is the planner's.
	umask tree.Mode
	// overrides are the rules' patterns, compiled when first asked.
	overrides *ignore.List
	// extensions are the rules', without their dots and in lower case, made when first asked.
	extensions map[string]bool
}

// infer says which mode a file gets on a side that has modes, from one that has none. The first that speaks wins:
// overrides, the former mode, which is not known where there is none, the table of extensions, the first bytes.
func (p *programs) infer(path tree.Path, former tree.Mode, head []byte) tree.Mode {
	if executable, speaks := p.overridden(path); speaks {
		return p.created(executable)
	}
	if former.Known() {
		return former
	}
	if executable, speaks := p.byExtension(path); speaks {
		return p.created(executable)
	}
	return p.created(executableByContent(path.Base(), head))
}

// needsHead tells whether only the first bytes say which mode infer gives.
func (p *programs) needsHead(path tree.Path, former tree.Mode) bool {
	_, speaks := p.byName(path)
	return !speaks && !former.Known()
}

// created is the mode of something new, less the planner's umask.
func (p *programs) created(executable bool) tree.Mode {
	bits := uint32(0o644)
	if executable {
		bits = 0o755
	}
	return tree.Perm(bits &^ p.umask.Bits())
}

// leastProgram is the size of the shortest file that any system runs: "#!/x".
const leastProgram = 4

// ruled asks the overrides, the table and the first bytes, whatever mode there was; it does not speak where only a
// head that was not read would tell.
func (p *programs) ruled(path tree.Path, size int64, head []byte) (executable, speaks bool) {
	if executable, speaks = p.byName(path); speaks {
		return executable, true
	}
	if head == nil && size >= leastProgram {
		return false, false
	}
	return executableByContent(path.Base(), head), true
}

// as is a mode of which the owner's executable bit is what the rules say: as it is, or else that of a new file.
func (p *programs) as(mode tree.Mode, executable bool) tree.Mode {
	const others = 0o011
	if bits := mode.Bits(); executable == (bits&0o100 != 0) && (executable || bits&others == 0) {
		return mode
	}
	return p.created(executable)
}

// byName asks the overrides and the table.
func (p *programs) byName(path tree.Path) (executable, speaks bool) {
	if executable, speaks = p.overridden(path); !speaks {
		executable, speaks = p.byExtension(path)
	}
	return executable, speaks
}

// overridden asks the overrides, of which the last match wins.
func (p *programs) overridden(path tree.Path) (executable, speaks bool) {
	overrides := p.rules.Overrides
	if len(overrides) == 0 {
		return false, false
	}
	if p.overrides == nil {
		patterns := make([]string, len(overrides))
		for i := range overrides {
			patterns[i] = overrides[i].Pattern
		}
		list := ignore.Patterns(patterns)
		p.overrides = &list
	}
	if i := p.overrides.Last(string(path), false); i >= 0 {
		return overrides[i].Executable, true
	}
	return false, false
}

// byExtension asks the configured table, then the built-in one. A leading dot starts no extension.
func (p *programs) byExtension(name tree.Path) (executable, speaks bool) {
	extension := strings.ToLower(path.Ext(strings.TrimLeft(name.Base(), ".")))
	if extension == "" {
		return false, false
	}
	extension = extension[1:]
	if p.extensions == nil {
		// A person may write "pl", ".pl" or ".PL".
		p.extensions = map[string]bool{}
		for _, key := range slices.Sorted(maps.Keys(p.rules.Extensions)) {
			p.extensions[strings.ToLower(strings.TrimPrefix(key, "."))] = p.rules.Extensions[key]
		}
	}
	if executable, speaks = p.extensions[extension]; speaks {
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
