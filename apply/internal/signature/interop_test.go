package signature

import (
	"crypto/elliptic"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"treaty/testdata/effort"
)

func kinds(t testing.TB) map[string]testKey {
	return map[string]testKey{
		"ed25519":   ed25519Key(t),
		"ecdsa-256": ecdsaKey(t, elliptic.P256()),
		"ecdsa-384": ecdsaKey(t, elliptic.P384()),
		"ecdsa-521": ecdsaKey(t, elliptic.P521()),
		"rsa-2048":  newKey(t, rsa2048(), nil),
	}
}

func TestSSHKeygenAcceptsWhatTreatySigned(t *testing.T) {
	keygen := sshKeygen(t)
	for name, key := range kinds(t) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			sig := write(t, dir, "sig", key.sign(t, plan))
			file := write(t, dir, "allowed", "alice "+listed(key.public())+"\n")
			out, err := keygen(plan, "-Y", "verify", "-n", Namespace, "-s", sig, "-f", file, "-I", "alice")
			if err != nil || !strings.Contains(out, `Good "treaty-plan@v1" signature for alice`) {
				t.Errorf("%v: %s", err, out)
			}
			if _, err := keygen(plan+" ", "-Y", "verify", "-n", Namespace, "-s", sig, "-f", file, "-I", "alice"); err == nil {
				t.Error("another message verified")
			}
		})
	}
}

