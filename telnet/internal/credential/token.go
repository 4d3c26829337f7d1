package credential

import (
	"crypto/sha256"
	"crypto/subtle"
)

// Tokens are tokens and their owners. It is safe for concurrent use.
type Tokens[Owner any] struct {
	// byHash has the hashes of the tokens, which all have one length. The tokens are not kept.
	byHash map[[sha256.Size]byte]Owner
}

// NewTokens returns the tokens that are the keys of owners, except an empty one.
func NewTokens[Owner any](owners map[string]Owner) Tokens[Owner] {
	t := Tokens[Owner]{make(map[[sha256.Size]byte]Owner, len(owners))}
	for token, owner := range owners {
		if token != "" {
			t.byHash[sha256.Sum256([]byte(token))] = owner
		}
	}
	return t
}

// Owner returns the owner of token. The time that it takes does not depend on the tokens.
func (t Tokens[Owner]) Owner(token string) (owner Owner, ok bool) {
	sum := sha256.Sum256([]byte(token))
	for hash, o := range t.byHash {
		if subtle.ConstantTimeCompare(hash[:], sum[:]) == 1 {
			owner, ok = o, true
		}
	}
	return owner, ok
}
