package signature

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

func TestFilesThatCannotBeReadNameTheLine(t *testing.T) {
	key := ed25519Key(t)
	ca := ed25519Key(t)
	replace := strings.NewReplacer("$K", listed(key.public()),
		"$cert", listed(key.certify(t, ca, nil, "alice")),
		"$blob", strings.Fields(listed(key.public()))[1])
	for _, c := range []struct{ line, want string }{
		{"alice", "no key"},
		{"alice ", "no key"},
		{"alice cert-authority", "no key"},
		{"alice cert-authority ", "no key"},
		{`"alice $K`, "closing quote"},
		{`alice namespaces="file $K`, "closing quote"},
		{"alice $blob", "no key"},
		{"alice cert-authority $blob", "not an SSH key"},
		{"alice ssh-ed25519", "no key"},
		{"alice ssh-ed25519 AAAA", "not an SSH key"},
		{"alice ssh-ed25519 ~~~~", "not an SSH key"},
		{"alice ssh-rsa $blob", "not"},
		{"alice ssh-future AAAACnNzaC1mdXR1cmUAAAAA", "not an SSH key"},
		{"alice $cert", "a certificate"},
		{"alice cert-authority $cert", "a certificate"},
		{"alice touch-required $K", `option "touch-required": unknown option`},
		{"alice verify-required,cert-authority $K", "unknown option"},
		{"alice no-cert-authority $K", "unknown option"},
		{"alice cert-authorityx $K", "unknown option"},
		{"alice cert-authority=yes $K", "followed by"},
		{`alice cert-authority="yes" $K`, "followed by"},
		{"alice cert-authority, $K", `option "": unknown option`},
		{"alice ,cert-authority $K", `option "": unknown option`},
		{"alice cert-authority,,cert-authority $K", `option "": unknown option`},
		{"alice cert-authority , $K", "not an SSH key"},
		{"alice namespaces $K", "no value in quotes"},
		{"alice namespaces=file $K", "no value in quotes"},
		{`alice namespaces="file"x $K`, "followed by"},
		{`alice namespaces="a",namespaces="b" $K`, "given twice"},
		{`alice namespaces="",namespaces="treaty-plan@v1" $K`, "given twice"},
		{`alice namespace="file" $K`, "unknown option"},
		{`alice valid-after="20260101",valid-after="20270101" $K`, "given twice"},
		{`alice valid-after="20260102",valid-before="20260101" $K`, "not later"},
		{`alice valid-after="20260101",valid-before="20260101" $K`, "not later"},
		{`alice valid-after=20260101 $K`, "no value in quotes"},
		{`alice valid-after="" $K`, "is not YYYYMMDD"},
		{`alice valid-after="Z" $K`, "is not YYYYMMDD"},
		{`alice valid-after="2026" $K`, "is not YYYYMMDD"},
		{`alice valid-after="2026010112" $K`, "is not YYYYMMDD"},
		{`alice valid-after="2026-01-01" $K`, "is not YYYYMMDD"},
		{`alice valid-after="20260229" $K`, "is not a time"},
		{`alice valid-after="20261301" $K`, "is not a time"},
		{`alice valid-after="202601012460" $K`, "is not a time"},
		{`alice valid-after="2026 101" $K`, "is not a time"},
		{`alice valid-before="always" $K`, "is not YYYYMMDD"},
		{`alice valid-before="20260101ZZ" $K`, "is not YYYYMMDD"},
		{`alice valid-before="19700101Z" $K`, "is not after 1970"},
		{"al\x00ice $K", "zero byte"},
		{strings.Repeat("a", 1023) + " $K", "longer than"},
		{`alice namespaces="` + strings.Repeat("a", 1023) + `" $K`, "longer than"},
	} {
		text := replace.Replace("# one\nbob $K\n" + c.line + "\ncarol $K\n")
		a, err := ParseAllowedSigners([]byte(text))
		var at *LineError
		if !errors.As(err, &at) || at.Line != 3 || a != nil {
			t.Errorf("%.60q: %v", c.line, err)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60q: %v, want %q", c.line, err, c.want)
		}
	}
	if _, err := ParseAllowedSigners([]byte(replace.Replace("\uFEFFalice $K"))); err == nil {
		t.Error("a byte order mark became part of a name")
	}
	if _, err := ParseAllowedSigners(make([]byte, maximumAllowed+1)); err == nil {
		t.Error("no limit")
	}
}

func TestNobodyIsAllowedByNothing(t *testing.T) {
	armored := ed25519Key(t).sign(t, plan)
	for _, a := range []*AllowedSigners{nil, {}, allow(t, ""), allow(t, "# nobody\n")} {
		if who, err := Verify(armored, []byte(plan), a, now); !errors.Is(err, ErrNotAllowed) || who != "" {
			t.Errorf("%q, %v", who, err)
		}
	}
}

