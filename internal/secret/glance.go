package secret

// MayHold reports whether [In] may be true of a text. It is for many texts, hardly any of which has a
// secret: without a branch for each character it takes a sixth of the time. It may be true of a text
// that holds none, and is never false of one that does.
func MayHold(s []byte) bool {
	if len(s) < 10 {
		return false
	}
	var hits uint64
	var x, y uint64 // of the two characters before
	for _, c := range s {
		z := trigrams[c]
		hits |= x & (y >> third) & (z >> (2 * third))
		x, y = y, z
	}
	return hits&(1<<nameBits-1) != 0 || hits&(1<<signBit-1)>>nameBits != 0 && hits>>signBit&1 != 0
}

// A character's word has a bit for each pattern of three characters in each third: whether it may be
// the first, the second, or the last of them.
const (
	third = 21
	// The patterns up to nameBits each stand in a kind of secret. Those from there on up to signBit end
	// the name of what is assigned, and signBit is that of the sign.
	nameBits = 13
	signBit  = 19
)

var trigrams = func() (t [256]uint64) {
	n := 0
	add := func(sets ...string) {
		for i, set := range sets {
			for _, c := range []byte(set) {
				t[c] |= 1 << (third*i + n)
			}
		}
		n++
	}
	add("-", "-", "-")          // of a key in PEM
	add("atxs", "tabprsk", "-") // glpat-, xoxa- to xoxs-, sk-
	add("h", "pousr", "_")      // ghp_ to ghr_
	add("as", "t", "_")         // github_pat_, sk_test_
	add("p", "m", "_")          // npm_
	add("v", "e", "_")          // sk_live_
	add("eE", "rR", " ")        // bearer
	add("iI", "cC", " ")        // basic
	add("e", "y", "J")
	add("A", "KS", "I")
	add("A", "I", "z")
	add("@", "tu", "cn") // @tcp(, @unix(
	add(":", "/", "/")
	for _, end := range []string{"oO rR dD", "sS wW dD", "pP wW dD", "rR eE tT", "kK eE yY", "kK eE nN"} {
		add(end[:2], end[3:5], end[6:])
	}
	any := make([]byte, 256)
	for i := range any {
		any[i] = byte(i)
	}
	add(string(any), string(any), ":=")
	return t
}()
