package address

import (
	"regexp"
	"strings"
	"sync"
)

// mentioned is what may be an address in a text, also of another kind than is taken, or one that is misspelt.
var mentioned = expression(`(?i)(?:` + begins + `)[^\s'"]*`)

// begins is how what is meant as an address begins.
const begins = `\b[a-z][a-z0-9+.-]*://|\bssh:/?|\bssh/{1,2}`

var beginning = expression(`(?i)^(?:` + begins + `)`)

// copied is how scp names a place, with a password: user, ':' and that, '@', host, ':' and an absolute path.
var copied = expression(`([^\s'":/@]+):[^\s'"@]*(@[^\s'":/@]+:/)`)

// expression is compiled when it is first needed: most processes come to their end before.
func expression(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// WithoutPasswords is a text for a person in which no address has a password: neither may be one that can be read.
func WithoutPasswords(text string) string {
	return copied().ReplaceAllString(mentioned().ReplaceAllStringFunc(text, WithoutPassword), "$1$2")
}

// WithoutPassword is what is, or was to be, an address, less what stands between a user's ':' and the last '@'. Any
// other word is as it was.
func WithoutPassword(word string) string {
	start := len(beginning().FindString(word))
	if start == 0 {
		return word
	}
	end := word[start:]
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
