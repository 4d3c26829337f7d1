package console

import (
	"context"
	"fmt"
	"strings"
	"sync"
)

// level is what a session may do: look, or act as well.
type level struct {
	mu   sync.Mutex
	drop func() // nil: it looks
}

// SetActing says that the session may act, which its prompt shows. drop is called, once, when the
// user gives that up with the command level look.
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

// lower makes it a session that only looks.
func (l *level) lower() {
	l.mu.Lock()
	drop := l.drop
	l.drop = nil
	l.mu.Unlock()
	if drop != nil {
		drop()
	}
}

// banner is Banner, with what this session may do.
func (s *Session) banner() string {
	if s.level.acts() {
		return strings.Replace(Banner(), "Read-only.", "You may act: level look gives that up.", 1)
	}
	return Banner()
}

func runLevel(_ context.Context, s *Session, a *answer, args string) error {
	switch {
	case args == "look":
		s.level.lower()
	case args == "act" && !s.level.acts():
		return complain("a session cannot raise its level; connect again if you may act")
	case args != "" && args != "act":
		return complain("level %q is neither look nor act; level look gives up what may change the program", args)
	}
	name := "look"
	if s.level.acts() {
		name = "act"
	}
	_, err := fmt.Fprintln(a, name)
	return err
}
