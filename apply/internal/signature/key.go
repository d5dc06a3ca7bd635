package signature

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"treaty/plan/scan"
)

const maximumKeyFile = 1 << 20

// KeySource says which key signs, and how to get at it.
type KeySource struct {
	// Path is of a private key, in OpenSSH's format or PEM, or of a public key or certificate (.pub),
	// whose private half ssh-agent holds; failing that, the file of that name without .pub or
	// -cert.pub, as for ssh-keygen.
	Path string
	// Passphrase is asked once if the private key is encrypted, and ssh-agent doesn't hold it. What it
	// returned is overwritten after use. Nil: such keys are refused with ErrPassphrase.
	Passphrase func(path string) ([]byte, error)
	// AgentSocket is where ssh-agent listens, "" for what SSH_AUTH_SOCK says.
	AgentSocket string
}

type openKey struct {
	public ssh.PublicKey
	signer ssh.Signer
	agent  io.Closer // nil where the key came from a file
}

func (k *openKey) close() {
	if k.agent != nil {
		k.agent.Close()
	}
}

// open opens the key at the path, for the caller to close: a private one, or, of a public one, that which the agent
// has, else the private one beside it. Errors name the path, or wrap ErrNoAgent or ErrNotInAgent.
func (k KeySource) open() (*openKey, error) {
	text, err := readKeyFile(k.Path)
	if err != nil {
		return nil, err
	}
	public, _, _, _, err := ssh.ParseAuthorizedKey(text)
	if err != nil {
		return k.openPrivate(k.Path, text)
	}
	key, fromAgent := k.openAgent(public)
	if fromAgent == nil {
		return key, nil
	}
	path, ok := strings.CutSuffix(k.Path, "-cert.pub")
	if !ok {
		if path, ok = strings.CutSuffix(k.Path, ".pub"); !ok {
			return nil, fromAgent
		}
	}
	if text, err = readKeyFile(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fromAgent
	} else if err != nil {
		return nil, err
	}
	if key, err = k.openPrivate(path, text); err != nil {
		return nil, err
	}
	if !equal(key.public, bare(public)) {
		key.close()
		return nil, fmt.Errorf("%s: %w for %s", path, ErrKey, k.Path)
	}
	// A certificate is shown, its key signs.
	key.public = public
	return key, nil
}

// openPrivate opens the private key whose text this is. One with a passphrase is asked of the agent first, and one on a
// security key of the agent alone. Errors wrap ErrKey, ErrPassphrase or ErrSecurityKey.
func (k KeySource) openPrivate(path string, text []byte) (*openKey, error) {
	public := publicHalf(text)
	if public != nil && onSecurityKey(public) {
		key, err := k.openAgent(public)
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %w", path, ErrSecurityKey, err)
		}
		return key, nil
	}
	signer, err := ssh.ParsePrivateKey(text)
	if missing := new(ssh.PassphraseMissingError); errors.As(err, &missing) {
		if public != nil {
			if key, err := k.openAgent(public); err == nil {
				return key, nil
			}
		}
		signer, err = k.decrypt(path, text)
	}
	if errors.Is(err, ErrPassphrase) {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", path, ErrKey, err)
	}
	return &openKey{public: signer.PublicKey(), signer: signer}, nil
}

// decrypt asks for the passphrase. Errors wrap ErrPassphrase.
func (k KeySource) decrypt(path string, text []byte) (ssh.Signer, error) {
	if k.Passphrase == nil {
		return nil, ErrPassphrase
	}
	passphrase, err := k.Passphrase(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPassphrase, err)
	}
	defer clear(passphrase)
	// A wrong one cannot be told from a damaged file with certainty.
	signer, err := ssh.ParsePrivateKeyWithPassphrase(text, passphrase)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPassphrase, err)
	}
	return signer, nil
}

// openAgent finds the private half of a key in the agent. Errors wrap ErrNoAgent or ErrNotInAgent.
func (k KeySource) openAgent(public ssh.PublicKey) (*openKey, error) {
	socket := k.AgentSocket
	if socket == "" {
		socket = defaultSocket()
	}
	if socket == "" {
		return nil, fmt.Errorf("%w: SSH_AUTH_SOCK is not set", ErrNoAgent)
	}
	connection, err := dial(socket)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoAgent, err)
	}
	signers, err := agent.NewClient(connection).Signers()
	if err != nil {
		connection.Close()
		return nil, fmt.Errorf("%w: %w", ErrNoAgent, err)
	}
	for _, signer := range signers {
		if equal(signer.PublicKey(), public) {
			return &openKey{public: public, signer: signer, agent: connection}, nil
		}
	}
	connection.Close()
	return nil, fmt.Errorf("%s: %w (%s)", k.Path, ErrNotInAgent, ssh.FingerprintSHA256(public))
}

// publicHalf is the public key that a private key file in OpenSSH's format shows in clear, encrypted or
// not, and whether or not the private half can be used here; nil if text is no such file.
func publicHalf(text []byte) ssh.PublicKey {
	const magic = "openssh-key-v1\x00"
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "OPENSSH PRIVATE KEY" {
		return nil
	}
	rest, ok := bytes.CutPrefix(block.Bytes, []byte(magic))
	if !ok {
		return nil
	}
	var file struct {
		Cipher, KDF, Options string
		Keys                 uint32
		Public               []byte
		Rest                 []byte `ssh:"rest"`
	}
	if err := ssh.Unmarshal(rest, &file); err != nil {
		return nil
	}
	public, err := ssh.ParsePublicKey(file.Public)
	if err != nil {
		return nil
	}
	return public
}

func readKeyFile(path string) ([]byte, error) {
	at, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
	text, err := scan.ReadFile(at, maximumKeyFile)
	if errors.Is(err, scan.ErrTooLarge) {
		err = fmt.Errorf("%s: %w: larger than %d bytes", path, ErrKey, maximumKeyFile)
	}
	return text, err
}

func equal(a, b ssh.PublicKey) bool { return bytes.Equal(a.Marshal(), b.Marshal()) }
