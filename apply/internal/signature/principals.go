package signature

import "math/bits"

// maximumSigners bounds the search in Principals. Who comes later doesn't count, which only asks for
// more than needed.
const maximumSigners = 32

// Principals returns the principals of as many signers as are certainly distinct, in the order given, for
// a policy that requires some number of them. Two signatures are of one principal if they are by one
// key, be it in two certificates, or if there is a name that both signers go by: whether alice@home is
// alice@work is for the file to say, by listing both names with either key. A key that is shared by
// several, listed with all their names, doesn't count beside them, and takes nothing from their number.
func Principals(signers ...Signer) []string {
	signers = signers[:min(len(signers), maximumSigners)]
	same := make([]uint64, len(signers)) // by signer, the set of those that may be the same
	for i, a := range signers {
		for j, b := range signers {
			if i != j && mayBeSame(a, b) {
				same[i] |= 1 << j
			}
		}
	}
	chosen := distinct(same, 1<<len(signers)-1)
	var principals []string
	for i, s := range signers {
		if chosen&(1<<i) != 0 {
			principals = append(principals, s.Principal)
		}
	}
	return principals
}

func mayBeSame(a, b Signer) bool {
	if a.Key == b.Key {
		return true
	}
	for _, p := range a.Names {
		for _, q := range b.Names {
			if meet(p, q) {
				return true
			}
		}
	}
	return false
}

// distinct returns a largest set of those left of which no two are the same. Taking whoever comes first
// would let one more signature lower the count.
func distinct(same []uint64, left uint64) uint64 {
	if left == 0 {
		return 0
	}
	most, who := -1, 0
	for rest := left; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		n := bits.OnesCount64(same[i] & left)
		if n <= 1 { // nothing is lost by taking it
			return 1<<i | distinct(same, left&^(1<<i|same[i]))
		}
		if n > most {
			most, who = n, i
		}
	}
	with := 1<<who | distinct(same, left&^(1<<who|same[who]))
	without := distinct(same, left&^(1<<who))
	if bits.OnesCount64(without) > bits.OnesCount64(with) {
		return without
	}
	return with
}
