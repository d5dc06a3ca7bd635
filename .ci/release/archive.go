package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
)

// packed is a file of an archive.
type packed struct {
	name string // with that of the archive's folder
	text []byte
	mode os.FileMode
}

// archive packs the program and the documents: zip for Windows, tar.gz for all others.
func (r *release) archive(t target, program string) error {
	stem := "treaty_" + r.number() + "_" + t.os + "_" + t.arch
	pack, name := r.tar, stem+".tar.gz"
	if t.os == "windows" {
		pack, name = r.zip, stem+".zip"
	}
	files, err := r.contents(stem, program)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := pack(&out, files); err != nil {
		return err
	}
	r.files = append(r.files, name)
	return os.WriteFile(filepath.Join(r.dir, name), out.Bytes(), 0o644)
}

// contents are the files of an archive, all in one folder.
func (r *release) contents(folder, program string) ([]packed, error) {
	text, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	files := []packed{{folder + "/" + filepath.Base(program), text, 0o755}}
	for _, d := range r.documents {
		text, err := os.ReadFile(d.from)
		if err != nil {
			return nil, err
		}
		files = append(files, packed{folder + "/" + d.archived, text, 0o644})
	}
	return files, nil
}

func (r *release) tar(to io.Writer, files []packed) error {
	packer, err := gzip.NewWriterLevel(to, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(packer)
	for _, f := range files {
		header := &tar.Header{Name: f.name, Mode: int64(f.mode), Size: int64(len(f.text)), ModTime: r.at}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(f.text); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return packer.Close()
}

func (r *release) zip(to io.Writer, files []packed) error {
	archive := zip.NewWriter(to)
	for _, f := range files {
		header := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: r.at}
		header.SetMode(f.mode)
		entry, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := entry.Write(f.text); err != nil {
			return err
		}
	}
	return archive.Close()
}
