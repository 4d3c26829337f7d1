package telnet

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"sync"
)

// mask makes what stands in the record of a call, and in the question whether it may run, in place
// of a text that may not be shown. The same text has the same mask in one session, so that one can
// be told from another. The key is the session's own, random and never shown: a mask cannot be
// tried out beforehand, nor in another session.
type mask struct {
	once sync.Once
	key  [32]byte
}

func (m *mask) text(secret string) string {
	m.once.Do(func() { rand.Read(m.key[:]) })
	h := hmac.New(sha256.New, m.key[:])
	h.Write([]byte(secret))
	return fmt.Sprintf("<redacted:%x>", h.Sum(nil)[:4])
}
