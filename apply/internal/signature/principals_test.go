package signature

import (
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Signers are written KEY:NAME,NAME.
func TestPrincipalsCountsPeopleOnce(t *testing.T) {
	for _, c := range []struct{ signers, want string }{
		{"", ""},
		{"1:alice", "alice"},
		{"1:alice 2:bob", "alice bob"},
		{"1:alice 1:alice", "alice"},
		{"1:alice 2:alice", "alice"},
		{"1:alice 1:bob", "alice"}, // one key in two certificates
		{"1:alice,bob", "alice"},
		{"1:alice@work,alice@home 2:alice@home", "alice@work"},
		{"1:alice,bob 2:bob,alice", "alice"},
		{"1:alice 2:bob 3:alice,bob", "alice bob"}, // a shared key beside its owners'
		{"3:alice,bob 1:alice 2:bob", "alice bob"},
		{"3:alice,bob 1:alice", "alice"},
		{"1:*@x 2:alice@x", "*@x"},
		{"1:*@x 2:alice@y", "*@x alice@y"},
		{"1:*@x 2:alice@*", "*@x"},
		{"1:* 2:alice 3:bob", "alice bob"},
		{"1:alice 2:Alice", "alice Alice"},
		{"1:a,b 2:b,c 3:c,d 4:d,e 5:e,a", "a c"},
	} {
		var signers []Signer
		for _, f := range strings.Fields(c.signers) {
			key, names, _ := strings.Cut(f, ":")
			s := Signer{Key: key, Names: strings.Split(names, ",")}
			s.Principal = s.Names[0]
			signers = append(signers, s)
		}
		if got := strings.Join(Principals(signers...), " "); got != c.want {
			t.Errorf("%s: %q, want %s", c.signers, got, c.want)
		}
	}
}

func TestPrincipalsIsTheMostThatCanBe(t *testing.T) {
	for range 2_000 {
		var signers []Signer
		for range rand.IntN(9) {
			var names []string
			for range 1 + rand.IntN(3) {
				names = append(names, random("abcde", 1)+"x")
			}
			signers = append(signers, Signer{Principal: names[0], Names: names, Key: random("123456789", 2)})
		}
		most := 0
		for set := range 1 << len(signers) {
			ok := true
			for i := range signers {
				for j := range i {
					ok = ok && (set&(1<<i) == 0 || set&(1<<j) == 0 || !mayBeSame(signers[i], signers[j]))
				}
			}
			if ok {
				most = max(most, bits.OnesCount(uint(set)))
			}
		}
		got := Principals(signers...)
		if len(got) != most {
			t.Fatalf("%v: %q, want %d", signers, got, most)
		}
		sorted := slices.Sorted(slices.Values(got))
		if len(slices.Compact(sorted)) != len(got) {
			t.Fatalf("%q", got)
		}
		for i := range signers {
			if len(Principals(signers[:i]...)) > most {
				t.Fatal("one signature more lowers the count")
			}
		}
	}
}

func TestOneKeyIsOnePrincipal(t *testing.T) {
	key, other, ca := ed25519Key(t), ed25519Key(t), ed25519Key(t)
	allowed := allow(t, "alice,bob "+listed(key.public())+"\nbob "+listed(key.public())+
		"\ncarol "+listed(other.public())+"\n* cert-authority "+listed(ca.public()))
	var signers []Signer
	add := func(armored string, want int) {
		t.Helper()
		s, err := Identify(armored, []byte(plan), allowed, now)
		must(t, err)
		signers = append(signers, s)
		if got := Principals(signers...); len(got) != want {
			t.Errorf("%q, want %d", got, want)
		}
	}
	add(key.sign(t, plan), 1)
	add(key.sign(t, plan), 1)
	add(key.signCertified(t, key.certify(t, ca, nil, "zoe")), 1)
	add(key.signCertified(t, key.certify(t, ca, nil, "yves", "zoe")), 1)
	add(other.sign(t, plan), 2)
	add(ed25519Key(t).signCertifiedBy(t, ca, "carol"), 2)
	add(ed25519Key(t).signCertifiedBy(t, ca, "dora"), 3)
}

func (k testKey) signCertifiedBy(t testing.TB, ca testKey, names ...string) string {
	return k.signCertified(t, k.certify(t, ca, nil, names...))
}

func TestManySignersEndTheSearch(t *testing.T) {
	var signers []Signer
	for i := range 1000 {
		name := func(i int) string { return strings.Repeat("a", i%maximumSigners+1) }
		signers = append(signers, Signer{Principal: "p", Names: []string{name(i), name(i + 1), name(i * 7)}, Key: name(i)})
	}
	Principals(signers...)
}
