package telnet

import (
	"cmp"
	"os"
	"strings"

	"github.com/sightglass-go/sightglass/internal/console"
)

// programName returns what sessions call this program, as Server.Name says.
func (s *Server) programName() console.Name {
	if s.Name == "-" {
		return console.Name{}
	}
	program, host, both := strings.Cut(s.Name, "@")
	if !both {
		host, _ = os.Hostname() // without one, the prompt names the program alone
	}
	return console.Name{Program: cmp.Or(program, console.Program()), Host: host}
}
