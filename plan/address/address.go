// Package address has the addresses of trees on other machines, ssh://[user@]host[:port]/abs/path: how people and plans
// write them, and what is refused since it would mean something else to ssh, to a shell, or there. It is pure: nothing
// is looked up or connected to.
package address

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const scheme = "ssh://"

// Address is where a tree lies on a machine that ssh reaches.
type Address struct {
	// User is "" where ssh is to choose.
	User string
	// Host is a name of the person's, as ssh knows it, or an IPv6 address without its brackets.
	Host string
	// Port is 0 where ssh is to choose.
	Port int
	// Path is absolute, decoded, and that machine's to resolve: "/srv/tree", or "/C:/Work" where that is Windows.
	Path string
}

// ErrAddress is wrapped by every error of Parse.
var ErrAddress = errors.New("not an address of a tree")

// Is tells whether what somebody typed is meant as an address: it may be none that Parse takes.
func Is(text string) bool {
	return len(text) >= len(scheme) && strings.EqualFold(text[:len(scheme)], scheme)
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9._][A-Za-z0-9._-]*$`)

// Parse reads an address, whose path is percent-decoded. Errors wrap ErrAddress and say what does work; they repeat
// nothing of what may be a password.
func Parse(text string) (Address, error) {
	if !Is(text) {
		return refuse("write ssh://user@host/path")
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return refuse("it has control characters, or is not UTF-8; percent-encode other bytes of the path")
	}
	end, path, found := strings.Cut(text[len(scheme):], "/")
	if !found && strings.Contains(end, `\`) {
		return refuse("write the path with slashes: ssh://host/C:/Work")
	}
	a, err := parseEnd(end)
	switch {
	case err != nil:
		return Address{}, err
	case !found:
		return refuse("it has no path: write ssh://%s/path, from that machine's root", a.end())
	}
	a.Path, err = parsePath("/" + path)
	if err != nil {
		return Address{}, err
	}
	return a, nil
}

// parseEnd reads user, host and port.
func parseEnd(text string) (a Address, err error) {
	host := text
	if at := strings.LastIndexByte(text, '@'); at >= 0 {
		a.User, host = text[:at], text[at+1:]
		switch {
		case strings.Contains(a.User, ":"):
			return refuse("it has a password: leave it out, ssh asks for one itself where it needs one")
		case !plainName.MatchString(a.User):
			return refuse("a user has letters, digits, '.', '_' and '-' alone, and no '-' first; ssh's own config takes others")
		}
	}
	if a.Host, host, err = cutHost(host); err != nil {
		return Address{}, err
	}
	if host == "" {
		return a, nil
	}
	port, found := strings.CutPrefix(host, ":")
	a.Port, err = strconv.Atoi(port)
	if !found || err != nil || a.Port < 1 || a.Port > 65535 || strconv.Itoa(a.Port) != port {
		return refuse("after the host comes ':' and a port from 1 to 65535, or the path; an IPv6 address stands in brackets")
	}
	return a, nil
}

// cutHost parts the host from what follows it.
func cutHost(text string) (host, rest string, err error) {
	if strings.HasPrefix(text, "[") {
		host, rest, found := strings.Cut(text[1:], "]")
		ip, err := netip.ParseAddr(host)
		if !found || err != nil || !ip.Is6() || ip.Zone() != "" {
			_, err := refuse("in brackets stands an IPv6 address without a zone")
			return "", "", err
		}
		return host, rest, nil
	}
	end := strings.IndexByte(text, ':')
	if end < 0 {
		end = len(text)
	}
	if !plainName.MatchString(text[:end]) {
		_, err := refuse("a host has letters, digits, '.', '_' and '-' alone, and no '-' first, or is an IPv6 address in " +
			"brackets; ssh's own config gives others a name")
		return "", "", err
	}
	return text[:end], text[end:], nil
}

// parsePath reads a path.
func parsePath(text string) (string, error) {
	refuse := func(why string) (string, error) {
		_, err := refuse("%s", why)
		return "", err
	}
	switch {
	case strings.HasPrefix(text, "/~"):
		return refuse("'~' is not expanded there: write the path from that machine's root, as ssh://host/home/me/tree, " +
			"and a name that begins so as /%7E")
	case strings.Contains(text, "?"):
		return refuse("a '?' in the path is written %3F")
	case strings.Contains(text, "#"):
		return refuse("a '#' in the path is written %23")
	case strings.Contains(text, `\`):
		return refuse(`write the path with slashes: ssh://host/C:/Work; a '\' in a name is written %5C`)
	}
	path, err := url.PathUnescape(text)
	if err != nil {
		return refuse("after a '%' come two hexadecimal digits; a '%' itself is written %25")
	}
	if !utf8.ValidString(path) || strings.ContainsFunc(path, unicode.IsControl) {
		return refuse("its path has control characters, or is not UTF-8")
	}
	return path, nil
}

func refuse(why string, args ...any) (Address, error) {
	return Address{}, fmt.Errorf("%w: %s", ErrAddress, fmt.Sprintf(why, args...))
}

// end is user, host and port, as they are written.
func (a Address) end() string {
	text := a.Host
	if strings.Contains(text, ":") {
		text = "[" + text + "]"
	}
	if a.User != "" {
		text = a.User + "@" + text
	}
	if a.Port != 0 {
		text += ":" + strconv.Itoa(a.Port)
	}
	return text
}

// escaped are the characters of a path that an address has no other way to write, and the blank, for which shells need
// quotes.
var escaped = strings.NewReplacer("%", "%25", "?", "%3F", "#", "%23", `\`, "%5C", " ", "%20")

// String is the address as plans and people write it; Parse reads it. The same place at the same machine has the same.
func (a Address) String() string {
	path := escaped.Replace(a.Path)
	if rest, home := strings.CutPrefix(path, "/~"); home {
		path = "/%7E" + rest
	}
	return scheme + a.end() + path
}

// Machine is what ssh is to reach: the address without its path.
func (a Address) Machine() Address {
	a.Path = ""
	return a
}

// At is the address of another path at the same machine.
func (a Address) At(path string) Address {
	a.Path = path
	return a
}

// Reached are the arguments by which ssh runs a command on the machine.
func (a Address) Reached(command ...string) (arguments []string) {
	if a.Port != 0 {
		arguments = append(arguments, "-p", strconv.Itoa(a.Port))
	}
	host := a.Host
	if a.User != "" {
		host = a.User + "@" + host
	}
	return append(append(arguments, host), command...)
}
