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

// archive packs the program, README, manual pages and completions: zip for Windows, tar.gz for all others.
func (r *release) archive(t target, program string) error {
	stem := "treaty_" + r.number() + "_" + t.os + "_" + t.arch
	pack, name := r.tar, stem+".tar.gz"
	if t.os == "windows" {
		pack, name = r.zip, stem+".zip"
	}
	var packed bytes.Buffer
	if err := pack(&packed, stem, []string{"README.md", program}); err != nil {
		return err
	}
	r.files = append(r.files, name)
	return os.WriteFile(filepath.Join(r.dir, name), packed.Bytes(), 0o644)
}

// mode is that of a file in an archive: programs lie in folders of their own, documents in the checkout.
func mode(file string) os.FileMode {
	if filepath.IsAbs(file) {
		return 0o755
	}
	return 0o644
}

func (r *release) tar(to io.Writer, folder string, files []string) error {
	packer, err := gzip.NewWriterLevel(to, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(packer)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		header := &tar.Header{Name: folder + "/" + filepath.Base(file), Mode: int64(mode(file)), Size: int64(len(text)), ModTime: r.at}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(text); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return packer.Close()
}

func (r *release) zip(to io.Writer, folder string, files []string) error {
	archive := zip.NewWriter(to)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		header := &zip.FileHeader{Name: folder + "/" + filepath.Base(file), Method: zip.Deflate, Modified: r.at}
		header.SetMode(mode(file))
		entry, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := entry.Write(text); err != nil {
			return err
		}
	}
	return archive.Close()
}
