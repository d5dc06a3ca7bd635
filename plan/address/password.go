package address

import (
	"regexp"
	"strings"
)

// mentioned is what may be an address in a text, also one that is misspelt.
var mentioned = regexp.MustCompile(`(?i)ssh:[^\s'"]*`)

// WithoutPasswords is a text for a person in which no address has a password: neither may be one that can be read.
func WithoutPasswords(text string) string {
	return mentioned.ReplaceAllStringFunc(text, WithoutPassword)
}

// WithoutPassword is what is, or was to be, an address, less what stands between a user's ':' and the last '@'. Any
// other word is as it was.
func WithoutPassword(word string) string {
	if len(word) < len("ssh:") || !strings.EqualFold(word[:len("ssh:")], "ssh:") {
		return word
	}
	end := strings.TrimPrefix(word[len("ssh:"):], "//")
	start := len(word) - len(end)
	colon, at := strings.IndexByte(end, ':'), strings.LastIndexByte(end, '@')
	if colon < 0 || at < colon || strings.ContainsAny(end[:colon], "/@[") || isPort(end[colon+1:at]) {
		return word
	}
	return word[:start+colon] + end[at:]
}

// isPort tells whether what follows a ':' is a port and the begin of a path.
func isPort(text string) bool {
	port, _, path := strings.Cut(text, "/")
	return path && port != "" && strings.Trim(port, "0123456789") == ""
}
