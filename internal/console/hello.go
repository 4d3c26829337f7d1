package console

import (
	"cmp"
	"os"
	"runtime"
	"time"
)

// replyHello tells a program which process is at the other end, in the first reply.
type replyHello struct {
	Program string    `json:"program"` // the name of the executable
	Name    string    `json:"name"`    // what the application calls itself
	Host    string    `json:"host,omitempty"`
	Version string    `json:"version,omitempty"`
	PID     int       `json:"pid"`
	Level   string    `json:"level"`
	Go      string    `json:"go"`
	Started time.Time `json:"started"`
	Line    int       `json:"line"` // the most bytes of a request
}

func (s *Session) hello() *replyHello {
	name := s.currentStyle().name
	return &replyHello{
		Program: Program(),
		Name:    cmp.Or(name.Program, Program()),
		Host:    name.Host,
		Version: mainModule().Version,
		PID:     os.Getpid(),
		Level:   s.level.String(),
		Go:      runtime.Version(),
		Started: started.UTC().Truncate(time.Second),
		Line:    s.limits.Line,
	}
}
