package signature

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"
)

// Namespace is what plans are signed as.
const Namespace = "treaty-plan@v1"

const (
	magic        = "SSHSIG"
	version      = 1
	minimumRSA   = 2048 // bits
	maximumArmor = 1 << 16
	armorBegin   = "-----BEGIN SSH SIGNATURE-----\n"
	armorEnd     = "\n-----END SSH SIGNATURE-----"
	armorWidth   = 70 // as ssh-keygen writes it
)

// A sshsig is a signature with what it says of itself. Nothing of it is to be believed before verify.
type sshsig struct {
	key       ssh.PublicKey // an *ssh.Certificate where the signer has one
	namespace string
	hash      string
	signature *ssh.Signature
}

// envelope is PROTOCOL.sshsig's blob, after the magic.
type envelope struct {
	Version   uint32
	PublicKey []byte
	Namespace string
	Reserved  string
	Hash      string
	Signature []byte
}

// signed is what the key signs, after the magic.
type signed struct {
	Namespace string
	Reserved  string
	Hash      string
	Digest    []byte
}

func (s *sshsig) marshal() []byte {
	return append([]byte(magic), ssh.Marshal(envelope{
		Version:   version,
		PublicKey: s.key.Marshal(),
		Namespace: s.namespace,
		Hash:      s.hash,
		Signature: ssh.Marshal(s.signature),
	})...)
}

// parse reads an armored signature. Errors wrap ErrFormat. It proves nothing yet: see verify.
func parse(armored string) (*sshsig, error) {
	blob, err := dearmor(armored)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	rest, ok := bytes.CutPrefix(blob, []byte(magic))
	if !ok {
		return nil, fmt.Errorf("%w: it does not begin with %s", ErrFormat, magic)
	}
	var e envelope
	if err := ssh.Unmarshal(rest, &e); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if e.Version != version {
		return nil, fmt.Errorf("%w: version %d", ErrFormat, e.Version)
	}
	if e.Reserved != "" {
		return nil, fmt.Errorf("%w: its reserved field is not empty", ErrFormat)
	}
	key, err := ssh.ParsePublicKey(e.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("%w: its key: %w", ErrFormat, err)
	}
	s := &sshsig{key: key, namespace: e.Namespace, hash: e.Hash, signature: new(ssh.Signature)}
	if err := ssh.Unmarshal(e.Signature, s.signature); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	// Verify of a plain key doesn't look at what follows its signature.
	if len(s.signature.Rest) > 0 && !onSecurityKey(key) {
		return nil, fmt.Errorf("%w: more than a signature", ErrFormat)
	}
	return s, nil
}

// verify returns nil if the signature's own key signed message as a plan.
func (s *sshsig) verify(message []byte) error {
	if s.namespace != Namespace {
		return fmt.Errorf("%w but %q", ErrNamespace, s.namespace)
	}
	data, err := s.signedData(message)
	if err != nil {
		return err
	}
	if err := strong(s.key, s.signature); err != nil {
		return err
	}
	if err := s.key.Verify(data, s.signature); err != nil {
		return fmt.Errorf("%w: %w", ErrBadSignature, err)
	}
	return nil
}

// signedData is what the key signs of a message: not that itself, but its hash with what it is signed for. Errors wrap
// ErrHash.
func (s *sshsig) signedData(message []byte) ([]byte, error) {
	var digest []byte
	switch s.hash {
	case "sha256":
		sum := sha256.Sum256(message)
		digest = sum[:]
	case "sha512":
		sum := sha512.Sum512(message)
		digest = sum[:]
	default:
		return nil, fmt.Errorf("%w %q", ErrHash, s.hash)
	}
	return append([]byte(magic), ssh.Marshal(signed{
		Namespace: s.namespace,
		Hash:      s.hash,
		Digest:    digest,
	})...), nil
}

// strong refuses keys and algorithms that prove nothing today. The signature's format binds: Verify of
// an RSA key accepts SHA-1 by the name of ssh-rsa, also beneath a certificate.
func strong(key ssh.PublicKey, by *ssh.Signature) error {
	key = bare(key)
	switch key.Type() {
	case ssh.KeyAlgoRSA:
		public, ok := key.(ssh.CryptoPublicKey).CryptoPublicKey().(*rsa.PublicKey)
		if !ok || public.N.BitLen() < minimumRSA {
			return fmt.Errorf("%w: an RSA key under %d bits", ErrWeakKey, minimumRSA)
		}
		if by.Format != ssh.KeyAlgoRSASHA256 && by.Format != ssh.KeyAlgoRSASHA512 {
			return fmt.Errorf("%w: an RSA signature of type %q", ErrWeakKey, by.Format)
		}
	case ssh.KeyAlgoED25519, ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256,
		ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521:
	default:
		return fmt.Errorf("%w: a key of type %q", ErrWeakKey, key.Type())
	}
	return nil
}

// bare is the key itself, without the certificate around it.
func bare(key ssh.PublicKey) ssh.PublicKey {
	if c, ok := key.(*ssh.Certificate); ok {
		return c.Key
	}
	return key
}

func onSecurityKey(key ssh.PublicKey) bool {
	t := bare(key).Type()
	return t == ssh.KeyAlgoSKED25519 || t == ssh.KeyAlgoSKECDSA256
}

func armor(blob []byte) string {
	text := base64.StdEncoding.EncodeToString(blob)
	var b strings.Builder
	b.WriteString(armorBegin)
	for len(text) > armorWidth {
		b.WriteString(text[:armorWidth])
		b.WriteByte('\n')
		text = text[armorWidth:]
	}
	b.WriteString(text)
	b.WriteString(armorEnd)
	b.WriteByte('\n')
	return b.String()
}

// dearmor is as strict as ssh-keygen at the beginning, and stricter at the end: what is in an approval
// beside the signature is not shown by anything, so there must be nothing. encoding/pem takes headers
// and text before the block, so it is not used.
func dearmor(text string) ([]byte, error) {
	if len(text) > maximumArmor {
		return nil, fmt.Errorf("longer than %d bytes", maximumArmor)
	}
	text, ok := strings.CutPrefix(text, armorBegin)
	if !ok {
		return nil, fmt.Errorf("no line %q at its beginning", strings.TrimSpace(armorBegin))
	}
	body, after, ok := strings.Cut(text, armorEnd)
	if !ok || strings.Trim(after, "\n") != "" {
		return nil, fmt.Errorf("no line %q at its end", strings.TrimSpace(armorEnd))
	}
	if strings.Contains(body, "\r") { // which base64 would skip
		return nil, fmt.Errorf("a carriage return in it")
	}
	return base64.StdEncoding.Strict().DecodeString(body)
}
