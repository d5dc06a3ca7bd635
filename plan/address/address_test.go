package address

import (
	"errors"
	"strings"
	"testing"
)

func TestAddressesAreReadAndWritten(t *testing.T) {
	for _, c := range []struct {
		text string
		want Address
		// as is how it is written, "" for as it was typed.
		as string
	}{
		{"ssh://nas/srv/tree", Address{Host: "nas", Path: "/srv/tree"}, ""},
		{"ssh://me@nas.local:2222/srv", Address{User: "me", Host: "nas.local", Port: 2222, Path: "/srv"}, ""},
		{"SSH://nas/srv", Address{Host: "nas", Path: "/srv"}, "ssh://nas/srv"},
		{"ssh://[fe80::1]/srv", Address{Host: "fe80::1", Path: "/srv"}, ""},
		{"ssh://me@[::1]:22/", Address{User: "me", Host: "::1", Port: 22, Path: "/"}, ""},
		{"ssh://pc/C:/Work", Address{Host: "pc", Path: "/C:/Work"}, ""},
		{"ssh://nas/my%20files/100%25", Address{Host: "nas", Path: "/my files/100%"}, ""},
		{"ssh://nas/my files", Address{Host: "nas", Path: "/my files"}, "ssh://nas/my%20files"},
		{"ssh://nas/what%3F%23%5c", Address{Host: "nas", Path: `/what?#\`}, "ssh://nas/what%3F%23%5C"},
		{"ssh://nas/b%C3%BCcher", Address{Host: "nas", Path: "/bücher"}, "ssh://nas/bücher"},
		{"ssh://nas/%7Eme", Address{Host: "nas", Path: "/~me"}, ""},
		{"ssh://nas/a~/b@c:d", Address{Host: "nas", Path: "/a~/b@c:d"}, ""},
		{"ssh://n_a-s./x", Address{Host: "n_a-s.", Path: "/x"}, ""},
	} {
		got, err := Parse(c.text)
		if err != nil || got != c.want {
			t.Errorf("%s: %+v, %v", c.text, got, err)
		}
		if c.as == "" {
			c.as = c.text
		}
		if got.String() != c.as {
			t.Errorf("%s is written %s, want %s", c.text, got, c.as)
		}
	}
}

func TestWhatIsNoAddressIsToldWhatIs(t *testing.T) {
	for text, want := range map[string]string{
		"/srv/tree":             "ssh://user@host/path",
		"sftp://nas/srv":        "ssh://user@host/path",
		"ssh:/nas/srv":          "ssh://user@host/path",
		"ssh://nas":             "ssh://nas/path",
		"ssh://me@nas:22":       "ssh://me@nas:22/path",
		"ssh:///srv":            "a host has",
		"ssh://-oProxy=x/srv":   "no '-' first",
		"ssh://-x@nas/srv":      "no '-' first",
		"ssh://@nas/srv":        "a user has",
		"ssh://a b@nas/srv":     "a user has",
		"ssh://a@b@nas/srv":     "a user has",
		"ssh://me:hush@nas/srv": "leave it out",
		"ssh://me:hu/sh@nas/x":  "a port from 1",
		"ssh://na%73/srv":       "a host has",
		"ssh://nas:/srv":        "a port from 1",
		"ssh://nas:0/srv":       "a port from 1",
		"ssh://nas:022/srv":     "a port from 1",
		"ssh://nas:65536/srv":   "a port from 1",
		"ssh://nas:+22/srv":     "a port from 1",
		"ssh://::1/srv":         "a host has",
		"ssh://fe80::1/srv":     "a port from 1",
		"ssh://[::1%25eth0]/x":  "without a zone",
		"ssh://[1.2.3.4]/x":     "without a zone",
		"ssh://[::1/x":          "without a zone",
		"ssh://[::1]x/y":        "a port from 1",
		"ssh://nas/~/tree":      "from that machine's root",
		"ssh://nas/~":           "from that machine's root",
		"ssh://nas/srv?x":       "%3F",
		"ssh://nas/srv#x":       "%23",
		`ssh://nas/C:\Work`:     "ssh://host/C:/Work",
		`ssh://nas\C:\Work`:     "ssh://host/C:/Work",
		"ssh://nas/100%":        "%25",
		"ssh://nas/%zz":         "%25",
		"ssh://nas/a%00b":       "control characters",
		"ssh://nas/a%0Ab":       "control characters",
		"ssh://nas/a\tb":        "control characters",
		"ssh://nas/\xff":        "not UTF-8",
		"ssh://nas/%ff":         "not UTF-8",
	} {
		got, err := Parse(text)
		if !errors.Is(err, ErrAddress) || got != (Address{}) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v, want %q", text, got, err, want)
		} else if strings.Contains(err.Error(), "hu") && strings.Contains(text, "hu") {
			t.Errorf("%q: the password is repeated: %v", text, err)
		}
	}
}

func TestAPlaceAtAMachineHasItsOwnAddress(t *testing.T) {
	a, err := Parse("ssh://me@nas:22/srv")
	if err != nil || a.At("/x y").String() != "ssh://me@nas:22/x%20y" || a.Machine() != (Address{"me", "nas", 22, ""}) {
		t.Errorf("%v, %v", a, err)
	}
}

func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"ssh://me@[::1]:22/C:/a%20b", "ssh://a:b@c/~/d?e#f", `ssh://-x\y`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(a.String())
		if err != nil || again != a {
			t.Errorf("%q is %+v, and written %q, which is %+v, %v", text, a, a, again, err)
		}
		if a.Host[0] == '-' || strings.HasPrefix(a.User, "-") || a.Path[0] != '/' {
			t.Errorf("%q is %+v", text, a)
		}
	})
}
