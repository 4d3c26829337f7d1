package console

import (
	"cmp"
	"os"
	"runtime"
	"time"
)

// Process is what this process tells about itself.
type Process struct {
	Program string // the name of the executable
	Version string // of the main module; may be empty
	Started time.Time
}

// Self describes this process.
func Self() Process {
	return Process{Program(), mainModule().Version, started.UTC().Truncate(time.Second)}
}

// Or returns what n calls the program, or else what program does.
func (n Name) Or(program string) string { return cmp.Or(n.Program, program) }

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
	name, self := s.currentStyle().name, Self()
	return &replyHello{
		Program: self.Program,
		Name:    name.Or(self.Program),
		Host:    name.Host,
		Version: self.Version,
		PID:     os.Getpid(),
		Level:   s.level.String(),
		Go:      runtime.Version(),
		Started: self.Started,
		Line:    s.limits.Line,
	}
}
