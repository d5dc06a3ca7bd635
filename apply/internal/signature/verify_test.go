package signature

import (
	"bytes"
	//lint:ignore SA1019 it is here to see that it is refused
	"crypto/dsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"treaty/testdata/effort"
)

// forge signs with what Sign would refuse. Fields of s that are set stay.
func forge(t testing.TB, signer ssh.Signer, s sshsig, by string) string {
	t.Helper()
	s.key = signer.PublicKey()
	if s.namespace == "" {
		s.namespace = Namespace
	}
	hash := s.hash
	if hash == "" {
		s.hash = "sha512"
	}
	data, err := s.signedData([]byte(plan))
	if errors.Is(err, ErrHash) {
		data = []byte("x")
	}
	if by == "" {
		s.signature, err = signer.Sign(rand.Reader, data)
	} else {
		s.signature, err = signer.(ssh.AlgorithmSigner).SignWithAlgorithm(rand.Reader, data, by)
	}
	must(t, err)
	return armor(s.marshal())
}

func TestWhatIsTooWeakIsRefused(t *testing.T) {
	strong, small := newKey(t, rsa2048(), nil), newKey(t, rsa1024(), nil)
	old := new(dsa.PrivateKey)
	must(t, dsa.GenerateParameters(&old.Parameters, rand.Reader, dsa.L1024N160))
	must(t, dsa.GenerateKey(old, rand.Reader))
	oldSigner, err := ssh.NewSignerFromKey(old)
	must(t, err)
	certified, err := ssh.NewCertSigner(strong.certify(t, ed25519Key(t), nil, "alice"), strong.signer)
	must(t, err)
	edward := ed25519Key(t)
	bySHA1, err := ssh.NewSignerWithAlgorithms(strong.signer.(ssh.AlgorithmSigner), []string{ssh.KeyAlgoRSA})
	must(t, err)
	signers := func(key ssh.PublicKey) string { return "alice " + listed(key) }
	for name, c := range map[string]struct{ armored, file string }{
		"SHA-1":                     {forge(t, strong.signer, sshsig{}, ssh.KeyAlgoRSA), signers(strong.public())},
		"SHA-1 under a certificate": {forge(t, certified, sshsig{}, ssh.KeyAlgoRSA), signers(strong.public())},
		"a small key":               {forge(t, small.signer, sshsig{}, ssh.KeyAlgoRSASHA512), signers(small.public())},
		"DSA":                       {forge(t, oldSigner, sshsig{}, ""), signers(oldSigner.PublicKey())},
		"a small authority": {
			edward.signCertified(t, edward.certify(t, small, nil, "alice")), "alice cert-authority " + listed(small.public())},
		"an authority's SHA-1": {
			edward.signCertified(t, edward.certify(t, testKey{signer: bySHA1}, nil, "alice")),
			"alice cert-authority " + listed(strong.public())},
	} {
		if who, err := Verify(c.armored, []byte(plan), allow(t, c.file), now); !errors.Is(err, ErrWeakKey) || who != "" {
			t.Errorf("%s: %q, %v", name, who, err)
		}
	}
	// That it is the weakness which they are refused for.
	for _, by := range []string{ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSASHA512} {
		if _, err := Verify(forge(t, strong.signer, sshsig{}, by), []byte(plan),
			allow(t, signers(strong.public())), now); err != nil {
			t.Errorf("%s: %v", by, err)
		}
	}
	if _, err := Sign(KeySource{Path: small.file(t, "")}, []byte(plan)); !errors.Is(err, ErrWeakKey) {
		t.Errorf("signed by a small key: %v", err)
	}
}

