package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// packages makes a .deb and a .rpm, which put the program and the documents where such systems have them.
func (r *release) packages(t target, program, work string) error {
	type file map[string]any
	at := r.at.Format(time.RFC3339)
	content := func(from, to string, mode int) file {
		return file{"src": from, "dst": to, "file_info": file{"mode": mode, "mtime": at}}
	}
	contents := []file{content(program, "/usr/bin/treaty", 0o755)}
	for _, d := range r.documents {
		if d.installed != "" {
			contents = append(contents, content(d.from, d.installed, 0o644))
		}
	}
	// JSON is YAML too.
	text, err := json.Marshal(file{
		"name": "treaty", "arch": t.arch, "platform": t.os, "version": r.version, "version_schema": "semver", "mtime": at,
		"section": "utils", "priority": "optional", "maintainer": "the makers of treaty <treaty@localhost>",
		"description": "keeps two directory trees in step, by plan and apply\n" +
			"treaty plan compares two trees and writes what should happen to a file that people read, edit and\n" +
			"approve; treaty apply carries out that file, after making sure that neither tree has changed.",
		"rpm": file{"buildhost": "localhost"}, "contents": contents,
	})
	if err != nil {
		return err
	}
	config := filepath.Join(work, "nfpm-"+t.arch+".yaml")
	if err := os.WriteFile(config, text, 0o644); err != nil {
		return err
	}
	environment := append(os.Environ(), "SOURCE_DATE_EPOCH="+strconv.FormatInt(r.at.Unix(), 10))
	for _, kind := range []string{"deb", "rpm"} {
		name := "treaty_" + r.number() + "_" + t.os + "_" + t.arch + "." + kind
		r.files = append(r.files, name)
		if err := run(environment, "nfpm", "package", "--config", config, "--packager", kind, "--target",
			filepath.Join(r.dir, name)); err != nil {
			return err
		}
	}
	return nil
}
