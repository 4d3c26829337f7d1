package console

import (
	"context"
	"fmt"
	"sync"
)

// level is what a session may do: look, or act as well.
type level struct {
	mu   sync.Mutex
	drop func() // see SetActing; nil if the session only looks
}

// SetActing lets the session act, which its prompt shows. drop is called once, when the user gives
// that up by the command level look.
func (s *Session) SetActing(drop func()) {
	s.level.mu.Lock()
	defer s.level.mu.Unlock()
	s.level.drop = drop
}

func (l *level) acts() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.drop != nil
}

func (l *level) String() string {
	if l.acts() {
		return "act"
	}
	return "look"
}

// lower makes the session one that only looks.
func (l *level) lower() {
	l.mu.Lock()
	drop := l.drop
	l.drop = nil
	l.mu.Unlock()
	if drop != nil {
		drop()
	}
}

func runLevel(_ context.Context, s *Session, a *answer, args string) error {
	switch {
	case args == "look":
		s.level.lower()
	case args == "act" && !s.level.acts():
		return complain("a session cannot raise its level; connect again to act")
	case args != "" && args != "act":
		return complain("there is no level %q; level look gives up acting", args)
	}
	_, err := fmt.Fprintln(a, s.level.String())
	return err
}
