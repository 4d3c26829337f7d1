package telnet

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"sync"
)

// mask replaces secret texts in the record of a call, and in the question whether to run it. In one
// session equal texts have equal masks, so that one can be told from another. The key is random,
// the session's own and never shown: a mask can be tried out neither beforehand nor in another
// session.
type mask struct {
	once sync.Once
	key  [32]byte
}

// text returns the mask of secret.
func (m *mask) text(secret string) string {
	m.once.Do(func() { rand.Read(m.key[:]) })
	h := hmac.New(sha256.New, m.key[:])
	h.Write([]byte(secret))
	return fmt.Sprintf("<redacted:%x>", h.Sum(nil)[:4])
}