func TestTreatyAcceptsWhatSSHKeygenSigned(t *testing.T) {
	keygen := sshKeygen(t)
	for _, kind := range []string{"ed25519", "ecdsa -b 256", "ecdsa -b 384", "ecdsa -b 521",
		"rsa -b 2048", "rsa -b 3072"} {
		key := filepath.Join(t.TempDir(), "key")
		args := append([]string{"-q", "-N", "", "-C", "a comment", "-f", key, "-t"}, strings.Fields(kind)...)
		if out, err := keygen("", args...); err != nil {
			t.Fatal(out)
		}
		public, err := os.ReadFile(key + ".pub")
		must(t, err)
		allowed := allow(t, "# us\n\nalice@example.com "+string(public))
		for _, hash := range []string{"", "sha256", "sha512"} {
			t.Run(kind+" "+hash, func(t *testing.T) {
				args := []string{"-Y", "sign", "-n", Namespace, "-f", key}
				if hash != "" {
					args = append(args, "-O", "hashalg="+hash)
				}
				armored, err := keygen(plan, args...)
				if err != nil {
					t.Fatal(armored)
				}
				who, err := Verify(armored, []byte(plan), allowed, now)
				if err != nil || who != "alice@example.com" {
					t.Errorf("%q, %v", who, err)
				}
				// And treaty signs with the file that ssh-keygen wrote.
				armored, err = Sign(KeySource{Path: key}, []byte(plan))
				must(t, err)
				if _, err := Verify(armored, []byte(plan), allowed, now); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestArmorIsByteForByteThatOfSSHKeygen(t *testing.T) {
	keygen := sshKeygen(t)
	key := ed25519Key(t) // whose signatures are deterministic
	path := key.file(t, "")
	theirs, err := keygen(plan, "-Y", "sign", "-n", Namespace, "-f", path)
	must(t, err)
	ours, err := Sign(KeySource{Path: path}, []byte(plan))
	must(t, err)
	if ours != theirs {
		t.Errorf("%s\n%s", ours, theirs)
	}
}

func TestEncryptedKeysOfSSHKeygenAskForThePassphrase(t *testing.T) {
	keygen := sshKeygen(t)
	for _, format := range [][]string{{"-t", "ed25519"}, {"-t", "ecdsa"}, {"-t", "rsa", "-b", "2048", "-m", "PEM"}} {
		path := filepath.Join(t.TempDir(), "key")
		if out, err := keygen("", append([]string{"-q", "-N", "secret", "-f", path}, format...)...); err != nil {
			t.Fatal(out)
		}
		asked := ""
		source := KeySource{Path: path, AgentSocket: filepath.Join(t.TempDir(), "none"),
			Passphrase: func(path string) ([]byte, error) { asked = path; return []byte("secret"), nil }}
		if _, err := Sign(source, []byte(plan)); err != nil || asked != path {
			t.Errorf("%v: asked for %q, %v", format, asked, err)
		}
		source.Passphrase = func(string) ([]byte, error) { return []byte("wrong"), nil }
		if _, err := Sign(source, []byte(plan)); !errors.Is(err, ErrPassphrase) {
			t.Errorf("%v: %v", format, err)
		}
		source.Passphrase = nil
		if _, err := Sign(source, []byte(plan)); !errors.Is(err, ErrPassphrase) {
			t.Errorf("%v: %v", format, err)
		}
	}
}

func TestSignaturesForOtherPurposesAreRefused(t *testing.T) {
	keygen := sshKeygen(t)
	key := ed25519Key(t)
	path := key.file(t, "")
	allowed := allow(t, "alice "+listed(key.public()))
	for _, namespace := range []string{"file", "git", "treaty-plan@v2", "treaty-plan@v1 ", "Treaty-plan@v1"} {
		armored, err := keygen(plan, "-Y", "sign", "-n", namespace, "-f", path)
		must(t, err)
		if who, err := Verify(armored, []byte(plan), allowed, now); !errors.Is(err, ErrNamespace) || who != "" {
			t.Errorf("%q: %q, %v", namespace, who, err)
		}
	}
}

// A certificate made and used by ssh-keygen means the same here.
func TestCertificatesOfSSHKeygen(t *testing.T) {
	keygen := sshKeygen(t)
	dir := t.TempDir()
	ca, key := filepath.Join(dir, "ca"), filepath.Join(dir, "key")
	for _, args := range [][]string{
		{"-q", "-N", "", "-t", "ecdsa", "-f", ca},
		{"-q", "-N", "", "-t", "rsa", "-b", "2048", "-f", key},
		{"-q", "-s", ca, "-I", "id", "-n", "alice@x,bob@y", "-V", "20260101:20270101", key + ".pub"},
	} {
		if out, err := keygen("", args...); err != nil {
			t.Fatal(out)
		}
	}
	public, err := os.ReadFile(ca + ".pub")
	must(t, err)
	allowed := allow(t, "*@x cert-authority "+string(public))
	theirs, err := keygen(plan, "-Y", "sign", "-n", Namespace, "-f", key+"-cert.pub")
	if err != nil {
		t.Fatal(theirs)
	}
	ours, err := Sign(KeySource{Path: key + "-cert.pub"}, []byte(plan))
	must(t, err)
	for _, armored := range []string{theirs, ours} {
		who, err := Verify(armored, []byte(plan), allowed, now)
		if err != nil || who != "alice@x" {
			t.Errorf("%q, %v", who, err)
		}
		sig := write(t, dir, "sig", armored)
		file := write(t, dir, "allowed", "*@x cert-authority "+string(public))
		if out, err := keygen(plan, "-Y", "verify", "-n", Namespace, "-s", sig, "-f", file, "-I", "alice@x", "-O",
			"verify-time=20260301Z"); err != nil {
			t.Error(out)
		}
	}
	if _, err := Verify(theirs, []byte(plan), allowed, now.AddDate(2, 0, 0)); !errors.Is(err, ErrExpired) {
		t.Error(err)
	}
}

// stamp is t as ssh-keygen's -O verify-time wants it.
func stamp(t time.Time) string { return t.UTC().Format("20060102150405Z") }

// TestAllowedSignersMeanWhatSSHKeygenTakesThemToMean holds files against ssh-keygen -Y verify, for
// every name, and find-principals. $A to $D are keys, of which $D is an authority's, $W is an RSA key
// under 2048 bits. Signatures are by A, and by C with a certificate of D for carol@x and team@x.
func TestAllowedSignersMeanWhatSSHKeygenTakesThemToMean(t *testing.T) {
	keygen := sshKeygen(t)
	a, b, c, d := ed25519Key(t), ed25519Key(t), ed25519Key(t), ecdsaKey(t, elliptic.P256())
	keys := strings.NewReplacer("$A", listed(a.public()), "$B", listed(b.public()), "$C", listed(c.public()),
		"$D", listed(d.public()), "$W", listed(newKey(t, rsa1024(), nil).public()))
	names := []string{"alice@x", "bob@x", "bob@y", "carol@x", "team@x", "a b", "x", "alice"}
	signatures := map[string]string{
		"A": a.sign(t, plan),
		"C": c.sign(t, plan),
		"c": c.signCertified(t, c.certify(t, d, nil, "carol@x", "team@x")),
		"h": c.signCertified(t, c.certify(t, d, func(c *ssh.Certificate) { c.CertType = ssh.HostCert }, "carol@x")),
		"n": c.signCertified(t, c.certify(t, d, nil)), // for no name
		"e": c.signCertified(t, c.certify(t, d, func(c *ssh.Certificate) { c.ValidBefore = uint64(now.Unix()) }, "carol@x")),
		"l": c.signCertified(t, c.certify(t, d, func(c *ssh.Certificate) {
			c.ValidAfter = uint64(now.Unix()) + 1
		}, "carol@x")),
		"f": c.signCertified(t, c.certify(t, d, func(c *ssh.Certificate) {
			c.ValidBefore = ssh.CertTimeInfinity
		}, "carol@x")),
		"o": c.signCertified(t, c.certify(t, b, nil, "carol@x")), // by another authority
	}
	const refused = "-"
	cases := []struct {
		file string
		by   string
		want string // principal, or refused
	}{
		{"alice@x $A", "A", "alice@x"},
		{"alice@x $A a comment", "A", "alice@x"},
		{"  \talice@x\t $A\t\n", "A", "alice@x"},
		{"alice@x $A\r\n", "A", "alice@x"},
		{"# c\n\n   # c\n\t\nalice@x $A", "A", "alice@x"},
		{"alice@x $B", "A", refused},
		{"", "A", refused},
		{"alice@x $B\nbob@x $A", "A", "bob@x"},
		// Which name.
		{"alice@x,bob@x $A", "A", "alice@x"},
		{"bob@x $A\nalice@x $A", "A", "bob@x"},
		{"*@x $A", "A", "*@x"},
		{"*@x,bob@y $A", "A", "bob@y"},
		{"* $A", "A", "*"},
		{"?ob@? $A", "A", "?ob@?"},
		{"!alice@x,*@x $A", "A", "!alice@x,*@x"},
		{"*@x,!alice@x,alice@x $A", "A", "*@x,!alice@x,alice@x"},
		{"alice@x,!alice@x,bob@x $A", "A", "bob@x"},
		{"alice@x,!alice@x $A", "A", refused},
		{"alice@x,!* $A", "A", refused},
		{"!alice@x $A", "A", refused},
		{"!alice@x $A\nalice@x $A", "A", "alice@x"},
		{`"a b" $A`, "A", "a b"},
		{`a" b" $A`, "A", "a b"},
		{`"alice@x"$A`, "A", "alice@x"},
		{"alice@x,,bob@x $A", "A", "alice@x"},
		{"alice@X $A", "A", "alice@X"}, // case matters
		// Namespaces.
		{`alice@x namespaces="treaty-plan@v1" $A`, "A", "alice@x"},
		{`alice@x NameSpaces="file,treaty-*" $A`, "A", "alice@x"},
		{`alice@x namespaces="*,!treaty*" $A`, "A", refused},
		{`alice@x namespaces="*,!git" $A`, "A", "alice@x"},
		{`alice@x namespaces="git,file" $A`, "A", refused},
		{`alice@x namespaces="" $A`, "A", refused},
		{`alice@x namespaces="a b,treaty-plan@v?" $A`, "A", "alice@x"},
		{`alice@x namespaces="a\"b,treaty-plan@v1" $A`, "A", "alice@x"},
		{`alice@x namespaces="\treaty-plan@v1" $A`, "A", refused},
		{"alice@x namespaces=\"git\" $A\nbob@x $A", "A", "bob@x"},
		// Times: now is 2026-03-01 12:00:00 UTC, in a zone of UTC.
		{`alice@x valid-after="20260301" $A`, "A", "alice@x"},
		{`alice@x valid-after="20260301Z",valid-before="20260302Z" $A`, "A", "alice@x"},
		{`alice@x valid-after="20260302" $A`, "A", refused},
		{`alice@x valid-before="20260301" $A`, "A", refused},
		{`alice@x valid-after="202603011200Z" $A`, "A", "alice@x"},
		{`alice@x valid-after="20260301120000" $A`, "A", "alice@x"},
		{`alice@x valid-after="20260301120001z" $A`, "A", refused},
		{`alice@x valid-before="20260301120000Z" $A`, "A", "alice@x"},
		{`alice@x valid-before="20260301115959UTC" $A`, "A", refused},
		{"alice@x valid-before=\"20250101\" $A\nbob@x valid-after=\"20250101\" $A", "A", "bob@x"},
		// Authorities.
		{"*@x cert-authority $D", "c", "carol@x"},
		{"*@x CERT-authority,cert-authority $D", "c", "carol@x"},
		{"team@x cert-authority $D", "c", "team@x"},
		{"team@x,carol@x cert-authority $D", "c", "team@x"},
		{"*,!carol@x cert-authority $D", "c", "team@x"},
		{"*@y cert-authority $D", "c", refused},
		{"*@x cert-authority $B", "c", refused},
		{"*@x $D", "c", refused},
		{"carol@x $C", "c", refused},
		{"carol@x cert-authority $C", "c", refused},
		{"carol@x cert-authority $D", "C", refused},
		{"carol@x cert-authority $C", "C", refused},
		{"*@x cert-authority $D\nbob@x $C", "C", "bob@x"},
		{`*@x cert-authority,namespaces="git" $D`, "c", refused},
		{`*@x cert-authority,valid-before="20260101" $D`, "c", refused},
		{`*@x cert-authority,valid-before="20270101" $D`, "c", "carol@x"},
		{"*@x cert-authority $D", "h", refused},
		{"*@x cert-authority $D", "n", refused},
		{"*@x cert-authority $D", "e", refused},
		{"*@x cert-authority $D", "l", refused},
		{"*@x cert-authority $D", "f", "carol@x"},
		{"*@x cert-authority $D", "o", refused},
		{"*@x cert-authority $B", "o", "carol@x"},
		// Other keys in the file are in nobody's way.
		{"bob@x $W\nalice@x $A", "A", "alice@x"},
	}
	dir := t.TempDir()
	compared := 0
	for nth, test := range cases {
		text := keys.Replace(test.file)
		allowed, err := parseAllowed(text, time.UTC)
		if err != nil {
			t.Errorf("%q: %v", test.file, err)
			continue
		}
		who, err := Identify(signatures[test.by], []byte(plan), allowed, now)
		switch {
		case test.want == refused && (!errors.Is(err, ErrNotAllowed) || who.Principal != ""):
			t.Errorf("%q: %q, %v", test.file, who.Principal, err)
		case test.want != refused && (err != nil || who.Principal != test.want):
			t.Errorf("%q: %q, %v, want %q", test.file, who.Principal, err, test.want)
		}
		if nth%effort.Stride(8, 8) > 0 {
			continue // ssh-keygen is asked about a sample
		}
		file, sig := write(t, dir, "allowed", text), write(t, dir, "sig", signatures[test.by])
		time := "verify-time=" + stamp(now)
		theirs := map[string]bool{}
		for _, name := range append(names, "alice@X", "zoe@x") {
			_, err := keygen(plan, "-Y", "verify", "-n", Namespace, "-s", sig, "-f", file, "-I", name, "-O", time)
			theirs[name] = err == nil
			compared++
		}
		// Theirs accepts somebody exactly where ours does, and whom ours names.
		anybody := false
		for _, ok := range theirs {
			anybody = anybody || ok
		}
		if anybody != (err == nil) {
			t.Errorf("%q: ours %v, theirs %v", test.file, err, theirs)
		}
		if isLiteral(test.want) && test.want != refused && !theirs[test.want] {
			t.Errorf("%q: theirs refuses %q", test.file, test.want)
		}
		// find-principals doesn't look at namespaces, nor at what a negation leaves: it is asked only
		// whether it lists whom ours names.
		out, trouble := keygen("", "-Y", "find-principals", "-s", sig, "-f", file, "-O", time)
		if err == nil && !strings.Contains(test.file, "namespaces") && !strings.Contains(test.file, "!") {
			list := strings.ReplaceAll(strings.TrimSpace(out), "\n", ",")
			if trouble != nil || list != test.want && !splitPatterns(list).has(test.want) {
				t.Errorf("%q: find-principals has %q, ours %q", test.file, out, test.want)
			}
		}
	}
	t.Logf("%d files, %d verdicts of ssh-keygen", len(cases), compared)
}

func TestPatternsMatchAsInSSHKeygen(t *testing.T) {
	keygen := sshKeygen(t)
	key := listed(ed25519Key(t).public())
	next := uint32(1)
	pick := func(n int, from string) string {
		var b strings.Builder
		for range n {
			next = next*1664525 + 1013904223
			b.WriteByte(from[int(next>>16)%len(from)])
		}
		return b.String()
	}
	dir := t.TempDir()
	for i := range effort.Tries(10, 30) {
		list, name := pick(1+i%12, "ab*?,!"), pick(1+i%4, "ab")
		file := write(t, dir, "allowed", list+" "+key+"\n")
		_, err := keygen("", "-Y", "match-principals", "-I", name, "-f", file)
		if got := splitPatterns(list).has(name); got != (err == nil) {
			t.Errorf("%q in %q: %v, theirs %v", name, list, got, err == nil)
		}
	}
}

// In zones with daylight saving, what ours accepts theirs does.
func TestLocalTimesHoldByBothReadings(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones here: ", err)
	}
	for _, c := range []struct {
		option string
		at     string // UTC
		want   error
	}{
		{`valid-after="20260115120000"`, "2026-01-15T10:59:59Z", ErrNotYetValid},
		{`valid-after="20260115120000"`, "2026-01-15T11:00:00Z", nil},
		{`valid-before="20260115120000"`, "2026-01-15T11:00:00Z", nil},
		{`valid-before="20260115120000"`, "2026-01-15T11:00:01Z", ErrExpired},
		{`valid-after="20260715120000"`, "2026-07-15T10:00:00Z", ErrNotYetValid}, // the clock's reading
		{`valid-after="20260715120000"`, "2026-07-15T11:00:00Z", nil},            // OpenSSH's reading
		{`valid-before="20260715120000"`, "2026-07-15T10:00:00Z", nil},
		{`valid-before="20260715120000"`, "2026-07-15T10:00:01Z", ErrExpired},
		{`valid-before="20260715120000Z"`, "2026-07-15T12:00:00Z", nil},
	} {
		key := ed25519Key(t)
		allowed, err := parseAllowed("alice "+c.option+" "+listed(key.public()), zone)
		must(t, err)
		at, err := time.Parse(time.RFC3339, c.at)
		must(t, err)
		if _, err := allowed.find(key.public(), at); !errors.Is(err, c.want) {
			t.Errorf("%s at %s: %v", c.option, c.at, err)
		}
	}
}
