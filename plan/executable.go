package plan

import (
	"maps"
	"path"
	"slices"
	"strings"

	"treaty/plan/internal/ignore"
	"treaty/plan/tree"
)

// inferMode says which mode a file or directory gets on a side that has modes, from one that has
// none. The first that speaks wins: overrides, the mode of the file there, the baseline's, the table
// of extensions, the first bytes.
func (p *policy) inferMode(d *difference, side Side) tree.Mode {
	if d.entry[side.Other()].Type == tree.Directory {
		return p.created(true)
	}
	if executable, known := p.executableByName(d, side); known {
		return p.created(executable)
	}
	if mode, known := d.formerMode(side); known {
		return mode
	}
	if executable, known := p.executableByExtension(d.path[side]); known {
		return p.created(executable)
	}
	return p.created(executableByContent(d.name[side], d.content[side.Other()].Head))
}

// needsHead tells whether only the first bytes say whether a file is executable.
func (p *policy) needsHead(d *difference, side Side) bool {
	if d.entry[side.Other()].Type != tree.File {
		return false
	}
	_, byName := p.executableByName(d, side)
	_, former := d.formerMode(side)
	_, byExtension := p.executableByExtension(d.path[side])
	return !byName && !former && !byExtension
}

// created is the mode of something new, less the planner's umask.
func (p *policy) created(executable bool) tree.Mode {
	bits := uint32(0o644)
	if executable {
		bits = 0o755
	}
	return tree.Perm(bits &^ p.options.Umask.Bits())
}

// formerMode is the mode that a file had, there or when it was last synced.
func (d *difference) formerMode(side Side) (tree.Mode, bool) {
	if e := &d.entry[side]; e.Type == tree.File && e.Mode.Known() {
		return e.Mode, true
	}
	if d.base != nil && d.base.Type == tree.File && d.base.On[side].Mode.Known() {
		return d.base.On[side].Mode, true
	}
	return 0, false
}

// executableByName asks the overrides, of which the last match wins.
func (p *policy) executableByName(d *difference, side Side) (executable, known bool) {
	overrides := p.options.Executable.Overrides
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
	if i := p.overrides.Last(string(d.path[side]), false); i >= 0 {
		return overrides[i].Executable, true
	}
	return false, false
}

// executableByExtension asks the configured table, then the built-in one. A leading dot starts no
// extension.
func (p *policy) executableByExtension(name tree.Path) (executable, known bool) {
	extension := strings.ToLower(path.Ext(strings.TrimLeft(name.Base(), ".")))
	if extension == "" {
		return false, false
	}
	extension = extension[1:]
	if p.extensions == nil {
		// A person may write "pl", ".pl" or ".PL".
		p.extensions = map[string]bool{}
		configured := p.options.Executable.Extensions
		for _, key := range slices.Sorted(maps.Keys(configured)) {
			p.extensions[strings.ToLower(strings.TrimPrefix(key, "."))] = configured[key]
		}
	}
	if executable, known = p.extensions[extension]; known {
		return executable, true
	}
	executable, known = builtinExtensions[extension]
	return executable, known
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
