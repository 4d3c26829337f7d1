package shop

import (
	"crypto/rand"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Role is what a user may do.
type Role uint8

const (
	Guest Role = iota
	Customer
	Clerk
)

// Sessions holds the users who are signed in.
type Sessions struct {
	byID   sync.Map // of string to *Session
	opened atomic.Int64
}

// Session is a user who is signed in.
type Session struct {
	user  string
	role  Role
	addr  netip.Addr
	since time.Time
	token string
	seen  atomic.Int64
}

func newSessions() *Sessions {
	s := new(Sessions)
	for i := range 40 {
		s.open(i)
	}
	return s
}

func sessionID(i int) string { return fmt.Sprintf("s%d", i) }

func (s *Sessions) open(i int) {
	s.opened.Add(1)
	s.byID.Store(sessionID(i), &Session{
		user:  fmt.Sprintf("user%d", i),
		role:  Role(i % 3),
		addr:  netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}),
		since: time.Now(),
		token: rand.Text(),
	})
}

// touch counts a request, and signs the user in again if they have left.
func (s *Sessions) touch(i int) {
	if v, ok := s.byID.Load(sessionID(i)); ok {
		v.(*Session).seen.Add(1)
		return
	}
	s.open(i)
}

func (s *Sessions) leave(i int) { s.byID.Delete(sessionID(i)) }
