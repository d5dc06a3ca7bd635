package signature

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"treaty/testdata/effort"
)

const plan = "{\n  \"format\": \"treaty.plan\"\n}\n"

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func allow(t testing.TB, text string) *AllowedSigners {
	t.Helper()
	a, err := ParseAllowedSigners([]byte(text))
	must(t, err)
	return a
}

// Verify returns the principal that Identify finds.
func Verify(armored string, message []byte, allowed *AllowedSigners, at time.Time) (principal string, err error) {
	s, err := Identify(armored, message, allowed, at)
	return s.Principal, err
}

// listed is a key as a line of the allowed signers has it.
func listed(key ssh.PublicKey) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

// A testKey is a private key in memory.
type testKey struct {
	private crypto.Signer
	signer  ssh.Signer
}

func newKey(t testing.TB, private crypto.Signer, err error) testKey {
	t.Helper()
	must(t, err)
	signer, err := ssh.NewSignerFromSigner(private)
	must(t, err)
	return testKey{private, signer}
}

func ed25519Key(t testing.TB) testKey {
	_, k, err := ed25519.GenerateKey(rand.Reader)
	return newKey(t, k, err)
}

func ecdsaKey(t testing.TB, curve elliptic.Curve) testKey {
	k, err := ecdsa.GenerateKey(curve, rand.Reader)
	return newKey(t, k, err)
}

func (k testKey) public() ssh.PublicKey { return k.signer.PublicKey() }

// file is the private key's path, and beside it NAME.pub.
func (k testKey) file(t testing.TB, passphrase string) string {
	t.Helper()
	var block *pem.Block
	var err error
	if passphrase == "" {
		block, err = ssh.MarshalPrivateKey(k.private, "")
	} else {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(k.private, "", []byte(passphrase))
	}
	must(t, err)
	dir := t.TempDir()
	write(t, dir, "key.pub", listed(k.public())+"\n")
	return write(t, dir, "key", string(pem.EncodeToMemory(block)))
}

func (k testKey) sign(t testing.TB, message string) string {
	t.Helper()
	armored, err := Sign(KeySource{Path: k.file(t, "")}, []byte(message))
	must(t, err)
	return armored
}

// certify returns a certificate of k by authority, for two hours around now, changed by edit.
func (k testKey) certify(t testing.TB, authority testKey, edit func(*ssh.Certificate),
	names ...string) *ssh.Certificate {
	t.Helper()
	c := &ssh.Certificate{
		Key:             k.public(),
		CertType:        ssh.UserCert,
		KeyId:           "test",
		ValidPrincipals: names,
		ValidAfter:      uint64(now.Add(-time.Hour).Unix()),
		ValidBefore:     uint64(now.Add(time.Hour).Unix()),
	}
	if edit != nil {
		edit(c)
	}
	must(t, c.SignCert(rand.Reader, authority.signer))
	return c
}

// signCertified signs showing the certificate.
func (k testKey) signCertified(t testing.TB, c *ssh.Certificate) string {
	t.Helper()
	path := k.file(t, "")
	cert := write(t, filepath.Dir(path), "key-cert.pub", listed(c)+"\n")
	armored, err := Sign(KeySource{Path: cert, AgentSocket: filepath.Join(t.TempDir(), "none")}, []byte(plan))
	must(t, err)
	return armored
}

// Keys that take time to make, made once.
var (
	rsa1024 = sync.OnceValue(func() *rsa.PrivateKey { k, _ := rsa.GenerateKey(rand.Reader, 1024); return k })
	rsa2048 = sync.OnceValue(func() *rsa.PrivateKey { k, _ := rsa.GenerateKey(rand.Reader, 2048); return k })
)

// sshKeygen is stock ssh-keygen, in an environment of its own.
func sshKeygen(t testing.TB) func(stdin string, args ...string) (string, error) {
	t.Helper()
	effort.Program(t, "ssh-keygen")
	return func(stdin string, args ...string) (string, error) {
		c := exec.Command("ssh-keygen", args...)
		c.Stdin = strings.NewReader(stdin)
		c.Env = append(os.Environ(), "SSH_AUTH_SOCK=", "SSH_ASKPASS=", "TZ=UTC")
		var out, trouble bytes.Buffer
		c.Stdout, c.Stderr = &out, &trouble
		if err := c.Run(); err != nil {
			return out.String() + trouble.String(), err
		}
		return out.String(), nil
	}
}
