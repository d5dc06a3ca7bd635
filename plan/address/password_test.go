package address

import "testing"

func TestNoPasswordIsRepeated(t *testing.T) {
	for text, want := range map[string]string{
		"ssh://me:hush@nas/x":         "ssh://me@nas/x",
		"SSH://me:hush@nas/x":         "SSH://me@nas/x",
		"ssh:me:hush@nas/x":           "ssh:me@nas/x",
		"ssh://me:hu/sh@nas/x":        "ssh://me@nas/x",
		"ssh://me:h@u@nas/x":          "ssh://me@nas/x",
		"ssh://:hush@nas/x":           "ssh://@nas/x",
		"ssh://me@nas:22/x":           "ssh://me@nas:22/x",
		"ssh://nas:22/x@y":            "ssh://nas:22/x@y",
		"ssh://nas/a:b@c":             "ssh://nas/a:b@c",
		"ssh://me@[::1]:22/x@y":       "ssh://me@[::1]:22/x@y",
		"ssh://[fe80::1]/x@y":         "ssh://[fe80::1]/x@y",
		"ssh: connect to host nas: a": "ssh: connect to host nas: a",
		"/srv/me:hush@nas":            "/srv/me:hush@nas",
		"sftp://me:hush@nas/x":        "sftp://me@nas/x",
		"ssh+git://me:hush@nas/x":     "ssh+git://me@nas/x",
		"ssh:/me:hush@nas/x":          "ssh:/me@nas/x",
		"ssh//me:hush@nas/x":          "ssh//me@nas/x",
		"me:hush@nas:/srv/x":          "me@nas:/srv/x",
		"there is no me:h/ush@nas:/x": "there is no me@nas:/x",
		"https://nas:80/x@y":          "https://nas:80/x@y",
		"a:b@c/d":                     "a:b@c/d",
		"12:30:00@noon":               "12:30:00@noon",
		"there is no 'ssh://me:hush@nas/x', nor ssh://a:b@c/d": "there is no 'ssh://me@nas/x', nor ssh://a@c/d",
	} {
		if got := WithoutPasswords(text); got != want {
			t.Errorf("%s is shown as %s, want %s", text, got, want)
		}
	}
	if got := WithoutPassword("ssh://me:my hush@nas/x"); got != "ssh://me@nas/x" {
		t.Errorf("a password with a blank is shown as %s", got)
	}
}
