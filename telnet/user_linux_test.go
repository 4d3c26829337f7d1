package telnet

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Another user of the machine is refused with the reason, and evaluates nothing.
func TestOtherUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can connect as another user")
	}
	program("setpriv", t)
	nc := program("nc", t)
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	os.Chmod(dir, 0o755)
	path := filepath.Join(dir, "s")
	for _, anyUser := range []bool{false, true} {
		for _, addr := range []string{"tcp 127.0.0.1:0", "tcp [::1]:0", "unix " + path} {
			network, addr, _ := strings.Cut(addr, " ")
			s := serve(t, &Server{AnyUser: anyUser}, network, addr)
			args := []string{"--reuid=65534", "--clear-groups", nc, "-N"}
			if network == "unix" {
				os.Chmod(path, 0o666) // the file's mode aside, the user counts
				args = append(args, "-U", path)
			} else {
				host, port, _ := net.SplitHostPort(s.addr.String())
				args = append(args, host, port)
			}
			cmd := exec.Command("setpriv", args...)
			cmd.Stdin = strings.NewReader("secret\n")
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%s: %v", network, err)
			}
			if got := string(out); anyUser != strings.Contains(got, "secret") || anyUser == strings.Contains(got, "connect as the user that this process runs as (uid 0) or as root, not as uid 65534") {
				t.Errorf("%s, any user %v: %q", network, anyUser, got)
			}
			s.Close()
		}
	}
}

func TestUserIDs(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	for uid, want := range map[int]bool{os.Getuid(): true, os.Getuid() + 1: false} {
		l, err := Listen("unix:" + path)
		if err != nil {
			t.Fatal(err)
		}
		s := serveOn(t, &Server{Auth: UserIDs(map[int]Level{uid: Look})}, l)
		c := s.dial(t)
		c.send("1\nquit\n")
		if got := c.rest(); strings.Contains(got, "> 1\r\n") != want || !want && got != "not admitted\r\n" {
			t.Errorf("user %d of those let in: %q", uid, got)
		}
		s.log.until(t, fmt.Sprintf("uid=%d pid=%d", os.Getuid(), os.Getpid()))
		s.Close()
	}
}
