package signature

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/ssh"
)

// A Signer is who made a signature that was checked. The zero value is nobody.
type Signer struct {
	// Principal is the name to show: the first of Names that is no pattern, else the principals as the
	// file has them.
	Principal string
	// Names are all that the signer goes by: patterns of the file's line, or for a certificate its
	// own names that are in them.
	Names []string
	// Key is the fingerprint of the key that signed, SHA256:…, without any certificate around it.
	Key string
	// Line of the allowed signers that lists the key, or the certificate's authority.
	Line int
}

// Identify returns whose signature of message armored is, at that time; Principals counts them. Where there is none
// the error is one of ErrFormat, ErrNamespace, ErrHash, ErrWeakKey, ErrBadSignature, ErrNotAllowed,
// ErrExpired and ErrNotYetValid.
func Identify(armored string, message []byte, allowed *AllowedSigners, at time.Time) (Signer, error) {
	s, err := parse(armored)
	if err != nil {
		return Signer{}, err
	}
	if err := s.verify(message); err != nil {
		return Signer{}, err
	}
	return allowed.find(s.key, at)
}

// find returns whom the first line that holds says the key is. If none holds, the error is of the first
// line that would if it were not for its limits.
func (a *AllowedSigners) find(key ssh.PublicKey, at time.Time) (Signer, error) {
	fingerprint := ssh.FingerprintSHA256(bare(key))
	if a == nil {
		a = new(AllowedSigners)
	}
	var refused error
	for _, l := range a.lines {
		names, err := l.names(key, at)
		if err != nil && refused == nil {
			refused = fmt.Errorf("%s: %w, by line %d: %w", fingerprint, ErrNotAllowed, l.number, err)
		}
		if err != nil || len(names) == 0 {
			continue
		}
		s := Signer{Principal: l.list, Names: names, Key: fingerprint, Line: l.number}
		if i := slices.IndexFunc(names, isLiteral); i >= 0 {
			s.Principal = names[i]
		}
		return s, nil
	}
	if refused == nil {
		refused = fmt.Errorf("%s: %w", fingerprint, ErrNotAllowed)
	}
	return Signer{}, refused
}

// names returns what the line calls the signer, nothing if it doesn't list the key, and an error if it
// lists the key but doesn't hold. For an authority only certificates hold, else only the plain key.
func (l *line) names(key ssh.PublicKey, at time.Time) ([]string, error) {
	var names []string
	cert, certified := key.(*ssh.Certificate)
	switch {
	case l.options.authority && certified && equal(cert.SignatureKey, l.key):
		var err error
		if names, err = l.certified(cert, at); err != nil {
			return nil, err
		}
	case !l.options.authority && !certified && equal(key, l.key):
		if names = l.principals.positive(); len(names) == 0 {
			return nil, errors.New("its principals are nobody")
		}
	default:
		return nil, nil
	}
	if l.options.namespaces != nil && !l.options.namespaces.has(Namespace) {
		return nil, errors.New("the key is for other namespaces")
	}
	// In seconds, as the file has them: valid-before holds for all of its last second.
	return names, valid(at.Unix(), l.options.after, l.options.before)
}

func valid(at int64, after, before time.Time) error {
	if !after.IsZero() && at < after.Unix() {
		return fmt.Errorf("the key is %w: from %s", ErrNotYetValid, after.UTC().Format(time.RFC3339))
	}
	if !before.IsZero() && at > before.Unix() {
		return fmt.Errorf("the key is %w: until %s", ErrExpired, before.UTC().Format(time.RFC3339))
	}
	return nil
}

// certified returns the certificate's names that are among the line's principals, in the order of the
// line, as find-principals has them.
func (l *line) certified(cert *ssh.Certificate, at time.Time) ([]string, error) {
	if cert.CertType != ssh.UserCert {
		return nil, errors.New("not a certificate of a user")
	}
	now := at.Unix()
	if now < 0 || uint64(now) < cert.ValidAfter {
		return nil, fmt.Errorf("the certificate is %w", ErrNotYetValid)
	}
	if cert.ValidBefore != ssh.CertTimeInfinity && uint64(now) >= cert.ValidBefore {
		return nil, fmt.Errorf("the certificate is %w", ErrExpired)
	}
	if len(cert.CriticalOptions) > 0 {
		return nil, errors.New("the certificate has critical options")
	}
	if err := strong(cert.SignatureKey, cert.Signature); err != nil {
		return nil, fmt.Errorf("the certificate's authority: %w", err)
	}
	var names []string
	for _, p := range l.principals {
		for _, name := range cert.ValidPrincipals {
			if match(name, p) && l.principals.has(name) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("the certificate is for %q", cert.ValidPrincipals)
	}
	// What is left to check is the authority's signature; the rest is gone through once more.
	checker := ssh.CertChecker{Clock: func() time.Time { return at }}
	if err := checker.CheckCert(names[0], cert); err != nil {
		return nil, fmt.Errorf("the certificate: %w", err)
	}
	return names, nil
}
