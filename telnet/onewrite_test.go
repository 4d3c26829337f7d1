package telnet

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// TestOneWrite: a short answer and the prompt behind it are one write. A read from a pipe returns
// what one write has written.
func TestOneWrite(t *testing.T) {
	here, there := net.Pipe()
	s := &Server{Registry: registry.New(), Name: "-"}
	served := make(chan error, 1)
	go func() { served <- s.ServeConn(here) }()
	there.SetDeadline(time.Now().Add(patience))
	buf := make([]byte, 64<<10)
	read := func() string {
		t.Helper()
		n, err := there.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		return string(buf[:n])
	}
	write := func(line string) {
		t.Helper()
		if _, err := there.Write([]byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	for all := ""; !strings.HasSuffix(all, "> "); {
		all += read()
	}
	for _, tc := range []struct{ line, want string }{
		{"1+1\n", "2\r\n> "},
		{"x = 7\n", "x = 7\r\n> "},
		{"level\n", ""},
	} {
		write(tc.line)
		if got := read(); tc.want != "" && got != tc.want || !strings.HasSuffix(got, "\r\n> ") {
			t.Errorf("%q is answered by a write of %q", tc.line, got)
		}
	}
	write("json on\n")
	for all := ""; !strings.HasSuffix(all, "}\r\n"); {
		all += read()
	}
	for _, line := range []string{"1+1\n", `{"id":1,"eval":"x"}` + "\n"} {
		write(line)
		if got := read(); !strings.HasPrefix(got, `{"v":1,`) || !strings.HasSuffix(got, "}\r\n") {
			t.Errorf("%q is answered by a write of %q", line, got)
		}
	}
	write("quit\n")
	for {
		if _, err := there.Read(buf); err != nil {
			break
		}
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}
