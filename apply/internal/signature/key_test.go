package signature

import (
	"bufio"
	"bytes"
	"crypto/elliptic"
	"encoding/pem"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"treaty/testdata/effort"
)

// shortDir is a directory whose path leaves room for a socket's name, which may be of 104 bytes only.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sig")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// serve is the socket of an agent within the test.
func serve(t *testing.T, a agent.Agent) string {
	t.Helper()
	socket := filepath.Join(shortDir(t), "agent")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Skip("no unix sockets here: ", err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				agent.ServeAgent(a, c)
			}()
		}
	}()
	return socket
}

func TestAKeyInTheAgentSigns(t *testing.T) {
	for name, key := range kinds(t) {
		t.Run(name, func(t *testing.T) {
			ring := agent.NewKeyring()
			must(t, ring.Add(agent.AddedKey{PrivateKey: ed25519Key(t).private}))
			must(t, ring.Add(agent.AddedKey{PrivateKey: key.private}))
			path := write(t, t.TempDir(), "key.pub", listed(key.public())+" comment\n")
			armored, err := Sign(KeySource{Path: path, AgentSocket: serve(t, ring)}, []byte(plan))
			must(t, err)
			if who, err := Verify(armored, []byte(plan), allow(t, "alice "+listed(key.public())), now); err != nil ||
				who != "alice" {
				t.Errorf("%q, %v", who, err)
			}
		})
	}
}

func TestACertificateInTheAgentSigns(t *testing.T) {
	ca := ed25519Key(t)
	for _, key := range []testKey{ed25519Key(t), newKey(t, rsa2048(), nil)} {
		c := key.certify(t, ca, nil, "alice")
		ring := agent.NewKeyring()
		must(t, ring.Add(agent.AddedKey{PrivateKey: key.private}))
		must(t, ring.Add(agent.AddedKey{PrivateKey: key.private, Certificate: c}))
		path := write(t, t.TempDir(), "key-cert.pub", listed(c)+"\n")
		armored, err := Sign(KeySource{Path: path, AgentSocket: serve(t, ring)}, []byte(plan))
		must(t, err)
		if who, err := Verify(armored, []byte(plan), allow(t, "alice cert-authority "+listed(ca.public())),
			now); err != nil || who != "alice" {
			t.Errorf("%q, %v", who, err)
		}
	}
}

func TestAnEncryptedKeyThatTheAgentHoldsAsksForNothing(t *testing.T) {
	key := ed25519Key(t)
	path := key.file(t, "secret")
	ring := agent.NewKeyring()
	source := KeySource{Path: path, AgentSocket: serve(t, ring)}
	if _, err := Sign(source, []byte(plan)); !errors.Is(err, ErrPassphrase) {
		t.Errorf("from an empty agent: %v", err)
	}
	must(t, ring.Add(agent.AddedKey{PrivateKey: key.private}))
	source.Passphrase = func(string) ([]byte, error) { t.Error("it asked"); return nil, nil }
	if _, err := Sign(source, []byte(plan)); err != nil {
		t.Error(err)
	}
}

func TestThePassphraseIsOverwritten(t *testing.T) {
	passphrase := []byte("secret")
	_, err := Sign(KeySource{Path: ed25519Key(t).file(t, "secret"), AgentSocket: filepath.Join(t.TempDir(), "none"),
		Passphrase: func(string) ([]byte, error) { return passphrase, nil }}, []byte(plan))
	if err != nil || !bytes.Equal(passphrase, make([]byte, 6)) {
		t.Errorf("%q, %v", passphrase, err)
	}
}

func TestWithoutAnAgentThePrivateKeyBesideSigns(t *testing.T) {
	key, none := ed25519Key(t), filepath.Join(t.TempDir(), "none")
	path := key.file(t, "")
	armored, err := Sign(KeySource{Path: path + ".pub", AgentSocket: none}, []byte(plan))
	must(t, err)
	if _, err := Verify(armored, []byte(plan), allow(t, "alice "+listed(key.public())), now); err != nil {
		t.Error(err)
	}
	// Not if it is another's.
	write(t, filepath.Dir(path), "key.pub", listed(ed25519Key(t).public()))
	if _, err := Sign(KeySource{Path: path + ".pub", AgentSocket: none}, []byte(plan)); !errors.Is(err, ErrKey) {
		t.Error(err)
	}
}