func TestOtherHashesAreRefused(t *testing.T) {
	key := ed25519Key(t)
	allowed := allow(t, "alice "+listed(key.public()))
	for _, hash := range []string{"sha1", "md5", "SHA512", "sha512 ", "sha384", "sha256,sha512"} {
		if who, err := Verify(forge(t, key.signer, sshsig{hash: hash}, ""), []byte(plan), allowed,
			now); !errors.Is(err, ErrHash) || who != "" {
			t.Errorf("%q: %q, %v", hash, who, err)
		}
	}
	if _, err := Verify(forge(t, key.signer, sshsig{hash: "sha256"}, ""), []byte(plan), allowed, now); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNoSignatureIsRefused(t *testing.T) {
	key := ed25519Key(t)
	allowed := allow(t, "alice "+listed(key.public()))
	good := key.sign(t, plan)
	s, err := parse(good)
	must(t, err)
	blob := s.marshal()
	blobWith := func(edit func(*envelope)) string {
		var e envelope
		must(t, ssh.Unmarshal(blob[len(magic):], &e))
		edit(&e)
		return armor(append([]byte(magic), ssh.Marshal(e)...))
	}
	for name, armored := range map[string]string{
		"nothing":                   "",
		"text before":               "x\n" + good,
		"an empty line before":      "\n" + good,
		"text after":                good + "x\n",
		"two":                       good + good,
		"headers":                   strings.Replace(good, "\n", "\nA: b\n\n", 1),
		"carriage returns":          strings.ReplaceAll(good, "\n", "\r\n"),
		"no end":                    strings.SplitAfter(good, "\n")[0],
		"another armor":             strings.ReplaceAll(good, "SSH SIGNATURE", "PGP SIGNATURE"),
		"no magic":                  armor(blob[1:]),
		"another magic":             armor(append([]byte("SSHSIX"), blob[6:]...)),
		"trailing bytes":            armor(append(blob[:len(blob):len(blob)], 0)),
		"too long":                  armor(make([]byte, maximumArmor)),
		"version 0":                 blobWith(func(e *envelope) { e.Version = 0 }),
		"version 2":                 blobWith(func(e *envelope) { e.Version = 2 }),
		"reserved":                  blobWith(func(e *envelope) { e.Reserved = "x" }),
		"no key":                    blobWith(func(e *envelope) { e.PublicKey = nil }),
		"bytes after the key":       blobWith(func(e *envelope) { e.PublicKey = append(e.PublicKey, 0) }),
		"no signature":              blobWith(func(e *envelope) { e.Signature = nil }),
		"bytes after the signature": blobWith(func(e *envelope) { e.Signature = append(e.Signature, 0) }),
	} {
		if who, err := Verify(armored, []byte(plan), allowed, now); !errors.Is(err, ErrFormat) || who != "" {
			t.Errorf("%s: %q, %v", name, who, err)
		}
	}
	for i := range blob {
		if _, err := Verify(armor(blob[:i]), []byte(plan), allowed, now); !errors.Is(err, ErrFormat) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
	other := ed25519Key(t)
	theirs := blobWith(func(e *envelope) { e.PublicKey = other.public().Marshal() })
	if _, err := Verify(theirs, []byte(plan), allow(t, "bob "+listed(other.public())),
		now); !errors.Is(err, ErrBadSignature) {
		t.Errorf("under another's name: %v", err)
	}
}

// Every bit of the message, of the blob and of the armor matters.
func TestEveryFlippedBitIsRefused(t *testing.T) {
	flips := 0
	for name, key := range map[string]testKey{
		"ed25519": ed25519Key(t), "ecdsa": ecdsaKey(t, elliptic.P256()), "rsa": newKey(t, rsa2048(), nil),
	} {
		ca := ed25519Key(t)
		allowed := allow(t, "alice "+listed(key.public())+"\nalice cert-authority "+listed(ca.public()))
		signatures := []string{key.sign(t, plan), key.signCertified(t, key.certify(t, ca, nil, "alice"))}
		for _, armored := range signatures {
			refused := func(armored string, message []byte, what string, bit int) {
				flips++
				if who, err := Verify(armored, message, allowed, now); err == nil || who != "" {
					t.Errorf("%s: bit %d of the %s: %q, %v", name, bit, what, who, err)
				}
			}
			if who, err := Verify(armored, []byte(plan), allowed, now); err != nil || who != "alice" {
				t.Fatal(who, err)
			}
			flip := func(b []byte, bit int) []byte {
				b = bytes.Clone(b)
				b[bit/8] ^= 1 << (bit % 8)
				return b
			}
			for bit := 0; bit < 8*len(plan); bit += effort.Stride(40, 24) {
				refused(armored, flip([]byte(plan), bit), "message", bit)
			}
			refused(armored, []byte(plan)[1:], "message, cut", 0)
			refused(armored, nil, "message, none", 0)
			blob, err := dearmor(armored)
			must(t, err)
			for bit := 0; bit < 8*len(blob); bit += (1 + len(blob)/400) * effort.Stride(20, 12) {
				refused(armor(flip(blob, bit)), []byte(plan), "blob", bit)
			}
			for bit := 0; bit < 8*len(armored); bit += (1 + len(armored)/300) * effort.Stride(10, 7) {
				refused(string(flip([]byte(armored), bit)), []byte(plan), "armor", bit)
			}
		}
	}
	t.Logf("%d flips", flips)
}

func FuzzVerify(f *testing.F) {
	key, ca := ed25519Key(f), ed25519Key(f)
	allowed := allow(f, "alice "+listed(key.public())+"\n* cert-authority "+listed(ca.public()))
	for _, armored := range []string{
		key.sign(f, plan),
		key.signCertified(f, key.certify(f, ca, nil, "alice", "bob")),
		ecdsaKey(f, elliptic.P384()).sign(f, plan),
		newKey(f, rsa2048(), nil).sign(f, plan),
	} {
		blob, err := dearmor(armored)
		must(f, err)
		f.Add(blob)
	}
	f.Fuzz(func(t *testing.T, blob []byte) {
		if len(blob) > maximumArmor/2 {
			return
		}
		armored := armor(blob)
		back, err := dearmor(armored)
		if err != nil || !bytes.Equal(back, blob) {
			t.Fatalf("armor doesn't come back: %v", err)
		}
		// Whatever verifies is over the plan, and over nothing else.
		if _, err := Verify(armored, []byte(plan), allowed, now); err == nil {
			if _, err := Verify(armored, []byte(plan+"\n"), allowed, now); err == nil {
				t.Fatal("it verifies for two messages")
			}
		}
		Verify(string(blob), []byte(plan), allowed, now)
	})
}

func TestSecurityKeysSignWhatTheyWereTouchedFor(t *testing.T) {
	keygen := sshKeygen(t)
	const application = "ssh:"
	public, private, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	key, err := ssh.ParsePublicKey(ssh.Marshal(struct {
		Type        string
		Key         []byte
		Application string
	}{ssh.KeyAlgoSKED25519, public, application}))
	must(t, err)
	sign := func(flags byte) string {
		s := &sshsig{key: key, namespace: Namespace, hash: "sha512"}
		data, err := s.signedData([]byte(plan))
		must(t, err)
		app, message := sha256.Sum256([]byte(application)), sha256.Sum256(data)
		tail := []byte{flags, 0, 0, 0, 7} // and how often it has signed
		said := slices.Concat(app[:], tail, message[:])
		s.signature = &ssh.Signature{Format: key.Type(), Blob: ed25519.Sign(private, said), Rest: tail}
		return armor(s.marshal())
	}
	allowed := allow(t, "alice "+listed(key))
	if who, err := Verify(sign(1), []byte(plan), allowed, now); err != nil || who != "alice" {
		t.Errorf("%q, %v", who, err)
	}
	dir := t.TempDir()
	sig, file := write(t, dir, "sig", sign(1)), write(t, dir, "allowed", "alice "+listed(key)+"\n")
	if out, err := keygen(plan, "-Y", "verify", "-n", Namespace, "-s", sig, "-f", file, "-I", "alice"); err != nil {
		t.Error(out)
	}
	if _, err := Verify(sign(0), []byte(plan), allowed, now); !errors.Is(err, ErrBadSignature) {
		t.Errorf("without a touch: %v", err)
	}
	if _, err := Verify(sign(1), []byte(plan+" "), allowed, now); !errors.Is(err, ErrBadSignature) {
		t.Error(err)
	}
}
