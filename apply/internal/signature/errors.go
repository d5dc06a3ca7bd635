package signature

import (
	"errors"
	"fmt"
)

// Why a signature counts for nothing.
var (
	// ErrFormat: the text is no SSH signature, or one of another version.
	ErrFormat = errors.New("not an SSH signature")
	// ErrNamespace: the signature was given for something other than a plan.
	ErrNamespace = errors.New("not signed as a plan: the namespace is not " + Namespace)
	// ErrHash: the signature is over a hash other than sha256 or sha512.
	ErrHash = errors.New("unsupported hash")
	// ErrWeakKey: RSA under 2048 bits, DSA, or an RSA signature by SHA-1.
	ErrWeakKey = errors.New("too weak to trust")
	// ErrBadSignature: the bytes are not those that were signed, or the key is not the one that did.
	ErrBadSignature = errors.New("the signature does not match")
	// ErrNotAllowed: the signature is good, but not by an allowed signer. It holds for ErrExpired and
	// ErrNotYetValid too, and for a key that is allowed for other namespaces only.
	ErrNotAllowed = errors.New("not an allowed signer")
	// ErrExpired: the signer was allowed before the time of checking.
	ErrExpired = errors.New("no longer valid")
	// ErrNotYetValid: the signer is allowed only after the time of checking.
	ErrNotYetValid = errors.New("not yet valid")
)

// Why a signature could not be made.
var (
	// ErrKey: the file holds no key that this package can read.
	ErrKey = errors.New("not an SSH key")
	// ErrPassphrase: the key is encrypted, and there is no passphrase or a wrong one.
	ErrPassphrase = errors.New("the passphrase is missing or wrong")
	// ErrNoAgent: there is no ssh-agent, or it doesn't answer.
	ErrNoAgent = errors.New("no ssh-agent")
	// ErrNotInAgent: the ssh-agent doesn't hold the key.
	ErrNotInAgent = errors.New("the ssh-agent does not hold this key")
	// ErrSecurityKey: the key is on a security key, which only ssh-agent or ssh-keygen can ask.
	ErrSecurityKey = errors.New("the key is on a security key: add it with ssh-add, " +
		"or sign with ssh-keygen -Y sign -n " + Namespace)
)

// LineError is what [ParseAllowedSigners] returns: the first line of the file that cannot be read.
type LineError struct {
	Line int // from 1
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("allowed signers, line %d: %v", e.Line, e.Err) }

func (e *LineError) Unwrap() error { return e.Err }
