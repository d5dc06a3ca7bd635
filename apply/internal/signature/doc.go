// Package signature signs a plan's exact bytes with an SSH key, and tells who signed them.
//
// Signatures are SSHSIG (OpenSSH's PROTOCOL.sshsig) in namespace treaty-plan@v1, so a signature
// given for a commit or a mail is none for a plan. Nothing but ssh-keygen is needed to check one.
// With the signature in plan.sig, and the signers in an allowed signers file:
//
//	ssh-keygen -Y find-principals -s plan.sig -f allowed_signers
//	ssh-keygen -Y verify -n treaty-plan@v1 -s plan.sig -f allowed_signers \
//	    -I alice@example.com < work.plan.json
//
// and to make one that treaty accepts:
//
//	ssh-keygen -Y sign -n treaty-plan@v1 -f ~/.ssh/id_ed25519 work.plan.json
//
// The second command prints `Good "treaty-plan@v1" signature for alice@example.com` and exits 0.
// In an approval file the signature stands as a JSON string; `jq -r '.approvals[0].signature'` takes
// it out.
//
// # The time
//
// SSHSIG carries no time, and the time that an approval claims is not under the signature. Validity,
// of a line of the file or of a certificate, is therefore judged at the time that the caller gives,
// which at apply is now: a key that has expired approves nothing any more, whatever date its
// approval bears. Bounds of a line are inclusive; a certificate ends before its end.
//
// # Who signed
//
// Like ssh-keygen's find-principals, the first line of the file that lists the key decides, skipping
// lines that don't hold for this namespace or at this time. What it lists are names of one signer:
// [Verify] returns the first, or for a plain key listed by patterns only, the list as it stands. A
// certificate is known by those names in it that the line of its authority matches. [Principals]
// counts signers so that one key is never two, and neither are two keys which may be one person's.
//
// # Stricter than ssh-keygen
//
// Whatever is accepted here, ssh-keygen accepts. Refused here, though it would be accepted there:
//
//   - a file with a line that cannot be read (ssh-keygen skips the line), with an empty option, a date
//     that is in no calendar, or a certificate in place of a key;
//   - RSA keys under 2048 bits, DSA, and SHA-1, also in the signature under a certificate;
//   - certificates with critical options (force-command, source-address): they limit what the
//     certificate is for, and signing plans is not among it;
//   - security keys that were not touched;
//   - a signature that is not the armor alone, has anything in its reserved field, or version 0.
//
// Times without Z are local. OpenSSH reads them without daylight saving, the manual doesn't say so;
// in that hour both readings must hold.
//
// An SSH signature is not unique: from a valid one, another can be made over the same bytes without
// the key. It says who signed, and is no identifier.
package signature