func TestWhyThereIsNoKey(t *testing.T) {
	key, dir := ed25519Key(t), t.TempDir()
	public := write(t, dir, "key.pub", listed(key.public()))
	empty := serve(t, agent.NewKeyring())
	none := filepath.Join(dir, "none")
	for name, c := range map[string]struct {
		source KeySource
		want   error
	}{
		"no file":       {KeySource{Path: none}, fs.ErrNotExist},
		"no key":        {KeySource{Path: write(t, dir, "text", "hello\n")}, ErrKey},
		"an empty file": {KeySource{Path: write(t, dir, "empty", "")}, ErrKey},
		"a large file":  {KeySource{Path: write(t, dir, "large", strings.Repeat("x", maximumKeyFile+1))}, ErrKey},
		"no agent":      {KeySource{Path: public, AgentSocket: none}, ErrNoAgent},
		"not in agent":  {KeySource{Path: public, AgentSocket: empty}, ErrNotInAgent},
		"security key":  {KeySource{Path: securityKeyFile(t, dir), AgentSocket: empty}, ErrSecurityKey},
		"refused to ask": {KeySource{Path: key.file(t, "x"), AgentSocket: none, Passphrase: func(string) ([]byte, error) {
			return nil, errors.New("no terminal")
		}}, ErrPassphrase},
	} {
		if armored, err := Sign(c.source, []byte(plan)); !errors.Is(err, c.want) || armored != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Setenv("SSH_AUTH_SOCK", empty)
	if _, err := Sign(KeySource{Path: public}, []byte(plan)); !errors.Is(err, ErrNotInAgent) {
		t.Errorf("by SSH_AUTH_SOCK: %v", err)
	}
}

// securityKeyFile is a private key file of a security key, as far as it is read.
func securityKeyFile(t *testing.T, dir string) string {
	public := ssh.Marshal(struct{ Type, Key, Application string }{ssh.KeyAlgoSKED25519, strings.Repeat("k", 32), "ssh:"})
	blob := ssh.Marshal(struct {
		Cipher, KDF, Options string
		Keys                 uint32
		Public               []byte
		Private              []byte
	}{"none", "none", "", 1, public, make([]byte, 64)})
	text := pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY",
		Bytes: append([]byte("openssh-key-v1\x00"), blob...)})
	return write(t, dir, "sk", string(text))
}

// liar is an agent that signs something else.
type liar struct{ agent.ExtendedAgent }

func (l liar) SignWithFlags(key ssh.PublicKey, data []byte, flags agent.SignatureFlags) (*ssh.Signature, error) {
	return l.ExtendedAgent.SignWithFlags(key, append(data, 0), flags)
}

// old is an agent that knows RSA by SHA-1 only.
type old struct{ agent.ExtendedAgent }

func (o old) SignWithFlags(key ssh.PublicKey, data []byte, _ agent.SignatureFlags) (*ssh.Signature, error) {
	return o.ExtendedAgent.SignWithFlags(key, data, 0)
}

func TestWhatAnAgentReturnsIsChecked(t *testing.T) {
	key := newKey(t, rsa2048(), nil)
	ring := agent.NewKeyring().(agent.ExtendedAgent)
	must(t, ring.Add(agent.AddedKey{PrivateKey: key.private}))
	path := write(t, t.TempDir(), "key.pub", listed(key.public()))
	if _, err := Sign(KeySource{Path: path, AgentSocket: serve(t, liar{ring})},
		[]byte(plan)); !errors.Is(err, ErrBadSignature) {
		t.Error(err)
	}
	if _, err := Sign(KeySource{Path: path, AgentSocket: serve(t, old{ring})}, []byte(plan)); !errors.Is(err, ErrWeakKey) {
		t.Error(err)
	}
}

func TestStockSSHAgent(t *testing.T) {
	keygen := sshKeygen(t)
	for _, program := range []string{"ssh-agent", "ssh-add"} {
		effort.Program(t, program)
	}
	socket := filepath.Join(shortDir(t), "agent")
	a := exec.Command("ssh-agent", "-D", "-a", socket)
	out, err := a.StdoutPipe()
	must(t, err)
	must(t, a.Start())
	t.Cleanup(func() { a.Process.Kill(); a.Wait() })
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil { // it says where it listens once it does
		t.Fatal(err)
	}
	for name, key := range map[string]testKey{
		"ed25519": ed25519Key(t), "ecdsa": ecdsaKey(t, elliptic.P384()), "rsa": newKey(t, rsa2048(), nil),
	} {
		path := key.file(t, "")
		public := path + ".pub"
		add := exec.Command("ssh-add", path)
		add.Env = append(os.Environ(), "SSH_AUTH_SOCK="+socket)
		if out, err := add.CombinedOutput(); err != nil {
			t.Fatalf("%s: %s", name, out)
		}
		must(t, os.Remove(path)) // from here on only the agent has it
		armored, err := Sign(KeySource{Path: public, AgentSocket: socket}, []byte(plan))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := Verify(armored, []byte(plan), allow(t, "alice "+listed(key.public())), now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		dir := t.TempDir()
		sig, file := write(t, dir, "sig", armored), write(t, dir, "allowed", "alice "+listed(key.public())+"\n")
		if out, err := keygen(plan, "-Y", "verify", "-n", Namespace, "-s", sig, "-f", file, "-I", "alice"); err != nil {
			t.Errorf("%s: %s", name, out)
		}
	}
}
