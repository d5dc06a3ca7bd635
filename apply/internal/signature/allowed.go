package signature

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

const (
	maximumAllowed = 1 << 22
	maximumPattern = 1022 // a longer one makes OpenSSH's list match nothing
)

// AllowedSigners says whose signatures count, and for what. The zero value allows nobody.
type AllowedSigners struct {
	lines []line
}

type line struct {
	number     int
	list       string // the principals as they stand
	principals patternList
	key        ssh.PublicKey
	options    options
}

// ParseAllowedSigners reads a file of OpenSSH's format: on each line principals, options, a key's type
// and the key, then anything. Lines that are empty or begin with # say nothing. Whatever else cannot
// be read as it should, be it an option that is not known, refuses the file with a *LineError: a line
// that is not understood might have been there to shut somebody out. A file without signers is no
// error.
func ParseAllowedSigners(data []byte) (*AllowedSigners, error) {
	return parseAllowed(string(data), time.Local)
}

// parseAllowed is ParseAllowedSigners where times without a zone are of zone.
func parseAllowed(text string, zone *time.Location) (*AllowedSigners, error) {
	if len(text) > maximumAllowed {
		return nil, &LineError{1, fmt.Errorf("a file larger than %d bytes", maximumAllowed)}
	}
	a := new(AllowedSigners)
	number := 0
	for row := range strings.Lines(text) {
		number++
		row = strings.Trim(row, " \t\r\n")
		if row == "" || row[0] == '#' {
			continue
		}
		l, err := parseLine(row, zone)
		if err != nil {
			return nil, &LineError{number, err}
		}
		l.number = number
		a.lines = append(a.lines, l)
	}
	return a, nil
}

// parseLine reads a line that is neither empty nor a comment: principals, options if there are any, and a key.
func parseLine(row string, zone *time.Location) (line, error) {
	if strings.ContainsRune(row, 0) {
		return line{}, errors.New("a zero byte")
	}
	if strings.HasPrefix(row, "\uFEFF") {
		return line{}, errors.New("a byte order mark")
	}
	list, rest, err := cutPrincipals(row)
	if err != nil {
		return line{}, err
	}
	l := line{list: list, principals: splitPatterns(list)}
	for _, p := range l.principals {
		if len(p) > maximumPattern {
			return line{}, fmt.Errorf("a principal longer than %d bytes", maximumPattern)
		}
	}
	if kind, _, _ := cutSpace(rest); !isKeyType(kind) {
		var text string
		if text, rest, err = cutOptions(rest); err != nil {
			return line{}, err
		}
		if rest == "" {
			return line{}, errors.New("no key")
		}
		if l.options, err = parseOptions(text, zone); err != nil {
			return line{}, err
		}
	}
	l.key, err = parseKey(rest)
	return l, err
}

// cutPrincipals takes the first field, which may be in quotes, or have a quoted end.
func cutPrincipals(row string) (field, rest string, err error) {
	i := strings.IndexAny(row, " \t\r\"")
	if i < 0 {
		return "", "", errors.New("no key")
	}
	field, rest = row[:i], row[i+1:]
	if row[i] == '"' {
		quoted, after, ok := strings.Cut(rest, `"`)
		if !ok {
			return "", "", errors.New("principals without a closing quote")
		}
		field, rest = field+quoted, after
	}
	return field, strings.TrimLeft(rest, " \t\r"), nil
}

func cutSpace(s string) (field, rest string, ok bool) {
	i := strings.IndexAny(s, " \t")
	if i < 0 {
		return s, "", false
	}
	return s[:i], strings.TrimLeft(s[i:], " \t"), true
}

func isKeyType(s string) bool {
	for _, prefix := range []string{"ssh-", "ecdsa-", "sk-"} {
		if strings.HasPrefix(s, prefix) {
			return true
		}
	}
	return false
}

// parseKey reads a key with its type before it; what follows is a comment. Errors wrap ErrKey where it cannot be read.
func parseKey(s string) (ssh.PublicKey, error) {
	kind, rest, ok := cutSpace(s)
	if !isKeyType(kind) {
		return nil, fmt.Errorf("%w: type %q", ErrKey, kind)
	}
	if !ok {
		return nil, errors.New("no key")
	}
	text, _, _ := cutSpace(rest)
	blob, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	key, err := ssh.ParsePublicKey(blob)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	if key.Type() != kind {
		return nil, fmt.Errorf("%w: of type %q, not %q", ErrKey, key.Type(), kind)
	}
	// OpenSSH would take this very certificate for ever, past its own end.
	if _, ok := key.(*ssh.Certificate); ok {
		return nil, errors.New("a certificate: list its key, or its authority with cert-authority")
	}
	return key, nil
}