func TestRefusalsSayWhichLineAndWhy(t *testing.T) {
	key, ca := ed25519Key(t), ed25519Key(t)
	cert := func(edit func(*ssh.Certificate)) string {
		return key.signCertified(t, key.certify(t, ca, edit, "alice"))
	}
	plain := key.sign(t, plan)
	k, authority := listed(key.public()), listed(ca.public())
	for _, c := range []struct {
		armored, file string
		is            error
		want          string
	}{
		{plain, `alice valid-before="20260101Z" ` + k, ErrExpired,
			"by line 1: the key is no longer valid: until 2026-01-01T00:00:00Z"},
		{plain, "\nalice valid-after=\"20270101Z\" " + k, ErrNotYetValid, "by line 2: the key is not yet valid: from 2027"},
		{plain, `alice namespaces="git" ` + k, ErrNotAllowed, "for other namespaces"},
		{plain, "!alice " + k, ErrNotAllowed, "its principals are nobody"},
		{plain, "alice " + authority, ErrNotAllowed, "not an allowed signer"},
		{cert(nil), "bob cert-authority " + authority, ErrNotAllowed, `the certificate is for ["alice"]`},
		{cert(func(c *ssh.Certificate) {
			c.ValidBefore = uint64(now.Unix())
		}), "alice cert-authority " + authority, ErrExpired, "the certificate is no longer valid"},
		{cert(func(c *ssh.Certificate) {
			c.ValidAfter = uint64(now.Unix()) + 1
		}), "alice cert-authority " + authority, ErrNotYetValid, "the certificate is not yet valid"},
		{cert(func(c *ssh.Certificate) {
			c.ValidAfter = 1 << 63
		}), "alice cert-authority " + authority, ErrNotYetValid, "the certificate is not yet valid"},
		{cert(func(c *ssh.Certificate) {
			c.CertType = ssh.HostCert
		}), "alice cert-authority " + authority, ErrNotAllowed, "not a certificate of a user"},
		{cert(func(c *ssh.Certificate) {
			c.CriticalOptions = map[string]string{"force-command": "ls"}
		}), "alice cert-authority " + authority, ErrNotAllowed, "critical options"},
	} {
		who, err := Verify(c.armored, []byte(plan), allow(t, c.file), now)
		if !errors.Is(err, c.is) || !errors.Is(err, ErrNotAllowed) || who != "" || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q: %q, %v", c.file, who, err)
		}
		if !strings.Contains(err.Error(), ssh.FingerprintSHA256(key.public())) {
			t.Errorf("the error doesn't tell whose key: %v", err)
		}
	}
	// Before 1970 nothing is valid.
	if _, err := Verify(cert(nil), []byte(plan), allow(t, "alice cert-authority "+authority),
		time.Unix(-5, 0)); !errors.Is(err, ErrNotYetValid) {
		t.Error(err)
	}
}

func TestACertificateOfAnotherHandIsRefused(t *testing.T) {
	key, ca := ed25519Key(t), ed25519Key(t)
	// Changed after it was signed: one name more.
	c := key.certify(t, ca, nil, "alice")
	c.ValidPrincipals = append(c.ValidPrincipals, "admin")
	if _, err := Verify(key.signCertified(t, c), []byte(plan), allow(t, "admin cert-authority "+listed(ca.public())),
		now); !errors.Is(err, ErrNotAllowed) {
		t.Error(err)
	}
	// Signed by another, under the authority's name.
	c = key.certify(t, ed25519Key(t), nil, "alice")
	c.SignatureKey = ca.public()
	if _, err := Verify(key.signCertified(t, c), []byte(plan), allow(t, "alice cert-authority "+listed(ca.public())),
		now); !errors.Is(err, ErrNotAllowed) {
		t.Error(err)
	}
}

func TestMatchIsWhatTheDefinitionSays(t *testing.T) {
	var slow func(s, p string) bool
	slow = func(s, p string) bool {
		switch {
		case p == "":
			return s == ""
		case p[0] == '*':
			return slow(s, p[1:]) || s != "" && slow(s[1:], p)
		case s == "":
			return false
		}
		return (p[0] == '?' || p[0] == s[0]) && slow(s[1:], p[1:])
	}
	for range 100_000 {
		s, p := random("ab", 8), random("ab*?", 8)
		if got := match(s, p); got != slow(s, p) {
			t.Fatalf("%q in %q: %v", s, p, got)
		}
	}
}

// Over two letters, patterns of up to four bytes that meet at all do so in a word of up to eight.
func TestMeetIsWhetherSomeWordMatchesBoth(t *testing.T) {
	var words []string
	for n := range 9 {
		for bits := range 1 << n {
			w := make([]byte, n)
			for i := range w {
				w[i] = "ab"[bits>>i&1]
			}
			words = append(words, string(w))
		}
	}
	for range 5_000 {
		p, q := random("ab*?", 4), random("ab*?", 4)
		want := false
		for _, w := range words {
			want = want || match(w, p) && match(w, q)
		}
		if got := meet(p, q); got != want || meet(q, p) != want {
			t.Fatalf("%q and %q: %v", p, q, got)
		}
	}
}

func random(from string, atMost int) string {
	b := make([]byte, rand.IntN(atMost+1))
	for i := range b {
		b[i] = from[rand.IntN(len(from))]
	}
	return string(b)
}

func FuzzParseAllowedSigners(f *testing.F) {
	key := listed(ed25519Key(f).public())
	for _, s := range []string{
		"", "# c\n", "alice " + key, `a,!b*?,"c" namespaces="x\"y",cert-authority ` + key,
		`"a b"` + key + " c\r\n", `a valid-after="20260101Z",valid-before="202702022359" ` + key, "a\x00b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAllowedSigners([]byte(s))
		if err != nil {
			var at *LineError
			if !errors.As(err, &at) || at.Line < 1 || at.Line > 1+strings.Count(s, "\n") || a != nil {
				t.Fatalf("%v", err)
			}
			return
		}
		for _, l := range a.lines {
			// Whoever a line lists by name, it has.
			for _, p := range l.principals.positive() {
				if isLiteral(p) && !l.principals.has(p) {
					t.Fatalf("%q doesn't have %q", l.list, p)
				}
			}
			a.find(l.key, now)
		}
	})
}
