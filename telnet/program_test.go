package telnet

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// program finds a program that a test needs. Where all of them have to be there, it fails without.
func program(name string, t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip("this test needs a program: ", err)
	}
	return path
}

// What pipes get from the clients that close their side: each answer, and an end.
func TestPipes(t *testing.T) {
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	_, port, _ := strings.Cut(s.addr.String(), ":")
	for _, command := range []string{
		"nc -N 127.0.0.1 " + port,
		"busybox nc 127.0.0.1 " + port,
		"socat -t5 - TCP:127.0.0.1:" + port,
	} {
		for in, want := range map[string]string{
			"one\ntwo\n":         "> one\r\n> two\r\n> bye\r\n",
			"one\ntwo":           "> one\r\n> two\r\n> bye\r\n",
			"one\nquit\nthree\n": "> one\r\n> bye\r\n",
			"":                   "> bye\r\n",
		} {
			words := strings.Fields(command)
			cmd := exec.Command(program(words[0], t), words[1:]...)
			cmd.Stdin = strings.NewReader(in)
			out, err := cmd.Output()
			if err != nil {
				t.Errorf("%s: %v", command, err)
			}
			_, got, _ := strings.Cut(strings.TrimPrefix(string(out), offer), "\r\n") // the banner
			if got != want {
				t.Errorf("%s, sent %q: got %q, want %q", command, in, got, want)
			}
		}
	}
}
