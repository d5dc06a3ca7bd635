package signature

import (
	"crypto/rand"
	"fmt"

	"golang.org/x/crypto/ssh"
)

// Sign returns message's signature by key, armored, as ssh-keygen -Y sign would write it: over SHA-512,
// and for RSA by rsa-sha2-512. Errors that a caller can test for are ErrKey, ErrWeakKey,
// ErrPassphrase, ErrNoAgent, ErrNotInAgent, ErrSecurityKey and those of reading a file.
func Sign(key KeySource, message []byte) (armored string, err error) {
	k, err := key.open()
	if err != nil {
		return "", err
	}
	defer k.close()
	s := &sshsig{key: k.public, namespace: Namespace, hash: "sha512"}
	data, err := s.signedData(message)
	if err != nil {
		return "", err
	}
	if s.signature, err = sign(k, data); err != nil {
		return "", fmt.Errorf("sign with %s: %w", key.Path, err)
	}
	// An agent is another program, and may be of any make: what it returned is checked as a reader
	// would check it.
	if err := s.verify(message); err != nil {
		return "", fmt.Errorf("sign with %s: %w", key.Path, err)
	}
	return armor(s.marshal()), nil
}

func sign(k *openKey, data []byte) (*ssh.Signature, error) {
	if bare(k.public).Type() != ssh.KeyAlgoRSA {
		return k.signer.Sign(rand.Reader, data)
	}
	// The default of an RSA key is SHA-1.
	by, ok := k.signer.(ssh.AlgorithmSigner)
	if !ok {
		return nil, fmt.Errorf("%w: only by SHA-1", ErrWeakKey)
	}
	return by.SignWithAlgorithm(rand.Reader, data, ssh.KeyAlgoRSASHA512)
}
