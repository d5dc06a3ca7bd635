// Command release makes the files of a release out of a checkout that is clean:
//
//	go run ./.ci/release FOLDER
//
// FOLDER, which is made, then has an archive for each platform, packages for Debian's and Red Hat's kinds of Linux, a
// list of what the program is made of (an SBOM, CycloneDX), and SHA256SUMS of them all. The same commit and the same Go
// give the same bytes, whatever the folder, the machine and the day: times are those of the commit.
//
// It needs nfpm and cyclonedx-gomod on PATH; .ci/run release installs them and holds two releases against each other.
package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// target is a platform that is released for.
type target struct{ os, arch string }

var targets = []target{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"},
	{"windows", "amd64"}, {"windows", "arm64"},
}

// release is what all of its files share.
type release struct {
	// dir is an absolute path.
	dir     string
	version string
	at      time.Time
	// files are names in dir, in the order in which they were made.
	files []string
	// documents are what every archive and package has besides the program.
	documents []document
}

// document is a file to be read, by people or by a shell: where it is, where an archive has it, and where a Linux
// system has it.
type document struct{ from, archived, installed string }

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./.ci/release FOLDER")
		os.Exit(2)
	}
	if err := publish(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func publish(folder string) error {
	r, err := begin(folder)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "treaty-release")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := r.describe(work); err != nil {
		return err
	}
	for _, t := range targets {
		program, err := r.build(t, work)
		if err != nil {
			return err
		}
		if err := r.archive(t, program); err != nil {
			return err
		}
		if t.os == "linux" {
			if err := r.packages(t, program, work); err != nil {
				return err
			}
		}
	}
	if err := r.parts(); err != nil {
		return err
	}
	return r.sums()
}

// begin finds out what is released: the version is git's, as v1.2.3 where the commit has such a tag, else the pseudo
// version that the go command gives a commit without one.
func begin(folder string) (*release, error) {
	dir, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	if changed, err := output("git", "status", "--porcelain"); err != nil || changed != "" {
		return nil, fmt.Errorf("the checkout is not clean (%v):\n%s", err, changed)
	}
	text, err := output("git", "log", "-1", "--format=%ct %H")
	if err != nil {
		return nil, err
	}
	seconds, commit, _ := strings.Cut(text, " ")
	unix, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return nil, err
	}
	r := &release{dir: dir, at: time.Unix(unix, 0).UTC()}
	r.version, err = output("git", "describe", "--tags", "--exact-match", "--match", "v[0-9]*")
	if err != nil {
		r.version = "v0.0.0-" + r.at.Format("20060102150405") + "-" + commit[:12]
	}
	if !regexp.MustCompile(`^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`).MatchString(r.version) {
		return nil, fmt.Errorf("%s is no version", r.version)
	}
	return r, os.Mkdir(dir, 0o755)
}

// describe has the program, built for this machine, write its manual pages and completions.
func (r *release) describe(work string) error {
	program, err := r.build(target{runtime.GOOS, runtime.GOARCH}, filepath.Join(work, "here"))
	if err != nil {
		return err
	}
	pages := filepath.Join(work, "man")
	if err := os.Mkdir(pages, 0o755); err != nil {
		return err
	}
	if err := run(os.Environ(), program, "__manual", pages); err != nil {
		return err
	}
	list, err := os.ReadDir(pages) // sorted
	if err != nil {
		return err
	}
	r.documents = []document{{"README.md", "README.md", "/usr/share/doc/treaty/README.md"}}
	guides, err := filepath.Glob(".github/docs/*")
	if err != nil {
		return err
	}
	for _, guide := range guides { // where README.md leads to them
		r.documents = append(r.documents, document{guide, guide, "/usr/share/doc/treaty/" + guide})
	}
	for _, page := range list {
		r.documents = append(r.documents,
			document{filepath.Join(pages, page.Name()), "man/" + page.Name(), "/usr/share/man/man1/" + page.Name()})
	}
	return r.completions(program, work)
}

// completions has the program write the scripts of each shell.
func (r *release) completions(program, work string) error {
	for _, s := range []struct{ shell, archived, installed string }{
		{"bash", "treaty.bash", "/usr/share/bash-completion/completions/treaty"},
		{"zsh", "_treaty", "/usr/share/zsh/vendor-completions/_treaty"},
		{"fish", "treaty.fish", "/usr/share/fish/vendor_completions.d/treaty.fish"},
		{"powershell", "treaty.ps1", ""},
	} {
		text, err := exec.Command(program, "completion", s.shell).Output()
		if err != nil {
			return fmt.Errorf("completion %s: %w", s.shell, err)
		}
		from := filepath.Join(work, s.archived)
		if err := os.WriteFile(from, text, 0o644); err != nil {
			return err
		}
		r.documents = append(r.documents, document{from, "completions/" + s.archived, s.installed})
	}
	return nil
}

// build compiles the program for a platform and returns its path.
func (r *release) build(t target, work string) (string, error) {
	name := "treaty"
	if t.os == "windows" {
		name += ".exe"
	}
	program := filepath.Join(work, t.os+"-"+t.arch, name)
	return program, run(t.environment(), "go", "build", "-trimpath", "-buildvcs=true", "-ldflags=-s -w",
		"-o", program, "./cmd/treaty")
}

func (t target) environment() []string {
	return append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOOS="+t.os, "GOARCH="+t.arch)
}

// parts writes the list of modules that the program is made of.
func (r *release) parts() error {
	name := "treaty_" + r.number() + ".cdx.json"
	r.files = append(r.files, name)
	return run(target{"linux", "amd64"}.environment(), "cyclonedx-gomod", "app", "-json",
		"-noserial", "-notimestamp", "-std",
		"-main", "cmd/treaty", "-output", filepath.Join(r.dir, name), ".")
}

// number is the version without its v.
func (r *release) number() string { return r.version[1:] }

func (r *release) sums() error {
	var list strings.Builder
	for _, name := range r.files {
		text, err := os.ReadFile(filepath.Join(r.dir, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(&list, "%x  %s\n", sha256.Sum256(text), name)
	}
	return os.WriteFile(filepath.Join(r.dir, "SHA256SUMS"), []byte(list.String()), 0o644)
}

func output(name string, args ...string) (string, error) {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}

func run(environment []string, name string, args ...string) error {
	command := exec.Command(name, args...)
	command.Env = environment
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return nil
}
